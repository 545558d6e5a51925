"""Managed clusters of alike nodes with a volume each: MongoDB, Kafka, OpenSearch and message queues
share one shape.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    described,
    node_machine,
    resource,
    times,
    volume,
)
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

OFF = frozenset({"creating", "provisioning", "deleting", "stopped"})
REASON = "The node type's vCPUs and memory, and the volume, for each node."


def cluster(
    kind: str,
    operation: str,
    path: str,
    *,
    permission: str,
    prefix: str = "",
    named: bool = True,
    count: str = "node_amount",
    metrics: tuple[Metric, ...] = (),
) -> ServiceSpec:
    """The spec of such a product. count: its field for the number of nodes; prefix, named: as in
    `node_machine`.
    """

    def describe(raw: Raw, scope: Scope) -> Resource | None:
        if str(raw.get("status")) in OFF:
            return None
        nodes = raw.get(count) or 1
        of = node_machine(raw, scope, prefix=prefix, named=named)
        info = {**described(of), "host_type": str(raw.get("node_type") or "")}
        return resource(
            raw, scope, kind, (*times(components(of), nodes), *volume(raw, nodes)), info=info
        )

    found = _listing(kind, operation, path, permission)
    return ServiceSpec(kind=kind, listing=found, describe=describe, reason=REASON, metrics=metrics)


def _listing(kind: str, operation: str, path: str, permission: str) -> Listing:
    """The list call, whose last word is the key of its list, with the product's node types beside
    it.
    """
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
