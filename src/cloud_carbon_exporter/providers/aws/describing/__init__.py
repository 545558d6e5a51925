"""What the services of AWS share in describing objects as hardware. Pure."""
