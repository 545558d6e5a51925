"""AlloyDB: the cluster's storage, and the machines of its instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import BYTES_PER_GIB, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import (
    Shape,
    built,
    is_listed,
    machine_info,
    times,
)
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# Of a cluster nothing runs: its instances do, and are assets of their own. FAILED is one whose
# creation failed; of an EMPTY one all storage has been deleted.
CLUSTER_STATES = states(
    running="READY BOOTSTRAPPING MAINTENANCE PROMOTING SWITCHOVER",
    stopped="STOPPED",
    gone="CREATING DELETING EMPTY FAILED",
)

# Google repairs a FAILED instance by itself, on machines that it holds meanwhile.
INSTANCE_STATES = states(
    running="READY STARTING STOPPING MAINTENANCE BOOTSTRAPPING PROMOTING SWITCHOVER FAILED",
    stopped="STOPPED",
    gone="CREATING DELETING",
)

_GIB_PER_VCPU = 8
"""Memory that comes with a vCPU (https://cloud.google.com/alloydb/docs/instance-primary-create)."""


def describe(raw: Raw, scope: Scope) -> Description:
    """Cluster as a GiB of storage for each stored GiB."""
    asset = parse(raw, scope)
    storage = Component("object", "gcp/alloydb", 1, per="stored_gib")
    monitor = {"cluster_id": asset.name, "location": asset.location.region}
    return asset.described(kept=(storage,), state=asset.data.get("state", ""), monitor=monitor)


def _nodes(data: Mapping[str, Any]) -> int:
    """Nodes of an instance: a regional primary has a standby, a read pool as many as it says."""
    if data.get("instanceType") == "READ_POOL":
        return max(1, int(data.get("readPoolConfig", {}).get("nodeCount", 1)))
    # "If empty, defaults to REGIONAL for primary instances" (alloydb.v1, Instance).
    usual = "REGIONAL" if data.get("instanceType") == "PRIMARY" else "ZONAL"
    return 2 if data.get("availabilityType", usual) == "REGIONAL" else 1


def describe_instance(raw: Raw, scope: Scope) -> Description:
    """Instance as the machines of its nodes; none while it is stopped."""
    asset = parse(raw, scope)
    data = asset.data
    config = data["machineConfig"]
    vcpus = int(config.get("cpuCount", 0))
    # Machines could not be chosen at first, and N2 with 8 GiB a vCPU is what they all were.
    machine_type = config.get("machineType") or f"n2-highmem-{vcpus}"
    size = Shape(vcpus, vcpus * _GIB_PER_VCPU) if vcpus and not is_listed(machine_type) else None
    host, parts = built(machine_type, size)
    # A policy, not a state, is what a user sets to stop it, and the state may lag behind.
    state = "STOPPED" if data.get("activationPolicy") == "NEVER" else data.get("state", "")
    monitor = {
        "cluster_id": asset.ids["clusters"],
        "instance_id": asset.name,
        "location": asset.location.region,
    }
    return asset.described(
        running=times(parts, _nodes(data)),
        state=state,
        monitor=monitor,
        info=machine_info(machine_type, host),
    )


SPECS = (
    ServiceSpec(
        kind="alloydb/cluster",
        listing=LISTING,
        accepts=of_type("alloydb.googleapis.com/Cluster"),
        describe=describe,
        states=CLUSTER_STATES,
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
        states=INSTANCE_STATES,
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
