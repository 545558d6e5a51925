"""/api/v1: the Snapshot as JSON, for the page and for other programs; and its OpenAPI document."""
