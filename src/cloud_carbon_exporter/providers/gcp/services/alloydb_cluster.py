"""AlloyDB: the cluster's storage, and the machines of its instances."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, built, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_GIB_PER_VCPU = 8
"""Memory that comes with a vCPU (https://cloud.google.com/alloydb/docs/instance-primary-create)."""


def describe(raw: Raw, scope: Scope) -> Resource:
    """A GiB of storage for each stored GiB; its instances are assets of their own."""
    asset = parse(raw, scope)
    held = Component("object", "gcp/alloydb", 1, per="stored_gib")
    return asset.resource(
        (held,), monitor={"cluster_id": asset.name, "location": asset.location.region}
    )


def describe_instance(raw: Raw, scope: Scope) -> Resource:
    """Its nodes: two for a regional primary, as many as the read pool says; none while it is
    stopped.
    """
    asset = parse(raw, scope)
    data = asset.data
    config = data["machineConfig"]
    vcpus = int(config["cpuCount"])
    machine_type = config.get("machineType") or f"n2-highmem-{vcpus}"
    made, parts = built(machine_type, Shape(vcpus, vcpus * _GIB_PER_VCPU))
    nodes = 2 if data.get("availabilityType") == "REGIONAL" else 1
    if data.get("instanceType") == "READ_POOL":
        nodes = max(1, int(data.get("readPoolConfig", {}).get("nodeCount", 1)))
    info = {"host_type": machine_type, "architecture": made.architecture, "cpu": made.cpu}
    if data.get("activationPolicy") == "NEVER" or data.get("state") == "STOPPED":
        return asset.resource((), info=info)
    monitor = {
        "cluster_id": asset.ids["clusters"],
        "instance_id": asset.name,
        "location": asset.location.region,
    }
    return asset.resource(times(parts, nodes), monitor=monitor, info=info)


SPECS = (
    ServiceSpec(
        kind="alloydb/cluster",
        listing=LISTING,
        accepts=of_type("alloydb.googleapis.com/Cluster"),
        describe=describe,
        reason="The bytes its databases store.",
        metrics=(
            Metric(
                into="stored_gib",
                name="alloydb.googleapis.com/cluster/storage/usage",
                namespace="alloydb.googleapis.com/Cluster",
                statistic="ALIGN_MEAN/REDUCE_SUM",
                dimensions={
                    "resource.label.cluster_id": "cluster_id",
                    "resource.label.location": "location",
                },
                scale=1 / BYTES_PER_GIB,
            ),
        ),
    ),
    ServiceSpec(
        kind="alloydb/instance",
        listing=LISTING,
        accepts=of_type("alloydb.googleapis.com/Instance"),
        describe=describe_instance,
        reason="Its nodes' vCPUs and memory: a standby where regional, every node of a read pool.",
        metrics=(
            Metric(
                into="cpu_ratio",
                name="alloydb.googleapis.com/instance/cpu/average_utilization",
                namespace="alloydb.googleapis.com/Instance",
                statistic="ALIGN_MEAN/REDUCE_MEAN",
                dimensions={
                    "resource.label.cluster_id": "cluster_id",
                    "resource.label.instance_id": "instance_id",
                    "resource.label.location": "location",
                },
            ),
        ),
    ),
)
