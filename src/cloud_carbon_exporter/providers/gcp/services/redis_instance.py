"""Memorystore for Redis and Valkey: memory, and the node under it."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Asset, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_VCPUS = 2
_HIDDEN_VCPUS = "a node's vCPUs are not shown"
# vCPUs and GiB of a node
# (https://cloud.google.com/memorystore/docs/cluster/cluster-node-specification).
_NODES = {
    "SHARED_CORE_NANO": (0.5, 1.4),
    "CUSTOM_MICRO": (1, 2),
    "CUSTOM_MINI": (2, 4),
    "STANDARD_SMALL": (2, 6.5),
    "HIGHCPU_MEDIUM": (4, 6.5),
    "STANDARD_LARGE": (4, 13),
    "HIGHMEM_MEDIUM": (2, 13),
    "HIGHMEM_XLARGE": (8, 58),
    "HIGHMEM_2XLARGE": (16, 116),
}


def describe(raw: Raw, scope: Scope) -> Resource:
    """Memory of the instance's size on each node: one, or a primary and its replicas."""
    asset = parse(raw, scope)
    data = asset.data
    nodes = 1 + int(data.get("replicaCount", 1)) if data.get("tier") == "STANDARD_HA" else 1
    parts = times(hidden(_VCPUS, float(data["memorySizeGb"]), _HIDDEN_VCPUS), nodes)
    # Monitoring knows it by its full name.
    return asset.resource(
        parts, monitor={"instance_id": data["name"]}, info={"host_type": data.get("tier", "")}
    )


def _nodes(asset: Asset, memory_gib: float) -> tuple[Component, ...]:
    data = asset.data
    nodes = max(1, int(data.get("shardCount", 1))) * (1 + int(data.get("replicaCount", 0)))
    node_type = data.get("nodeType", "").removeprefix("REDIS_")
    why = "" if node_type in _NODES else f"unknown node type {node_type or '(none)'}"
    vcpus, gib = _NODES.get(node_type, (_VCPUS, memory_gib or 13))
    return times(hidden(vcpus, gib, why or "a node's processor is not shown"), nodes)


def describe_cluster(raw: Raw, scope: Scope) -> Resource:
    """Nodes of one type: each shard's primary and replicas."""
    asset = parse(raw, scope)
    data = asset.data
    shards = max(1, int(data.get("shardCount", 1)))
    parts = _nodes(asset, float(data.get("preciseSizeGb", 0)) / shards)
    monitor = {"cluster_id": asset.name, "location": asset.location.region}
    return asset.resource(parts, monitor=monitor, info={"host_type": data.get("nodeType", "")})


def describe_valkey(raw: Raw, scope: Scope) -> Resource:
    """Nodes of one type, as in a Redis cluster."""
    asset = parse(raw, scope)
    data = asset.data
    parts = _nodes(asset, float(data.get("nodeConfig", {}).get("sizeGb", 0)))
    monitor = {"instance_id": asset.name, "location": asset.location.region}
    return asset.resource(parts, monitor=monitor, info={"host_type": data.get("nodeType", "")})


SPECS = (
    ServiceSpec(
        kind="redis/instance",
        listing=LISTING,
        accepts=of_type("redis.googleapis.com/Instance"),
        describe=describe,
        reason="Memory of its size on every node, with two vCPUs each, as Google does not say how many.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="redis.googleapis.com/stats/cpu_utilization",
                namespace="redis_instance",
                # vCPU-seconds a second, split by space and relationship: the sum over the two vCPUs
                # assumed.
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions={"resource.label.instance_id": "instance_id"},
                fixed={"metric.label.role": "primary"},
                scale=1 / _VCPUS,
            ),
        ),
    ),
    ServiceSpec(
        kind="redis/cluster",
        listing=LISTING,
        accepts=of_type("redis.googleapis.com/Cluster"),
        describe=describe_cluster,
        reason="Nodes of its type, primaries and replicas.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="redis.googleapis.com/cluster/cpu/average_utilization",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions={
                    "resource.label.cluster_id": "cluster_id",
                    "resource.label.location": "location",
                },
            ),
        ),
    ),
    ServiceSpec(
        kind="memorystore/instance",
        listing=LISTING,
        accepts=of_type("memorystore.googleapis.com/Instance"),
        describe=describe_valkey,
        reason="Valkey nodes of its type, primaries and replicas.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="memorystore.googleapis.com/instance/cpu/average_utilization",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions={
                    "resource.label.instance_id": "instance_id",
                    "resource.label.location": "location",
                },
            ),
        ),
    ),
)
