"""EC2 instances, whoever started them: nodes of EKS, ECS, EMR, Batch and Beanstalk are such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.events import end_of
from cloud_carbon_exporter.providers.aws.describing.managers import manager_of
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.moments import of_transition
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "ec2/instance"
# EC2 user guide, instance lifecycle. Pending, the host is chosen, and the machine starts on it.
STATES = states(
    running="pending running", stopped="stopping stopped shutting-down", gone="terminated"
)
_GIB_PER_GB = 1000**3 / 1024**3
_GB_PER_TB = 1000
# What a type is made of never changes; a day is how long a new type stays unknown.
_TYPES_SECONDS = 86400.0
# EC2 takes at most 200 values a filter.
_TYPES_PER_CALL = 100


class Hardware(NamedTuple):
    """Hardware of an instance: the machine its type is, and the components that machine holds."""

    machine: Machine
    components: tuple[Component, ...]


class _Processor(NamedTuple):
    """vCPUs of a type and its threads a core; None where nothing tells them."""

    vcpus: int | None
    threads_per_core: int | None


class _Boards(NamedTuple):
    """Accelerator boards of a type: their name, and how many, or what share of one."""

    name: str | None
    number: float | None


async def instances(client: AwsApi, scope: Scope, reservations: Sequence[Raw]) -> Sequence[Raw]:
    """The instances of a page of reservations, each with the OwnerId its reservation bears."""
    page: list[Raw] = []
    for reservation in reservations:
        owner = reservation.get("OwnerId", scope.account_id)
        page += [{**instance, "OwnerId": owner} for instance in reservation.get("Instances", ())]
    if client.options.events_queue_url:
        return [_with_end(client, instance) for instance in page]
    return page


def _with_end(client: AwsApi, instance: Raw) -> Raw:
    """An instance with the time its end was told at, where it does not tell it itself."""
    state, reason = instance.get("State", {}).get("Name"), instance.get("StateTransitionReason")
    if state in ("pending", "running") or of_transition(reason or "") is not None:
        return instance
    return {**instance, "EndedAt": end_of(client, str(instance.get("InstanceId")))}


async def instance_types(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Mapping[str, Any]:
    """What DescribeInstanceTypes says of the types in use, by name; kept for a day.

    Types it does not know are absent. The names go as a filter, not as a list: one unknown name in
    the list would fail the whole call.
    """

    async def fetch(names: list[str]) -> dict[str, Any]:
        types: dict[str, Any] = {}
        for first in range(0, len(names), _TYPES_PER_CALL):
            batch = names[first : first + _TYPES_PER_CALL]
            wanted = {"Filters": [{"Name": "instance-type", "Values": batch}]}
            async for answer in client.answers(scope, "ec2", "DescribeInstanceTypes", wanted):
                for described in answer.get("InstanceTypes", ()):
                    types[described.get("InstanceType") or ""] = described
        return types

    names = {raw["InstanceType"] for raw in page if isinstance(raw.get("InstanceType"), str)}
    known = await client.cache.get_many(
        f"instance types of {scope.region}", names, _TYPES_SECONDS, fetch
    )
    return {name: described for name, described in known.items() if described}


@lru_cache(maxsize=4096)
def _hardware(name: str, **said: Any) -> Hardware:
    """Hardware of a type: an account has many instances of few types, each worked out once."""
    known = machine("aws", name, **said)
    return Hardware(known, components(known))


def hardware(raw: Raw, described: Mapping[str, Any]) -> Hardware:
    """Hardware by DescribeInstanceTypes and the CpuOptions, else by what is known of the type."""
    processor = _processor(raw, described)
    # Without ec2:DescribeInstanceTypes nothing is described: the facts then say what the type
    # holds.
    memory_mib = described.get("MemoryInfo", {}).get("SizeInMiB")
    disks = described.get("InstanceStorageInfo", {}).get("Disks", ())
    boards = _accelerators(described)
    return _hardware(
        raw.get("InstanceType") or "",
        vcpus=processor.vcpus,
        memory_gib=memory_mib / 1024 if memory_mib else None,
        architecture=raw.get("Architecture"),
        gpu=boards.name,
        gpus=boards.number,
        ssd_gib=_disk_gib(disks, "ssd") if described else None,
        hdd_gib=_disk_gib(disks, "hdd") if described else None,
        hdd_terabytes=_hard_disk_terabytes(disks),
        threads_per_core=processor.threads_per_core,
    )


def _processor(raw: Raw, described: Mapping[str, Any]) -> _Processor:
    """Processor of the type: an instance told to use fewer cores holds, and pays, all of it."""
    sizes = described.get("VCpuInfo", {})
    if sizes.get("DefaultVCpus"):
        return _Processor(sizes["DefaultVCpus"], sizes.get("DefaultThreadsPerCore"))
    options = raw.get("CpuOptions", {})
    cores, threads_per_core = options.get("CoreCount"), options.get("ThreadsPerCore")
    vcpus = cores * threads_per_core if cores and threads_per_core else None
    return _Processor(vcpus, threads_per_core)


def _disk_gib(disks: Sequence[Mapping[str, Any]], disk_type: str) -> float:
    """GiB of the local disks of a type ("ssd", "hdd"), which EC2 tells in GB."""
    gigabytes = 0.0
    for disk in disks:
        if disk.get("Type") == disk_type:
            gigabytes += float(disk.get("SizeInGB") or 0) * disk.get("Count", 1)
    return gigabytes * _GIB_PER_GB


def _hard_disk_terabytes(disks: Sequence[Mapping[str, Any]]) -> float:
    """What the largest of the local hard disks holds; 0 where there is none."""
    sizes = (disk.get("SizeInGB") or 0 for disk in disks if disk.get("Type") == "hdd")
    return float(max(sizes, default=0)) / _GB_PER_TB


def _accelerators(described: Mapping[str, Any]) -> _Boards:
    """Accelerators of the type; of a slice of a board, its share of the board.

    EC2 tells the chips of inf1 and inf2 twice: as Neuron devices, and as inference accelerators.
    """
    boards = (
        described.get("GpuInfo", {}).get("Gpus")
        or described.get("NeuronInfo", {}).get("NeuronDevices")
        or described.get("InferenceAcceleratorInfo", {}).get("Accelerators")
    )
    if not boards:
        return _Boards(None, None)
    return _Boards(boards[0].get("Name"), sum(_whole_boards(board) for board in boards))


def _whole_boards(board: Mapping[str, Any]) -> float:
    """Boards of one entry of DescribeInstanceTypes. Of slices (g6f) Count is 0, or left out."""
    slice_of_board = board.get("GpuPartitionSize")
    if slice_of_board:
        return float(slice_of_board * (board.get("LogicalGpuCount") or board.get("Count") or 1))
    return float(board.get("Count", 1))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One instance. Stopped, it holds no hardware and is still there: its volumes are listed."""
    name, host_type = raw["InstanceId"], raw.get("InstanceType") or ""
    placement = raw.get("Placement", {})
    instance = parse_ec2(
        raw,
        scope,
        f"instance/{name}",
        owner=raw.get("OwnerId"),
        zone=placement.get("AvailabilityZone"),
    )
    held = hardware(raw, scope.catalogue.get(host_type, {}))
    return instance.described(
        running=held.components,
        state=raw.get("State", {}).get("Name", ""),
        monitor={"InstanceId": name},
        info={
            "host_type": host_type,
            "architecture": held.machine.architecture,
            "cpu": held.machine.cpu,
            "tenancy": placement.get("Tenancy"),
            "lifecycle": raw.get("InstanceLifecycle"),
            "managed_by": manager_of(raw, instance.tags),
        },
        # The last launch: a machine that was stopped begins anew. What has stopped or is terminated
        # is listed for about an hour more, and says when that was asked for: so long it is billed.
        started=raw.get("LaunchTime"),
        ended=of_transition(raw.get("StateTransitionReason") or "") or raw.get("EndedAt"),
    )


INSTANCES = Listing(
    api="ec2",
    operation="DescribeInstances",
    scope="region",
    items="Reservations[]",
    # Instances that EKS Auto Mode, ECS, Lambda and WorkSpaces manage in the account are hidden
    # since April 2026 unless asked for, and are billed all the same (EC2 API reference,
    # ModifyManagedResourceVisibility).
    params={"IncludeManagedResources": True},
    kind_of=lambda raw: KIND,
    permissions=("ec2:DescribeInstances", "ec2:DescribeInstanceTypes"),
    expand=instances,
    lookup=instance_types,
)

SPEC = ServiceSpec(
    kind=KIND,
    listing=INSTANCES,
    states=STATES,
    describe=describe,
    metrics=(
        percent("cpu_ratio", "AWS/EC2", "CPUUtilization", {"InstanceId": "InstanceId"}),
        # What the CloudWatch agent reports of NVIDIA's boards, where it is installed and told to.
        Metric(
            into="gpu_watts",
            namespace="CWAgent",
            name="nvidia_smi_power_draw",
            dimensions={"InstanceId": "InstanceId"},
            spread="index",
            counted_as="gpu_boards",
        ),
        percent(
            "gpu_ratio",
            "CWAgent",
            "nvidia_smi_utilization_gpu",
            {"InstanceId": "InstanceId"},
            spread="index",
        ),
    ),
    permissions=("cloudwatch:ListMetrics",),
    reason=(
        "A share of a server: its threads at their measured utilisation, memory, "
        "accelerators and local disks."
    ),
)
