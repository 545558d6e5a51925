"""What the services of Google Cloud share in describing objects as hardware. Pure."""
