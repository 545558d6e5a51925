"""Lightsail: instances, disks, databases, containers, balancers, buckets; none in CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.databases import INSTANCE_STATES
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, times, volume
from cloud_carbon_exporter.providers.aws.describing.object import AwsObject, parse
from cloud_carbon_exporter.providers.description import Description, States, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

# State of an instance: Lightsail passes on what EC2 says.
STATES = states(
    running="pending running rebooting",
    stopped="stopping stopped shutting-down",
    gone="terminated",
)
DISK_STATES = states(running="pending available in-use unknown", gone="error")
CONTAINER_STATES = states(
    running="PENDING READY RUNNING UPDATING DEPLOYING", stopped="DISABLED", gone="DELETING"
)
BALANCER_STATES = states(running="provisioning active active_impaired unknown", gone="failed")
BUCKET_STATES = states(running="OK Unknown")
SIZES = (
    (0.5, "nano"),
    (1, "micro"),
    (2, "small"),
    (4, "medium"),
    (8, "large"),
    (16, "xlarge"),
    (32, "2xlarge"),
)
"""Lightsail user guide: plans have the memory, and baselines, of burstable T types."""
POWERS = {
    "nano": (0.25, 0.5),
    "micro": (0.25, 1),
    "small": (0.5, 2),
    "medium": (1, 4),
    "large": (2, 8),
    "xlarge": (4, 16),
}
"""Lightsail user guide: vCPUs and GB of memory of each power of a container service."""
_UNKNOWN = "Lightsail does not say what it runs on"
_DISK = "aws/gp2"


def burstable(vcpus: float, memory_gib: float) -> tuple[Component, ...]:
    """A plan as the burstable type of the same memory; above those, a plain share of a host."""
    size = next((name for most, name in SIZES if memory_gib <= most), "")
    if not size:
        return hidden(vcpus, memory_gib)
    plan = components(machine("aws", f"t3.{size}", vcpus=vcpus, memory_gib=memory_gib))
    return tuple(replace(part, assumed=_UNKNOWN) if part.kind == "vcpu" else part for part in plan)


def _object(raw: Raw, scope: Scope) -> AwsObject:
    """Object of Lightsail; what stands in a whole region says "all" for its zone."""
    zone = (raw.get("location") or {}).get("availabilityZone") or ""
    name = raw.get("name") or raw["containerServiceName"]
    return parse(raw, scope, raw["arn"], name, zone="" if zone == "all" else zone)


def describe_instance(raw: Raw, scope: Scope) -> Description | None:
    """One instance with its system disk; further disks are listed by themselves."""
    hardware = raw["hardware"]
    disks: list[Component] = []
    # A plan's own disk is marked as system disk, where it is marked at all.
    for disk in hardware.get("disks") or ():
        if disk.get("isSystemDisk", True):
            disks += volume(disk["sizeInGb"], _DISK)
    return _object(raw, scope).described(
        running=burstable(hardware["cpuCount"], hardware["ramSizeInGb"]),
        kept=tuple(disks),
        state=(raw.get("state") or {}).get("name", ""),
        info={"host_type": raw.get("bundleId")},
        started=raw.get("createdAt"),
    )


def describe_disk(raw: Raw, scope: Scope) -> Description | None:
    """One additional disk, attached or not; a system disk is its instance's."""
    if raw.get("isSystemDisk"):
        return None
    return _object(raw, scope).described(
        kept=volume(raw["sizeInGb"], _DISK),
        state=raw.get("state", ""),
        started=raw.get("createdAt"),
    )


def describe_database(raw: Raw, scope: Scope) -> Description | None:
    """One database; with a standby in a second zone, everything is there twice."""
    hardware = raw["hardware"]
    copies = 2 if raw.get("secondaryAvailabilityZone") else 1
    return _object(raw, scope).described(
        running=times(burstable(hardware["cpuCount"], hardware["ramSizeInGb"]), copies),
        kept=times(volume(hardware["diskSizeInGb"], _DISK), copies),
        state=raw.get("state", ""),
        info={"host_type": raw.get("relationalDatabaseBundleId")},
        started=raw.get("createdAt"),
    )


def describe_container(raw: Raw, scope: Scope) -> Description | None:
    """One container service: as many nodes as its scale says, also with nothing deployed."""
    power, state = raw.get("power", ""), raw.get("state", "")
    node = hidden(*POWERS.get(power, POWERS["small"]))
    return _object(raw, scope).described(
        running=times(node, raw.get("scale") or 1),
        # The API tells in a field of its own that a service was switched off.
        state="DISABLED" if raw.get("isDisabled") else state,
        info={"host_type": power, "state": state},
        started=raw.get("createdAt"),
    )


def describe_load_balancer(raw: Raw, scope: Scope) -> Description | None:
    """One load balancer."""
    return _object(raw, scope).described(
        running=(Component("fixed", "aws/load-balancer", 1, assumed=_UNKNOWN),),
        state=raw.get("state", ""),
        started=raw.get("createdAt"),
    )


def describe_bucket(raw: Raw, scope: Scope) -> Description | None:
    """One bucket; what it holds is told by Lightsail's own metrics only."""
    return _object(raw, scope).described(
        kept=(Component("object", "aws/s3", 1, per="stored_gib"),),
        state=(raw.get("state") or {}).get("code", ""),
        info={"host_type": raw.get("bundleId")},
        started=raw.get("createdAt"),
    )


def _spec(
    kind: str,
    operation: str,
    items: str,
    table: States,
    describe: Callable[[Raw, Scope], Description | None],
    reason: str,
) -> ServiceSpec:
    return ServiceSpec(
        kind=kind,
        listing=Listing(
            api="lightsail",
            operation=operation,
            scope="region",
            items=items,
            kind_of=lambda raw: kind,
            permissions=(f"lightsail:{operation}",),
        ),
        states=table,
        describe=describe,
        reason=reason,
    )


SPECS = (
    _spec(
        "lightsail/instance",
        "GetInstances",
        "instances[]",
        STATES,
        describe_instance,
        "The burstable instance its plan equals, and its system disk; "
        "its load is not in CloudWatch.",
    ),
    _spec(
        "lightsail/disk",
        "GetDisks",
        "disks[]",
        DISK_STATES,
        describe_disk,
        "Its size, attached or not.",
    ),
    _spec(
        "lightsail/database",
        "GetRelationalDatabases",
        "relationalDatabases[]",
        INSTANCE_STATES,
        describe_database,
        "The burstable instance its plan equals, and its disk, both twice with a standby.",
    ),
    _spec(
        "lightsail/container",
        "GetContainerServices",
        "containerServices[]",
        CONTAINER_STATES,
        describe_container,
        "The vCPUs and memory of its power, times its scale.",
    ),
    _spec(
        "lightsail/load_balancer",
        "GetLoadBalancers",
        "loadBalancers[]",
        BALANCER_STATES,
        describe_load_balancer,
        "A pair of small servers, as its size is not published.",
    ),
    _spec(
        "lightsail/bucket",
        "GetBuckets",
        "buckets[]",
        BUCKET_STATES,
        describe_bucket,
        "A stated default of bytes: no list tells what it holds.",
    ),
)
