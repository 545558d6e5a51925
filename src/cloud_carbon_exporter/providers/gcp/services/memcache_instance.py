"""Memorystore for Memcached: nodes of a chosen size."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Resource:
    """Its nodes' vCPUs and memory."""
    asset = parse(raw, scope)
    node = asset.data["nodeConfig"]
    parts = hidden(
        float(node["cpuCount"]), node["memorySizeMb"] / 1024, "a node's processor is not shown"
    )
    monitor = {"instance_id": asset.name, "location": asset.location.region}
    return asset.resource(times(parts, int(asset.data["nodeCount"])), monitor=monitor)


SPEC = ServiceSpec(
    kind="memcache/instance",
    listing=LISTING,
    accepts=of_type("memcache.googleapis.com/Instance"),
    describe=describe,
    reason="The vCPUs and memory of its nodes.",
    metrics=(
        Metric(
            into="cpu_ratio",
            name="memcache.googleapis.com/node/cpu/utilization",
            namespace="memcache_node",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={
                "resource.label.instance_id": "instance_id",
                "resource.label.location": "location",
            },
        ),
    ),
)
