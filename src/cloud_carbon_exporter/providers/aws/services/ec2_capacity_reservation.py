"""Capacity Reservations and Capacity Blocks: the machines they hold and no instance uses."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/capacity_reservation"
# EC2 API reference, CapacityReservation: only an active one holds capacity. Pending, scheduled,
# assessing or delayed it holds none yet; of a cancelling one the capacity is released.
STATES = states(
    running="active",
    gone=(
        "expired cancelled cancelling pending failed scheduled payment-pending payment-failed"
        " assessing delayed unsupported unavailable"
    ),
)
# EC2 API reference: DescribeCapacityReservations gives so many at once at most.
_PAGE = 1000


def _unused(raw: Raw) -> tuple[float, str]:
    """Machines nobody uses, and why that is a guess where it is not told."""
    # API reference, CapacityReservation: instances that can still be launched in it.
    available = raw.get("AvailableInstanceCount")
    if available is not None:
        return float(available), ""
    used = 0
    for allocation in raw.get("CapacityAllocations") or ():
        used += allocation.get("Count", 0) if allocation.get("AllocationType") == "used" else 0
    doubt = "what is unused of the reservation is not told, taken as what its allocations leave"
    return max(0.0, float(raw.get("TotalInstanceCount") or 0) - used), doubt


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One reservation of this account; one that is shared with it is counted at its owner.

    On an Outpost its machines are counted with the Outpost, used or not.
    """
    if raw.get("OwnerId", scope.account_id) != scope.account_id or raw.get("OutpostArn"):
        return None
    instance_type = raw.get("InstanceType") or ""
    count, doubt = _unused(raw)
    path = f"capacity-reservation/{raw['CapacityReservationId']}"
    return parse_ec2(raw, scope, path, zone=raw.get("AvailabilityZone")).described(
        running=idle(nodes(instance_type), count, doubt) if count else (),
        state=raw.get("State", ""),
        info={
            "host_type": instance_type,
            "tenancy": raw.get("Tenancy"),
            "lifecycle": raw.get("ReservationType"),
            "reserved": str(raw.get("TotalInstanceCount", "")),
            "unused": f"{count:g}",
        },
        started=raw.get("StartDate") or raw.get("CreateDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeCapacityReservations",
        scope="region",
        items="CapacityReservations[]",
        params={"MaxResults": _PAGE},
        kind_of=lambda raw: KIND,
        permissions=("ec2:DescribeCapacityReservations",),
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The machines it holds and no instance uses, at rest; "
        "those in use are instances, and a shared one is its owner's."
    ),
)
