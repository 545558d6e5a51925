"""Listing of managed clusters, with the types of their nodes."""

from __future__ import annotations

from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries
from cloud_carbon_exporter.providers.spec import Listing


def cluster_listing(kind: str, operation: str, path: str, *, permission: str) -> Listing:
    """Listing of the clusters, with their node types; the path ends in the key of its list."""
    # Every product of the family has its node types beside its clusters, under one name.
    product, _, rest = path.partition("/regions/")
    node_types = entries(
        "node_types",
        "ListNodeTypes",
        f"{product}/regions/{{region}}/node-types",
        "node_types",
        permission=permission,
    )
    items = rest.rsplit("/", 1)[1]
    return listing(operation, path, items, kind=kind, permission=permission, lookup=node_types)
