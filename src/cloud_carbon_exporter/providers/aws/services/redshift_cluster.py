"""Redshift clusters: nodes of a type, leaders and a second zone among them.

Paused, their compute is released and their data stay.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes, per
from cloud_carbon_exporter.providers.aws.describing.metrics import level, percent
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "redshift/cluster"
# Redshift API reference. Of incompatible-restore no cluster came to be.
STATES = states(
    running=(
        "available",
        "available, prep-for-resize",
        "available, resize-cleanup",
        "cancelling-resize",
        "creating",
        "hardware-failure",
        "incompatible-hsm",
        "incompatible-network",
        "incompatible-parameters",
        "modifying",
        "rebooting",
        "renaming",
        "resizing",
        "rotating-keys",
        "storage-full",
        "updating-hsm",
    ),
    stopped="paused",
    gone="deleting final-snapshot incompatible-restore",
)
# Node types whose data lie in managed storage, outside the nodes.
_MANAGED = ("ra3.", "rg.")
# Words of MultiAZ, which the API reference calls a Boolean in a string.
_IN_TWO_ZONES = ("enabled", "true")
PERCENT = 100
MB_PER_GIB = 1024


def _in_zone(told: Raw, compute_nodes: int) -> int:
    """Nodes of a cluster in one zone, its leader among them.

    A cluster of several nodes has a leader of the same type, which costs nothing; one of a single
    node is its own leader (Redshift management guide, clusters and nodes).
    """
    leader = 1 if compute_nodes > 1 else 0
    return len(told.get("ClusterNodes") or ()) or compute_nodes + leader


def _nodes(raw: Raw) -> int:
    """Nodes of a cluster in all its zones. A Multi-AZ one has as many again in a second zone."""
    compute_nodes = raw.get("NumberOfNodes") or 1
    count = _in_zone(raw, compute_nodes)
    if str(raw.get("MultiAZ")).lower() in _IN_TWO_ZONES:
        count += _in_zone(raw.get("MultiAZSecondary") or {}, compute_nodes)
    return count


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster, and the clusters that concurrency scaling adds to it for a while."""
    name, size = raw["ClusterIdentifier"], raw.get("NodeType") or ""
    id_ = arn("redshift", scope.region, scope.account_id, f"cluster:{name}")
    managed: tuple[Component, ...] = ()
    monitor = {"ClusterIdentifier": name}
    if size.startswith(_MANAGED):
        managed = (Component("block", "aws/redshift", 1.0, per="stored_gib"),)
        capacity_mb = raw.get("TotalStorageCapacityInMegaBytes")
        # The percentage read is of this capacity, so that so many per cent are a GiB.
        if capacity_mb:
            monitor["PercentPerGib"] = repr(PERCENT * MB_PER_GIB / capacity_mb)
    # A cluster that is added is taken as large as the one it helps, in one zone.
    added = _in_zone(raw, raw.get("NumberOfNodes") or 1)
    return parse(raw, scope, id_, name, zone=raw.get("AvailabilityZone")).described(
        running=(*nodes(size, _nodes(raw)), *per(nodes(size, added), "capacity_units")),
        kept=managed,
        state=raw.get("ClusterStatus", ""),
        monitor=monitor,
        info={"host_type": size},
        started=raw.get("ClusterCreateTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="redshift",
        operation="DescribeClusters",
        scope="region",
        items="Clusters[]",
        kind_of=lambda raw: KIND,
        permissions=("redshift:DescribeClusters",),
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent(
            "cpu_ratio",
            "AWS/Redshift",
            "CPUUtilization",
            {"ClusterIdentifier": "ClusterIdentifier"},
        ),
        # Clusters that concurrency scaling runs besides, in the mean.
        Metric(
            into="capacity_units",
            namespace="AWS/Redshift",
            name="ConcurrencyScalingActiveClusters",
            dimensions={"ClusterIdentifier": "ClusterIdentifier"},
            absent=0,
        ),
        # Per cent of the capacity the cluster says it has.
        level(
            "stored_gib",
            "AWS/Redshift",
            "PercentageDiskSpaceUsed",
            {"ClusterIdentifier": "ClusterIdentifier"},
            over="PercentPerGib",
        ),
    ),
    reason=(
        "Nodes by their type, leaders, a second zone and what concurrency scaling adds among them; "
        "of ra3 and rg the bytes in managed storage, as the share used of their capacity."
    ),
)
