"""Managed clusters of alike nodes with a volume each.

MongoDB, Kafka, OpenSearch and message queues share one shape in the API.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.providers.description import Description, States
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    machine_info,
    node_machine,
    node_volumes,
    times,
)
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

REASON = "The node type's vCPUs and memory, and the volume, for each node."


def cluster(
    kind: str,
    listing: Listing,
    *,
    states: States,
    searched_as: str = "",
    count: str = "node_amount",
    metrics: tuple[Metric, ...] = (),
) -> ServiceSpec:
    """ServiceSpec of such a product; its volumes stay when it is stopped.

    count: its field for the number of nodes.
    """

    def describe(raw: Raw, scope: Scope) -> Description:
        nodes = raw.get(count) or 1
        node = node_machine(raw, scope)
        return parse(raw, scope).described(
            running=times(components(node), nodes),
            kept=node_volumes(raw, nodes),
            info={**machine_info(node), "host_type": str(raw.get("node_type") or "")},
        )

    return ServiceSpec(
        kind=kind,
        listing=listing,
        describe=describe,
        states=states,
        searched_as=searched_as,
        reason=REASON,
        metrics=metrics,
    )
