"""Memorystore for Memcached: nodes of a chosen size."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# An instance cannot be stopped: what is not in use is deleted.
STATES = states(
    running="READY UPDATING PERFORMING_MAINTENANCE MEMCACHE_VERSION_UPGRADING",
    gone="CREATING DELETING",
)


def describe(raw: Raw, scope: Scope) -> Description:
    """Memcached instance as the vCPUs and memory of its nodes."""
    asset = parse(raw, scope)
    size = asset.data["nodeConfig"]
    node = hidden(
        float(size["cpuCount"]), size["memorySizeMb"] / 1024, "a node's processor is not shown"
    )
    nodes = int(asset.data["nodeCount"])
    monitor = {
        "instance_id": asset.name,
        "location": asset.location.region,
        "vcpus": str(float(size["cpuCount"]) * nodes),
    }
    return asset.described(
        running=times(node, nodes), state=asset.data.get("state", ""), monitor=monitor
    )


SPEC = ServiceSpec(
    kind="memcache/instance",
    listing=LISTING,
    accepts=of_type("memcache.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason="The vCPUs and memory of its nodes.",
    metrics=(
        # vCPU-seconds of each node, which tells its zone: the instance's name is of one in its
        # region. Their sum is how many of its vCPUs work.
        Metric(
            into="cpu_ratio",
            name="memcache.googleapis.com/node/cpu/usage_time",
            namespace="memcache_node",
            statistic="ALIGN_RATE/REDUCE_SUM",
            dimensions={
                "resource.label.instance_id": "instance_id",
                "resource.label.location": "location",
            },
            over="vcpus",
        ),
    ),
)
