"""What the exporter's own API calls cost: list prices, and the running account of what was spent."""
