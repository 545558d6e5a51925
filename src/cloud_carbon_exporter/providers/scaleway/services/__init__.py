"""Services of Scaleway: one module a kind of resource, or a family of kinds."""
