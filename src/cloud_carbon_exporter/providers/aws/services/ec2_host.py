"""Dedicated hosts: what of them no instance holds. The instances on them are counted as instances."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_PAGE = 500
"""EC2 API reference: DescribeHosts refuses to give more at once."""
_GONE = frozenset({"released", "released-permanent-failure", "pending"})


def spare(instance_type: str, free_vcpus: float, reason: str = "") -> tuple[Component, ...]:
    """The free vCPUs of a host, at rest, and the memory and disks that belong to them. reason: to
    doubt how many.
    """
    host = machine("aws", instance_type)
    share = free_vcpus / host.vcpus
    return tuple(
        Component(
            part.kind,
            part.part,
            part.amount * share,
            assumed="; ".join(filter(None, (part.assumed, reason))),
        )
        for part in components(host)
    )


def _unheld(family: str, total: float | None, instances: Sequence[Raw]) -> float:
    """The vCPUs of a host that the instances seen on it leave over."""
    whole = machine("aws", f"{family}.metal").vcpus if total is None else total
    return max(0.0, whole - sum(machine("aws", each["InstanceType"]).vcpus for each in instances))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One host of this account; another account's, shared with it, is counted there."""
    name, state, labels = raw["HostId"], raw.get("State", ""), tags(raw.get("Tags"))
    if state in _GONE or raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    properties = raw.get("HostProperties") or {}
    family, size = properties.get("InstanceFamily", ""), properties.get("InstanceType", "")
    family = family or size.partition(".")[0]
    free, reason = (raw.get("AvailableCapacity") or {}).get("AvailableVCpus"), ""
    if free is None:
        free = _unheld(family, properties.get("TotalVCpus"), raw.get("Instances") or ())
        reason = "what is free of the host is not told, taken as what its instances leave"
    return Resource(
        id=arn("ec2", scope.region, scope.account_id, f"dedicated-host/{name}"),
        kind="ec2/host",
        name=labels.get("Name") or name,
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=spare(size or f"{family}.metal", free, reason) if free else (),
        tags=labels,
        info=told(host_type=size or family, state=state),
    )


SPEC = ServiceSpec(
    kind="ec2/host",
    listing=Listing(
        api="ec2",
        operation="DescribeHosts",
        scope="region",
        items="Hosts[]",
        params={"MaxResults": _PAGE},
        kind_of=lambda raw: "ec2/host",
        permissions=("ec2:DescribeHosts",),
    ),
    describe=describe,
    reason="The vCPUs no instance holds, at rest, with their share of the memory: the instances on it are counted.",
)
