"""Redshift clusters: nodes of a type. Paused, their compute is released and their data stay."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, told
from cloud_carbon_exporter.providers.aws.describing.metrics import HOUR
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_MANAGED = ("ra3.", "rg.")
"""Node types whose data lie in managed storage, outside the nodes."""
PERCENT = 100
MB_PER_GIB = 1024
_GONE = frozenset({"deleting", "final-snapshot"})


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One cluster."""
    name, size, state = raw["ClusterIdentifier"], raw["NodeType"], raw.get("ClusterStatus")
    if state in _GONE:
        return None
    held = () if state == "paused" else nodes(size, raw.get("NumberOfNodes") or 1)
    if size.startswith(_MANAGED):
        held = (*held, Component("block", "aws/redshift", 1.0, per="stored_gib"))
    monitor = {"ClusterIdentifier": name}
    capacity_mb = raw.get("TotalStorageCapacityInMegaBytes")
    if size.startswith(_MANAGED) and capacity_mb:
        monitor["PercentPerGib"] = repr(PERCENT * MB_PER_GIB / capacity_mb)
    return Resource(
        id=arn("redshift", scope.region, scope.account_id, f"cluster:{name}"),
        kind="redshift/cluster",
        name=name,
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=held,
        tags=tags(raw.get("Tags")),
        monitor=monitor,
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
        Metric(  # per cent of the capacity the cluster says it has
            into="stored_gib",
            namespace="AWS/Redshift",
            name="PercentageDiskSpaceUsed",
            dimensions={"ClusterIdentifier": "ClusterIdentifier"},
            over="PercentPerGib",
            period_seconds=HOUR,
            valid_seconds=6 * HOUR,
            every_seconds=HOUR,
        ),
    ),
    reason="Nodes by their type; of ra3 and rg the bytes in managed storage, as the share used of their capacity.",
)
