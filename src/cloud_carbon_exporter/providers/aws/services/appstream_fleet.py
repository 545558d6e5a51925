"""Fleets of AppStream: streaming instances that run, whether or not somebody uses them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, nodes, times, volume
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "appstream/fleet"
STATES = states(running="STARTING RUNNING STOPPING", stopped="STOPPED")
SIZES = {
    "standard.small": (1, 2),
    "standard.medium": (2, 4),
    "standard.large": (2, 8),
    "standard.xlarge": (4, 16),
    "standard.2xlarge": (8, 32),
    "compute.large": (2, 3.75),
    "compute.xlarge": (4, 7.5),
    "compute.2xlarge": (8, 15),
    "compute.4xlarge": (16, 30),
    "compute.8xlarge": (36, 60),
    "memory.large": (2, 15.25),
    "memory.xlarge": (4, 30.5),
    "memory.2xlarge": (8, 61),
    "memory.4xlarge": (16, 122),
    "memory.8xlarge": (32, 244),
}
"""AppStream pricing: vCPUs and GiB of memory. Other types bear the name of an instance type."""
ROOT_GIB = 200
"""AppStream API reference, VolumeConfig: the least, and what an instance has unless told."""


async def fleets(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The fleets with their tags."""
    return await tagged(client, scope, page, "appstream:fleet", lambda raw: str(raw["Arn"]))


def _instances(raw: Raw) -> float:
    """Instances that are there; of a fleet of several sessions each, as many as its slots need."""
    capacity = raw.get("ComputeCapacityStatus") or {}
    told = capacity.get("Running")
    # ComputeCapacityStatus: of fleets of several sessions an instance, slots are told instead.
    if told is None and raw.get("MaxSessionsPerInstance"):
        slots = float(capacity.get("ActualUserSessions") or 0)
        return math.ceil(slots / float(raw["MaxSessionsPerInstance"]))
    return float(capacity.get("Desired") or 0) if told is None else float(told)


def _awake(raw: Raw) -> float:
    """Instances that run. In an always-on fleet all do, in another those that somebody uses."""
    # FleetType: all that run are charged though nobody streams; on demand a user waits one to two
    # minutes for an instance, and what waits costs a small fee.
    if raw.get("FleetType", "ALWAYS_ON") == "ALWAYS_ON":
        return _instances(raw)
    return float((raw.get("ComputeCapacityStatus") or {}).get("InUse") or 0)


def machine(instance_type: str) -> tuple[Component, ...]:
    """Machine of a type: "stream.graphics.g5.xlarge" is a g5.xlarge."""
    name = instance_type.removeprefix("stream.")
    if name in SIZES:
        return hidden(*SIZES[name])
    return nodes(".".join(name.split(".")[-2:]))


def describe(raw: Raw, scope: Scope) -> Description:
    """One fleet. Of an elastic one AWS holds the instances, and lends them for a session."""
    size, awake = raw["InstanceType"], _awake(raw)
    # VolumeConfig: what lies above 200 GB is charged whether the instance runs or not.
    disk_gib = (raw.get("RootVolumeConfig") or {}).get("VolumeSizeInGb") or ROOT_GIB
    count = awake if raw.get("FleetType") == "ELASTIC" else _instances(raw)
    machines = times(machine(size), awake) if awake else ()
    disks = times(volume(disk_gib), count) if count else ()
    return parse(raw, scope, raw["Arn"], raw["Name"]).described(
        running=(*machines, *disks),
        state=raw.get("State", ""),
        info={"host_type": size, "engine": raw.get("Platform"), "lifecycle": raw.get("FleetType")},
        started=raw.get("CreatedTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="appstream",
        operation="DescribeFleets",
        scope="region",
        items="Fleets[]",
        kind_of=lambda raw: KIND,
        permissions=("appstream:DescribeFleets",),
        expand=fleets,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The instances that run, by their type, and a disk each; "
        "in a fleet that is not always on, those in use."
    ),
)
