"""Redshift clusters: nodes of a type. Paused, their compute is released and their data stay."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws._hardware import nodes, told
from cloud_carbon_exporter.providers.aws._names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_MANAGED = ("ra3.", "rg.")
"""Node types whose data lie in managed storage, outside the nodes."""
_GONE = frozenset({"deleting", "final-snapshot"})


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster."""
    name, size, state = raw["ClusterIdentifier"], raw["NodeType"], raw.get("ClusterStatus")
    if state in _GONE:
        return None
    held = () if state == "paused" else nodes(size, raw.get("NumberOfNodes") or 1)
    if size.startswith(_MANAGED):
        held = (*held, Component("block", "aws/redshift", 1.0, per="stored_gib"))
    return Resource(
        id=arn("redshift", scope.region, scope.account_id, f"cluster:{name}"),
        kind="redshift/cluster",
        name=name,
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=held,
        tags=tags(raw.get("Tags")),
        monitor={"ClusterIdentifier": name},
        info=told(host_type=size, state=state),
    )


SPEC = ServiceSpec(
    kind="redshift/cluster",
    listing=Listing(
        api="redshift",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: "redshift/cluster",
        permissions=("redshift:DescribeClusters",),
    ),
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/Redshift",
            name="CPUUtilization",
            dimensions={"ClusterIdentifier": "ClusterIdentifier"},
            scale=0.01,
        ),
    ),
    reason="Nodes by their type; no API tells the bytes in ra3's managed storage, so a stated default stands in.",
)
