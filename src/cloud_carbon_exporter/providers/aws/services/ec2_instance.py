"""EC2 instances, whoever started them: EKS, ECS, EMR, Batch and Beanstalk nodes are instances, and
are counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_OFF = frozenset({"stopped", "stopping", "shutting-down"})
_GIB_PER_GB = 1000**3 / 1024**3
_TYPES_SECONDS = 86400.0
_TYPES_PER_CALL = 100


async def instances(client: AwsClient, scope: Scope, reservations: Sequence[Raw]) -> Sequence[Raw]:
    """The instances of a page of reservations, each with the OwnerId its reservation bears."""
    return [
        {**instance, "OwnerId": reservation.get("OwnerId", scope.account_id)}
        for reservation in reservations
        for instance in reservation.get("Instances", ())
    ]


async def instance_types(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Mapping[str, Any]:
    """What DescribeInstanceTypes says of the types in use, by name; kept for a day. Types it does
    not know are absent.

    The names go as a filter, not as a list: one unknown name in the list would fail the whole call.
    """

    async def fetch(names: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for first in range(0, len(names), _TYPES_PER_CALL):
            wanted = {
                "Filters": [
                    {"Name": "instance-type", "Values": names[first : first + _TYPES_PER_CALL]}
                ]
            }
            async for answer in client.answers(scope, "ec2", "DescribeInstanceTypes", wanted):
                found |= {known["InstanceType"]: known for known in answer.get("InstanceTypes", ())}
        return found

    names = {raw["InstanceType"] for raw in page if isinstance(raw.get("InstanceType"), str)}
    known = await client.cache.get_many(
        f"instance types of {scope.region}", names, _TYPES_SECONDS, fetch
    )
    return {name: described for name, described in known.items() if described}


@lru_cache(maxsize=4096)
def _held(name: str, **said: Any) -> tuple[Machine, tuple[Component, ...]]:
    """An account has many instances of few types: each kind of machine is worked out once."""
    found = machine("aws", name, **said)
    return found, components(found)


def hardware(raw: Raw, described: Mapping[str, Any]) -> tuple[Machine, tuple[Component, ...]]:
    """The hardware: what DescribeInstanceTypes and the CpuOptions say, else what is known of the
    type.
    """
    vcpus, threads_per_core = _vcpus(raw, described)
    memory_mib = described.get("MemoryInfo", {}).get("SizeInMiB")
    disks = described.get("InstanceStorageInfo", {}).get("Disks", ())
    gpu, gpus = _accelerators(described)
    return _held(
        raw["InstanceType"],
        vcpus=vcpus,
        memory_gib=memory_mib / 1024 if memory_mib else None,
        architecture=raw.get("Architecture"),
        gpu=gpu,
        gpus=gpus,
        ssd_gib=_disk_gib(disks, "ssd") if described else None,
        hdd_gib=_disk_gib(disks, "hdd") if described else None,
        threads_per_core=threads_per_core,
    )


def _vcpus(raw: Raw, described: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """vCPUs of the type and its threads a core. An instance told to use fewer still holds, and
    pays, the whole type.
    """
    sizes = described.get("VCpuInfo", {})
    if sizes.get("DefaultVCpus"):
        return sizes["DefaultVCpus"], sizes.get("DefaultThreadsPerCore")
    options = raw.get("CpuOptions", {})
    cores, threads_per_core = options.get("CoreCount"), options.get("ThreadsPerCore")
    return (cores * threads_per_core if cores and threads_per_core else None), threads_per_core


def _disk_gib(disks: Sequence[Mapping[str, Any]], kind: str) -> float:
    gigabytes: float = sum(
        float(disk["SizeInGB"]) * disk.get("Count", 1) for disk in disks if disk.get("Type") == kind
    )
    return gigabytes * _GIB_PER_GB


def _accelerators(described: Mapping[str, Any]) -> tuple[str | None, float | None]:
    """Name and number of the boards; of a slice of one, its share of a board."""
    boards = (
        *described.get("GpuInfo", {}).get("Gpus", ()),
        *described.get("NeuronInfo", {}).get("NeuronDevices", ()),
        *described.get("InferenceAcceleratorInfo", {}).get("Accelerators", ()),
    )
    if not boards:
        return None, None
    return boards[0].get("Name"), sum(
        board.get("Count", 1) * (board.get("GpuPartitionSize") or 1) for board in boards
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One instance. Stopped, it holds no hardware and is still there; terminated, it is gone."""
    state = raw.get("State", {}).get("Name", "")
    if state == "terminated":
        return None
    region, owner, name = scope.region, raw.get("OwnerId") or scope.account_id, raw["InstanceId"]
    placement, labels = raw.get("Placement", {}), tags(raw.get("Tags"))
    found, held = hardware(raw, scope.catalogue.get(raw["InstanceType"], {}))
    info = {
        "host_type": raw["InstanceType"],
        "architecture": found.architecture,
        "cpu": found.cpu,
        "state": state,
        "tenancy": placement.get("Tenancy", ""),
        "lifecycle": raw.get("InstanceLifecycle", ""),
    }
    return Resource(
        id=arn("ec2", region, owner, f"instance/{name}"),
        kind="ec2/instance",
        name=labels.get("Name") or name,
        location=scope.location(zone=placement.get("AvailabilityZone", "")),
        components=() if state in _OFF else held,
        tags=labels,
        monitor={"InstanceId": name},
        info={key: value for key, value in info.items() if value},
    )


INSTANCES = Listing(
    api="ec2",
    operation="DescribeInstances",
    scope="region",
    items="Reservations[]",
    kind_of=lambda raw: "ec2/instance",
    permissions=("ec2:DescribeInstances", "ec2:DescribeInstanceTypes"),
    expand=instances,
    lookup=instance_types,
)

SPEC = ServiceSpec(
    kind="ec2/instance",
    listing=INSTANCES,
    describe=describe,
    metrics=(
        Metric(
            into="cpu_ratio",
            namespace="AWS/EC2",
            name="CPUUtilization",
            dimensions={"InstanceId": "InstanceId"},
            scale=0.01,
        ),
        # What the CloudWatch agent reports of NVIDIA's boards, where it is installed and told to.
        Metric(
            into="gpu_watts",
            namespace="CWAgent",
            name="nvidia_smi_power_draw",
            dimensions={"InstanceId": "InstanceId"},
            spread="index",
        ),
        Metric(
            into="gpu_ratio",
            namespace="CWAgent",
            name="nvidia_smi_utilization_gpu",
            dimensions={"InstanceId": "InstanceId"},
            spread="index",
            scale=0.01,
        ),
    ),
    permissions=("cloudwatch:ListMetrics",),
    reason="A share of a server: its threads at their measured utilisation, memory, accelerators and local disks.",
)
