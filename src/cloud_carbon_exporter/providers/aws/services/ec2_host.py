"""Dedicated hosts: what of them no instance holds; the instances on them are counted as such."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/host"
# A host that fails for good keeps its instances until they are evicted, and is then released.
STATES = states(
    running="available under-assessment permanent-failure configuring",
    gone="pending released released-permanent-failure",
)
# EC2 API reference: DescribeHosts refuses to give more at once.
_PAGE = 500


def spare(instance_type: str, free_vcpus: float, reason: str = "") -> tuple[Component, ...]:
    """Free vCPUs of a host, at rest, with their memory and disks. reason: to doubt how many."""
    host = machine("aws", instance_type)
    share = free_vcpus / host.vcpus
    spared = []
    for part in components(host):
        doubts = "; ".join(filter(None, (part.assumed, reason)))
        spared.append(Component(part.kind, part.part, part.amount * share, assumed=doubts))
    return tuple(spared)


def _unheld(family: str, total: float | None, instances: Sequence[Raw]) -> float:
    """vCPUs of a host that the instances seen on it leave over."""
    # TotalVCpus is not told of every host; the metal type of a family is the whole machine.
    left = machine("aws", f"{family}.metal").vcpus if total is None else total
    for instance in instances:
        left -= machine("aws", instance["InstanceType"]).vcpus
    return max(0.0, left)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One host of this account; another account's, shared with it, is counted there."""
    if raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    # A host for several sizes names a family alone; one for a single size names that size too.
    properties = raw.get("HostProperties") or {}
    size = properties.get("InstanceType", "")
    family = properties.get("InstanceFamily", "") or size.partition(".")[0]
    free, doubt = (raw.get("AvailableCapacity") or {}).get("AvailableVCpus"), ""
    if free is None:
        free = _unheld(family, properties.get("TotalVCpus"), raw.get("Instances") or ())
        doubt = "what is free of the host is not told, taken as what its instances leave"
    path = f"dedicated-host/{raw['HostId']}"
    return parse_ec2(raw, scope, path, zone=raw.get("AvailabilityZone")).described(
        running=spare(size or f"{family}.metal", free, doubt) if free else (),
        state=raw.get("State", ""),
        info={"host_type": size or family},
        started=raw.get("AllocationTime"),
        ended=raw.get("ReleaseTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeHosts",
        scope="region",
        items="Hosts[]",
        params={"MaxResults": _PAGE},
        kind_of=lambda raw: KIND,
        permissions=("ec2:DescribeHosts",),
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The vCPUs no instance holds, at rest, with their share of the memory: "
        "the instances on it are counted."
    ),
)
