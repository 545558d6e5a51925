"""The exporter's own API calls: their list prices, and the running account of what was spent."""
