"""Redshift clusters: nodes of a type. Paused, their compute is released and their data stay."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import level, percent
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

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
PERCENT = 100
MB_PER_GIB = 1024


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One cluster."""
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
    return parse(raw, scope, id_, name, zone=raw.get("AvailabilityZone")).described(
        running=nodes(size, raw.get("NumberOfNodes") or 1),
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
        "Nodes by their type; of ra3 and rg the bytes in managed storage, "
        "as the share used of their capacity."
    ),
)
