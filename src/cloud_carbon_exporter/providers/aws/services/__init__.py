"""Services of AWS: one module a kind of resource, or a family of kinds."""
