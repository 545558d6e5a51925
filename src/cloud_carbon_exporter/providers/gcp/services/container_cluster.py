"""GKE: the control plane, and the pods of Autopilot; nodes are instances, counted there."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.gcp.describing.owned import describe_owned
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# PROVISIONING, STOPPING and ERROR are clusters being made or deleted: one in ERROR Google deletes
# by itself. None can be stopped.
STATES = states(running="RUNNING RECONCILING DEGRADED", gone="PROVISIONING STOPPING ERROR")

_DIMENSIONS = {
    "resource.label.cluster_name": "autopilot_cluster",
    "resource.label.location": "location",
}

_WHY = "the machines of a control plane are not shown"


def describe(raw: Raw, scope: Scope) -> Description:
    """Cluster as its control plane; one of Autopilot also as what its pods request."""
    asset = parse(raw, scope)
    data = asset.data
    # A regional cluster has a replica in each of three zones, a zonal one has one.
    replicas = 1 if asset.location.zone else 3
    control_plane = Component("fixed", "gcp/gke-control-plane", replicas, assumed=_WHY)
    pods: tuple[Component, ...] = ()
    monitor = {}
    if data.get("autopilot", {}).get("enabled"):
        node = hidden(1, 1, "an Autopilot node's machine is not shown", "e2")
        pods = per(node, "capacity_units", memory="memory_gib")
        monitor = {
            "autopilot_cluster": data["name"],
            "location": asset.location.zone or asset.location.region,
        }
    info = {"host_type": "autopilot" if monitor else "standard"}
    return asset.described(
        running=(control_plane, *pods),
        state=data.get("status", ""),
        name=data["name"],
        monitor=monitor,
        tags=data.get("resourceLabels"),
        info=info,
    )


SPECS = (
    ServiceSpec(
        kind="container/cluster",
        listing=LISTING,
        accepts=of_type("container.googleapis.com/Cluster"),
        describe=describe,
        states=STATES,
        reason=(
            "The control plane's share, and for Autopilot the vCPUs and memory its pods request."
        ),
        # A series for each container. Autopilot sizes and bills its nodes by what they request.
        metrics=(
            Metric(
                into="capacity_units",
                name="kubernetes.io/container/cpu/request_cores",
                namespace="k8s_container",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions=_DIMENSIONS,
            ),
            Metric(
                into="memory_gib",
                name="kubernetes.io/container/memory/request_bytes",
                namespace="k8s_container",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions=_DIMENSIONS,
                scale=1 / BYTES_PER_GIB,
            ),
            Metric(
                into="cpu_ratio",
                name="kubernetes.io/container/cpu/request_utilization",
                namespace="k8s_container",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions=_DIMENSIONS,
            ),
        ),
    ),
    ServiceSpec(
        kind="container/node_pool",
        listing=LISTING,
        accepts=of_type("container.googleapis.com/NodePool"),
        describe=describe_owned,
        reason="Draws nothing of its own: its nodes are instances.",
    ),
)
