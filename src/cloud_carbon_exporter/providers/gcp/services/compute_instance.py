"""Compute Engine instances, whoever made them: by hand, GKE, Dataproc, Dataflow, Batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import (
    LOCAL_SSD_GIB,
    Shape,
    boards,
    built,
)
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_OFF = frozenset(
    {"TERMINATED", "STOPPED", "SUSPENDED", "PROVISIONING", "STAGING", "DEPROVISIONING", "PENDING"}
)


def _autopilot_node(data: Mapping[str, Any]) -> bool:
    """GKE names nodes of Autopilot gk3-*: its pods are counted at the cluster."""
    return data.get("name", "").startswith("gk3-") and "goog-gke-node" in data.get("labels", {})


def _scratch_gib(data: Mapping[str, Any]) -> float:
    """Local SSDs stand in the instance only; every other disk is an asset of its own."""
    disks = data.get("disks", ())
    return sum(
        float(disk.get("diskSizeGb", LOCAL_SSD_GIB))
        for disk in disks
        if disk.get("type") == "SCRATCH"
    )


def _allocated(parts: Iterable[Component]) -> tuple[Component, ...]:
    """Shared cores as the fraction that is theirs: Monitoring gives their load as a share of that,
    above 1 in a burst.

    Source: "Fractional utilization of allocated CPU on this instance" (Google Cloud metrics,
        instance/cpu/utilization).
    """
    return tuple(replace(part, amount=part.amount * part.share, share=1.0) for part in parts)


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """A machine of its type's size while it runs; nothing while it is stopped."""
    asset = parse(raw, scope)
    data = asset.data
    if _autopilot_node(data):
        return None
    machine_type = last(data["machineType"])
    known: Shape | None = scope.catalogue.get("machine_types", {}).get(machine_type)
    gpu, gpus = boards(data.get("guestAccelerators", ()), "acceleratorType", "acceleratorCount")
    made, parts = built(
        machine_type,
        known,
        cpu=data.get("cpuPlatform", "").replace("Unknown CPU Platform", ""),
        gpu=gpu,
        gpus=gpus,
        ssd_gib=_scratch_gib(data),
        threads_per_core=int(data.get("advancedMachineFeatures", {}).get("threadsPerCore", 0)),
    )
    running = data.get("status") not in _OFF
    info = {"host_type": machine_type, "architecture": made.architecture, "cpu": made.cpu}
    scheduling = data.get("scheduling", {})
    if scheduling.get("provisioningModel") == "SPOT" or scheduling.get("preemptible"):
        info["provisioning"] = "spot"
    monitor = {}
    if running and "id" in data:
        monitor = {"instance_id": str(data["id"]), "started": data.get("lastStartTimestamp", "")}
        if made.gpus:
            monitor["gpu_instance_id"] = monitor["instance_id"]
    return asset.resource(_allocated(parts) if running else (), monitor=monitor, info=info)


SPEC = ServiceSpec(
    kind="compute/instance",
    listing=LISTING,
    accepts=of_type("compute.googleapis.com/Instance"),
    describe=describe,
    reason="A machine of its type's size: threads, memory, accelerators and local SSD while it runs.",
    metrics=(
        Metric(
            into="cpu_ratio",
            name="compute.googleapis.com/instance/cpu/utilization",
            namespace="gce_instance",
            statistic="ALIGN_MEAN",
            dimensions={"resource.label.instance_id": "instance_id"},
        ),
        Metric(
            into="gpu_ratio",
            name="agent.googleapis.com/gpu/utilization",
            namespace="gce_instance",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={"resource.label.instance_id": "gpu_instance_id"},
            scale=0.01,
        ),
    ),
    permissions=("compute.machineTypes.list",),
)
