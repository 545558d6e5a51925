"""What the services of Scaleway share in describing objects as hardware. Pure."""
