"""GKE: the control plane, and the pods of Autopilot. Nodes are Compute Engine instances and counted
there.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_DIMENSIONS = {
    "resource.label.cluster_name": "autopilot_cluster",
    "resource.label.location": "location",
}


def describe(raw: Raw, scope: Scope) -> Resource:
    """One control plane replica, three in a regional cluster; for Autopilot also what its pods
    request.
    """
    asset = parse(raw, scope)
    data = asset.data
    replicas = 1 if asset.location.zone else 3
    held: tuple[Component, ...] = (Component("fixed", "gcp/gke-control-plane", replicas),)
    monitor = {}
    if data.get("autopilot", {}).get("enabled"):
        pods = hidden(1, 1, "an Autopilot node's machine is not shown", "e2")
        held = (*held, *per(pods, "capacity_units", memory="memory_gib"))
        monitor = {
            "autopilot_cluster": data["name"],
            "location": asset.location.zone or asset.location.region,
        }
    info = {"host_type": "autopilot" if monitor else "standard"}
    return asset.resource(
        held, name=data["name"], monitor=monitor, tags=data.get("resourceLabels"), info=info
    )


def describe_node_pool(raw: Raw, scope: Scope) -> None:
    """Nodes are instances of the project, counted there."""


SPECS = (
    ServiceSpec(
        kind="container/cluster",
        listing=LISTING,
        accepts=of_type("container.googleapis.com/Cluster"),
        describe=describe,
        reason="The control plane's share, and for Autopilot the vCPUs and memory its pods request.",
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
        describe=describe_node_pool,
        reason="Draws nothing of its own: its nodes are instances.",
    ),
)
