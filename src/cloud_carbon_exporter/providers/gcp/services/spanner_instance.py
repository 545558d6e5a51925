"""Spanner: processing units in every replica of the instance's configuration."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden
from cloud_carbon_exporter.providers.gcp.describing.replicas import replicas, scaled_apart
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# An instance cannot be stopped; one that scales to its least still holds processing units.
STATES = states(running="READY", gone="CREATING")

_UNITS_PER_NODE = 1000
_NODE_VCPUS, _NODE_MEMORY_GIB = 4, 16


def describe(raw: Raw, scope: Scope) -> Description:
    """Instance as hosts for its processing units, and its stored bytes, in every replica."""
    asset = parse(raw, scope)
    data = asset.data
    config = last(data["config"])
    copies = replicas(config, data)
    units = float(data.get("processingUnits") or int(data.get("nodeCount", 0)) * _UNITS_PER_NODE)
    nodes = copies.units(units, scaled_apart(data)) / _UNITS_PER_NODE
    hosts = hidden(_NODE_VCPUS * nodes, _NODE_MEMORY_GIB * nodes, "a node's hardware is not shown")
    storage = Component("object", "gcp/spanner", copies.holding, per="stored_gib")
    return asset.described(
        running=hosts,
        kept=(storage,),
        state=data.get("state", ""),
        monitor={"instance_id": asset.name},
        info={"host_type": config},
    )


SPEC = ServiceSpec(
    kind="spanner/instance",
    listing=LISTING,
    accepts=of_type("spanner.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason=(
        "Its processing units in every replica, a node taken as 4 vCPUs with 16 GiB, and its "
        "bytes in each that does more than vote."
    ),
    metrics=(
        Metric(
            into="cpu_ratio",
            name="spanner.googleapis.com/instance/cpu/utilization",
            namespace="spanner_instance",
            # Split by database: their sum, of what is provisioned in one region of the instance;
            # then the mean of its regions.
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"resource.label.instance_id": "instance_id"},
            spread="resource.label.location",
        ),
        Metric(
            into="stored_gib",
            name="spanner.googleapis.com/instance/storage/used_bytes",
            namespace="spanner_instance",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"resource.label.instance_id": "instance_id"},
            scale=1 / BYTES_PER_GIB,
        ),
    ),
)
