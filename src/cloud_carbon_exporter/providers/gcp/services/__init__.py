"""Services of Google Cloud: one module a kind, or a family of kinds."""
