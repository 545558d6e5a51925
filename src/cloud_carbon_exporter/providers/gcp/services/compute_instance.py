"""Compute Engine instances, whoever made them: by hand, GKE, Dataproc, Dataflow, Batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.machines import Machine
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import DELETED, Life, last, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import (
    LOCAL_SSD_GIB,
    Shape,
    boards,
    built,
    bundled_ssd_gib,
    bursting,
    machine_info,
)
from cloud_carbon_exporter.providers.gcp.describing.owned import (
    COUNTED_BY_AUTOPILOT,
    is_autopilot_node,
    is_gke_node,
)
from cloud_carbon_exporter.providers.gcp.describing.times import created, moment
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
        started = created(data)
    elif started is not None and ended is not None:
        stopped = STATES.phase(data.get("status", "")) == "stopped"
        if stopped and ended < started:
            return Life(None, ended)
        if not stopped and ended > started:
            return Life()
    return Life(started, ended)


def _scratch_gib(data: Mapping[str, Any], machine_type: str) -> float:
    """Size of the local SSDs, which stand in the instance only; other disks are assets."""
    total = 0.0
    for disk in data.get("disks", ()):
        if disk.get("type") != "SCRATCH":
            continue
        if "diskSizeGb" not in disk and bundled_ssd_gib(machine_type):
            return 0.0  # the type tells how large they are
        total += float(disk.get("diskSizeGb", LOCAL_SSD_GIB))
    return total


def _is_spot(data: Mapping[str, Any]) -> bool:
    scheduling = data.get("scheduling", {})
    return bool(scheduling.get("provisioningModel") == "SPOT" or scheduling.get("preemptible"))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Instance as a machine of its type's size while it runs; its disks are assets of their own.

    Of a node of Autopilot it is what its cluster does not count: accelerators and local SSD.
    """
    asset = parse(raw, scope)
    data = asset.data
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
        ssd_gib=_scratch_gib(data, machine_type),
        threads_per_core=int(data.get("advancedMachineFeatures", {}).get("threadsPerCore", 0)),
    )
    if is_autopilot_node(data):
        parts = tuple(part for part in parts if part.kind not in COUNTED_BY_AUTOPILOT)
        if not parts:
            return None
    return asset.described(
        running=bursting(parts),
        state=data.get("status", ""),
        life=life(data),
        monitor=_monitor(data, host),
        info={
            **machine_info(machine_type, host),
            "provisioning": "spot" if _is_spot(data) else "",
        },
    )


def _monitor(data: Mapping[str, Any], host: Machine) -> dict[str, str]:
    """Names of an instance in Monitoring, which knows it by its number, and GKE by its name.

    Of one board only one source is asked how hard it works: a node of GKE is told by GKE.
    """
    if "id" not in data:
        return {}
    number = str(data["id"])
    monitor = {"instance_id": number, "started": data.get("lastStartTimestamp", "")}
    if not host.gpus:
        return monitor
    monitor["gpu_instance_id"] = number
    if not is_gke_node(data):
        return {**monitor, "agent_instance_id": number}
    # Names of nodes end in letters drawn by lot: one is enough to know a node by.
    monitor["node_name"] = data.get("name", "")
    if not host.gpu.startswith("TPU"):
        monitor["gpu_node_name"] = monitor["node_name"]
        monitor["boards"] = str(max(1.0, host.gpus))  # a part of one is seen as one
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
        # Written for A3 Mega and what came after it, spot ones apart, without any agent: watts of
        # each board. "After sampling, data is not visible for up to 540 seconds."
        Metric(
            into="gpu_watts",
            name="compute.googleapis.com/instance/gpu/power_consumption",
            namespace="gce_instance",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"resource.label.instance_id": "gpu_instance_id"},
            delay_seconds=300,
        ),
        # Written by the Ops Agent where one is installed, a series for each board, in per cent.
        Metric(
            into="gpu_ratio",
            name="agent.googleapis.com/gpu/utilization",
            namespace="gce_instance",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={"resource.label.instance_id": "agent_instance_id"},
            scale=0.01,
        ),
        # GKE tells the boards of a container, each in per cent; those in no container do not work.
        Metric(
            into="gpu_ratio",
            name="kubernetes.io/container/accelerator/duty_cycle",
            namespace="k8s_container",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"metadata.system_labels.node_name": "gpu_node_name"},
            over="boards",
            scale=0.01,
        ),
        # Where several containers share a board, and of TPUs, GKE tells those of the node.
        Metric(
            into="gpu_ratio",
            name="kubernetes.io/node/accelerator/duty_cycle",
            namespace="k8s_node",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={"resource.label.node_name": "node_name"},
            scale=0.01,
        ),
    ),
    permissions=("compute.machineTypes.list",),
)
