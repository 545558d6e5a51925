"""Lightsail: instances, disks, databases, containers, load balancers and buckets. CloudWatch knows
none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, times, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

SIZES = (
    (0.5, "nano"),
    (1, "micro"),
    (2, "small"),
    (4, "medium"),
    (8, "large"),
    (16, "xlarge"),
    (32, "2xlarge"),
)
"""Lightsail plans have the memory of burstable T types, and baselines like theirs, says the
Lightsail user guide.
"""
POWERS = {
    "nano": (0.25, 0.5),
    "micro": (0.25, 1),
    "small": (0.5, 2),
    "medium": (1, 4),
    "large": (2, 8),
    "xlarge": (4, 16),
}
"""Lightsail user guide: vCPUs and GB of memory of each power of a container service."""
_OFF = frozenset({"stopped", "stopping"})
_UNKNOWN = "Lightsail does not say what it runs on"
_DISK = "aws/gp2"


def burstable(vcpus: float, memory_gib: float) -> tuple[Component, ...]:
    """A plan as the burstable type of the same memory; above those, a plain share of a host."""
    size = next((name for most, name in SIZES if memory_gib <= most), "")
    if not size:
        return hidden(vcpus, memory_gib)
    held = components(machine("aws", f"t3.{size}", vcpus=vcpus, memory_gib=memory_gib))
    return tuple(replace(part, assumed=_UNKNOWN) if part.kind == "vcpu" else part for part in held)


def _resource(
    raw: Raw, scope: Scope, kind: str, held: tuple[Component, ...], size: str, state: str
) -> Resource:
    return Resource(
        id=raw["arn"],
        kind=f"lightsail/{kind}",
        name=raw.get("name") or raw["containerServiceName"],
        location=scope.location(zone=_zone(raw)),
        components=held,
        tags=tags(raw.get("tags")),
        info=told(host_type=size, state=state),
    )


def _zone(raw: Raw) -> str:
    zone: str = (raw.get("location") or {}).get("availabilityZone") or ""
    return "" if zone == "all" else zone


def describe_instance(raw: Raw, scope: Scope) -> Resource | None:
    """One instance with its system disk; further disks are listed by themselves."""
    hardware, state = raw["hardware"], (raw.get("state") or {}).get("name", "")
    if state == "terminated":
        return None
    disks = tuple(
        Component("block", _DISK, float(disk["sizeInGb"]))
        for disk in hardware.get("disks") or ()
        if disk.get("isSystemDisk", True)
    )
    held = (
        disks
        if state in _OFF
        else (*burstable(hardware["cpuCount"], hardware["ramSizeInGb"]), *disks)
    )
    return _resource(raw, scope, "instance", held, raw.get("bundleId", ""), state)


def describe_disk(raw: Raw, scope: Scope) -> Resource | None:
    """One additional disk, attached or not; a system disk is its instance's."""
    if raw.get("isSystemDisk"):
        return None
    held = (Component("block", _DISK, float(raw["sizeInGb"])),)
    return _resource(raw, scope, "disk", held, "", raw.get("state", ""))


def describe_database(raw: Raw, scope: Scope) -> Resource | None:
    """One database; with a standby in a second zone, everything is there twice."""
    hardware, state = raw["hardware"], raw.get("state", "")
    disk = Component("block", _DISK, float(hardware["diskSizeInGb"]))
    machines = () if state in _OFF else burstable(hardware["cpuCount"], hardware["ramSizeInGb"])
    held = times((*machines, disk), 2 if raw.get("secondaryAvailabilityZone") else 1)
    return _resource(raw, scope, "database", held, raw.get("relationalDatabaseBundleId", ""), state)


def describe_container(raw: Raw, scope: Scope) -> Resource | None:
    """One container service: as many nodes of its power as it was scaled to, also with nothing
    deployed.
    """
    power, state = raw.get("power", ""), raw.get("state", "")
    off = raw.get("isDisabled") or state in ("DISABLED", "DELETING")
    node = hidden(*POWERS.get(power, POWERS["small"]))
    return _resource(
        raw, scope, "container", () if off else times(node, raw.get("scale") or 1), power, state
    )


def describe_load_balancer(raw: Raw, scope: Scope) -> Resource | None:
    """One load balancer."""
    held = (Component("fixed", "aws/load-balancer", 1, assumed=_UNKNOWN),)
    return _resource(raw, scope, "load_balancer", held, "", raw.get("state", ""))


def describe_bucket(raw: Raw, scope: Scope) -> Resource | None:
    """One bucket; what it holds is told by Lightsail's own metrics only."""
    held = (Component("object", "aws/s3", 1, per="stored_gib"),)
    state = (raw.get("state") or {}).get("code", "")
    return _resource(raw, scope, "bucket", held, raw.get("bundleId", ""), state)


def _spec(
    kind: str,
    operation: str,
    items: str,
    describe: Callable[[Raw, Scope], Resource | None],
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
        describe=describe,
        reason=reason,
    )


SPECS = (
    _spec(
        "lightsail/instance",
        "GetInstances",
        "instances[]",
        describe_instance,
        "The burstable instance its plan equals, and its system disk; its load is not in CloudWatch.",
    ),
    _spec("lightsail/disk", "GetDisks", "disks[]", describe_disk, "Its size, attached or not."),
    _spec(
        "lightsail/database",
        "GetRelationalDatabases",
        "relationalDatabases[]",
        describe_database,
        "The burstable instance its plan equals, and its disk, both twice with a standby.",
    ),
    _spec(
        "lightsail/container",
        "GetContainerServices",
        "containerServices[]",
        describe_container,
        "The vCPUs and memory of its power, times its scale.",
    ),
    _spec(
        "lightsail/load_balancer",
        "GetLoadBalancers",
        "loadBalancers[]",
        describe_load_balancer,
        "A pair of small servers, as its size is not published.",
    ),
    _spec(
        "lightsail/bucket",
        "GetBuckets",
        "buckets[]",
        describe_bucket,
        "A stated default of bytes: no list tells what it holds.",
    ),
)
