"""Memorystore for Redis and Valkey: memory, and the node under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# None of them can be stopped: what is not in use is deleted.
INSTANCE_STATES = states(
    running="READY UPDATING REPAIRING MAINTENANCE IMPORTING FAILING_OVER", gone="CREATING DELETING"
)
CLUSTER_STATES = states(running="ACTIVE UPDATING", gone="CREATING DELETING")

_VCPUS = 2
"""vCPUs taken for a node of which Google does not say how many it has."""

_UNKNOWN_MEMORY_GIB = 13
"""Memory taken for a node whose type and size are unknown: that of the default type."""


class _Node(NamedTuple):
    """Size of a node."""

    vcpus: float
    memory_gib: float


_NODES = {
    "SHARED_CORE_NANO": _Node(0.5, 1.4),
    "CUSTOM_PICO": _Node(2, 1.25),
    "CUSTOM_MICRO": _Node(2, 2.5),
    "CUSTOM_MINI": _Node(2, 3.75),
    "STANDARD_SMALL": _Node(2, 6.5),
    "HIGHMEM_MEDIUM": _Node(2, 13),
    "HIGHCPU_MEDIUM": _Node(8, 13),
    "STANDARD_LARGE": _Node(8, 26),
    "HIGHMEM_XLARGE": _Node(8, 58),
    "HIGHMEM_2XLARGE": _Node(16, 110),
}
"""Node types, with all of their memory
(https://docs.cloud.google.com/memorystore/docs/valkey/instance-node-specification)."""


def describe(raw: Raw, scope: Scope) -> Description:
    """Redis instance as memory of its size on each node: one, or a primary and its replicas."""
    asset = parse(raw, scope)
    data = asset.data
    nodes = 1 + int(data.get("replicaCount", 1)) if data.get("tier") == "STANDARD_HA" else 1
    node = hidden(_VCPUS, float(data["memorySizeGb"]), "a node's vCPUs are not shown")
    return asset.described(
        running=times(node, nodes),
        state=data.get("state", ""),
        # Monitoring knows it by its full name.
        monitor={"instance_id": data["name"], "vcpus": str(_VCPUS)},
        info={"host_type": data.get("tier", "")},
    )


def _shards(data: Mapping[str, Any]) -> int:
    return max(1, int(data.get("shardCount", 1)))


def _nodes(data: Mapping[str, Any], memory_gib: float) -> tuple[Component, ...]:
    """Components of all nodes, each shard's primary and replicas.

    memory_gib: a node's, for a type nobody knows.
    """
    node_type = str(data.get("nodeType", "")).removeprefix("REDIS_")
    size, why = _NODES.get(node_type), "a node's processor is not shown"
    if size is None:
        size = _Node(_VCPUS, memory_gib or _UNKNOWN_MEMORY_GIB)
        why = f"unknown node type {node_type or '(none)'}"
    nodes = _shards(data) * (1 + int(data.get("replicaCount", 0)))
    return times(hidden(size.vcpus, size.memory_gib, why), nodes)


def describe_cluster(raw: Raw, scope: Scope) -> Description:
    """Redis cluster as nodes of one type: each shard's primary and replicas."""
    asset = parse(raw, scope)
    data = asset.data
    return asset.described(
        running=_nodes(data, float(data.get("preciseSizeGb", 0)) / _shards(data)),
        state=data.get("state", ""),
        monitor={"cluster_id": asset.name, "location": asset.location.region},
        info={"host_type": data.get("nodeType", "")},
    )


def describe_valkey(raw: Raw, scope: Scope) -> Description:
    """Valkey instance as nodes of one type, as a Redis cluster is."""
    asset = parse(raw, scope)
    data = asset.data
    return asset.described(
        running=_nodes(data, float(data.get("nodeConfig", {}).get("sizeGb", 0))),
        state=data.get("state", ""),
        monitor={"instance_id": asset.name, "location": asset.location.region},
        info={"host_type": data.get("nodeType", "")},
    )


SPECS = (
    ServiceSpec(
        kind="redis/instance",
        listing=LISTING,
        accepts=of_type("redis.googleapis.com/Instance"),
        describe=describe,
        states=INSTANCE_STATES,
        reason=(
            "Memory of its size on every node, with two vCPUs each, as Google does not say "
            "how many."
        ),
        metrics=(
            Metric(
                into="cpu_ratio",
                name="redis.googleapis.com/stats/cpu_utilization",
                namespace="redis_instance",
                # vCPU-seconds, split by space and relationship: the sum of their rates is how many
                # of the vCPUs assumed work.
                statistic="ALIGN_RATE/REDUCE_SUM",
                dimensions={"resource.label.instance_id": "instance_id"},
                fixed={"metric.label.role": "primary"},
                over="vcpus",
            ),
        ),
    ),
    ServiceSpec(
        kind="redis/cluster",
        listing=LISTING,
        accepts=of_type("redis.googleapis.com/Cluster"),
        describe=describe_cluster,
        states=CLUSTER_STATES,
        reason="Nodes of its type, primaries and replicas.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="redis.googleapis.com/cluster/cpu/average_utilization",
                namespace="redis.googleapis.com/Cluster",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions={
                    "resource.label.cluster_id": "cluster_id",
                    "resource.label.location": "location",
                },
                delay_seconds=60,
            ),
        ),
    ),
    ServiceSpec(
        kind="memorystore/instance",
        listing=LISTING,
        accepts=of_type("memorystore.googleapis.com/Instance"),
        describe=describe_valkey,
        states=CLUSTER_STATES,
        reason="Valkey nodes of its type, primaries and replicas.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="memorystore.googleapis.com/instance/cpu/average_utilization",
                namespace="memorystore.googleapis.com/Instance",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions={
                    "resource.label.instance_id": "instance_id",
                    "resource.label.location": "location",
                },
                delay_seconds=60,
            ),
        ),
    ),
)
