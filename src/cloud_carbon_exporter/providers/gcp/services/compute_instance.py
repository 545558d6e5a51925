"""Compute Engine instances, whoever made them: by hand, GKE, Dataproc, Dataflow, Batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.machines import Machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import DELETED, Life, last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import (
    LOCAL_SSD_GIB,
    Shape,
    boards,
    built,
    machine_info,
)
from cloud_carbon_exporter.providers.gcp.describing.owned import is_autopilot_node
from cloud_carbon_exporter.providers.gcp.describing.times import made, moment
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# PROVISIONING and STAGING come with each start, of a stopped instance as of a new one: no machine
# works yet, and what is known of the instance stays. PENDING is one that waits for capacity and was
# never started (https://docs.cloud.google.com/compute/docs/instances/instance-lifecycle).
STATES = states(
    running="RUNNING PENDING_STOP STOPPING SUSPENDING REPAIRING",
    stopped="TERMINATED STOPPED SUSPENDED PROVISIONING STAGING DEPROVISIONING",
    gone=f"PENDING {DELETED}",
)


def life(data: Mapping[str, Any]) -> Life:
    """Life of an instance: its last start, and its last stop or suspension.

    While it starts, the time of that start is there already, and the end is still that of the run
    before. Nothing tells when one that was suspended was resumed.
    """
    started = moment(data.get("lastStartTimestamp"))
    ends: list[float] = []
    for field in ("lastStopTimestamp", "lastSuspendedTimestamp"):
        end = moment(data.get(field))
        if end is not None:
            ends.append(end)
    ended = max(ends, default=None)
    if started is None and ended is None:
        started = made(data)
    elif started is not None and ended is not None:
        stopped = STATES.phase(data.get("status", "")) == "stopped"
        if stopped and ended < started:
            return Life(None, ended)
        if not stopped and ended > started:
            return Life()
    return Life(started, ended)


def _scratch_gib(data: Mapping[str, Any]) -> float:
    """Size of the local SSDs, which stand in the instance only; other disks are assets."""
    total = 0.0
    for disk in data.get("disks", ()):
        if disk.get("type") == "SCRATCH":
            total += float(disk.get("diskSizeGb", LOCAL_SSD_GIB))
    return total


def _is_spot(data: Mapping[str, Any]) -> bool:
    scheduling = data.get("scheduling", {})
    return bool(scheduling.get("provisioningModel") == "SPOT" or scheduling.get("preemptible"))


def _allocated(parts: Iterable[Component]) -> tuple[Component, ...]:
    """Shared cores as the fraction that is theirs.

    Monitoring gives their load as a share of that fraction, above 1 in a burst: "Fractional
    utilization of allocated CPU on this instance" (Google Cloud metrics, instance/cpu/utilization).
    """
    return tuple(
        part if part.share == 1 else replace(part, amount=part.amount * part.share, share=1.0)
        for part in parts
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Instance as a machine of its type's size while it runs; its disks are assets of their own."""
    asset = parse(raw, scope)
    data = asset.data
    if is_autopilot_node(data):
        return None
    machine_type = last(data.get("machineType", ""))  # empty where only Monitoring knew it
    known: Shape | None = scope.catalogue.get("machine_types", {}).get(machine_type)
    attached = boards(data.get("guestAccelerators", ()), "acceleratorType", "acceleratorCount")
    host, parts = built(
        machine_type,
        known,
        # What the API says of a machine that does not run.
        cpu=data.get("cpuPlatform", "").replace("Unknown CPU Platform", ""),
        gpu=attached.model,
        gpus=attached.number,
        ssd_gib=_scratch_gib(data),
        threads_per_core=int(data.get("advancedMachineFeatures", {}).get("threadsPerCore", 0)),
    )
    return asset.described(
        running=_allocated(parts),
        state=data.get("status", ""),
        life=life(data),
        monitor=_monitor(data, host),
        info={
            **machine_info(machine_type, host),
            "provisioning": "spot" if _is_spot(data) else "",
        },
    )


def _monitor(data: Mapping[str, Any], host: Machine) -> dict[str, str]:
    """Names of an instance in Monitoring, which knows it by its number."""
    if "id" not in data:
        return {}
    number = str(data["id"])
    monitor = {"instance_id": number, "started": data.get("lastStartTimestamp", "")}
    if host.gpus:
        monitor["gpu_instance_id"] = number
    return monitor


SPEC = ServiceSpec(
    kind="compute/instance",
    listing=LISTING,
    accepts=of_type("compute.googleapis.com/Instance"),
    describe=describe,
    states=STATES,
    reason=(
        "A machine of its type's size: threads, memory, accelerators and local SSD while it runs."
    ),
    metrics=(
        # Joined by number: names repeat across zones, and in time.
        Metric(
            into="cpu_ratio",
            name="compute.googleapis.com/instance/cpu/utilization",
            namespace="gce_instance",
            statistic="ALIGN_MEAN",
            dimensions={"resource.label.instance_id": "instance_id"},
        ),
        # Written by the Ops Agent where one is installed, a series for each board, in per cent.
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
