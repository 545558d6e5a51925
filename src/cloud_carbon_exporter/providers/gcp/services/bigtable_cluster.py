"""Bigtable: the nodes of each cluster and the bytes it stores."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# DISABLED: no nodes are behind it, and the tables still exist.
STATES = states(running="READY RESIZING", stopped="DISABLED", gone="CREATING")

# Google shows no size of a node; it is taken to be as large as one of Spanner.
_NODE_VCPUS, _NODE_MEMORY_GIB = 4, 16


def describe(raw: Raw, scope: Scope) -> Description:
    """Cluster as hidden hosts for its nodes, and storage for each stored GiB."""
    asset = parse(raw, scope)
    data = asset.data
    nodes = int(data.get("serveNodes", 1))
    storage = "hdd" if data.get("defaultStorageType") == "HDD" else "ssd"
    hosts = hidden(_NODE_VCPUS * nodes, _NODE_MEMORY_GIB * nodes, "a node's hardware is not shown")
    tables = Component("object", f"gcp/bigtable-{storage}", 1, per="stored_gib")
    monitor = {"instance": asset.ids["instances"], "cluster": asset.ids["clusters"]}
    return asset.described(
        running=hosts, kept=(tables,), state=data.get("state", ""), monitor=monitor
    )


_DIMENSIONS = {"resource.label.instance": "instance", "resource.label.cluster": "cluster"}

SPEC = ServiceSpec(
    kind="bigtableadmin/cluster",
    listing=LISTING,
    accepts=of_type("bigtableadmin.googleapis.com/Cluster"),
    describe=describe,
    states=STATES,
    reason="Its nodes, each taken as 4 vCPUs with 16 GiB, and the bytes it stores.",
    metrics=(
        # The mean over a cluster's nodes; bytes come split by storage type.
        Metric(
            into="cpu_ratio",
            name="bigtable.googleapis.com/cluster/cpu_load",
            namespace="bigtable_cluster",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions=_DIMENSIONS,
        ),
        Metric(
            into="stored_gib",
            name="bigtable.googleapis.com/disk/bytes_used",
            namespace="bigtable_cluster",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions=_DIMENSIONS,
            scale=1 / BYTES_PER_GIB,
        ),
    ),
)
