"""Capacity reservations of RDS: the machines they hold in each zone and no database uses."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "rds/db_capacity_reservation"
# RDS API reference, DBCapacityReservation: in the active state alone RDS holds the capacity.
STATES = states(
    running="active",
    gone="expired cancelled pending failed assessing scheduled delayed unsupported",
)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One reservation: a unit in use is a database instance, and counted as such."""
    unused = 0
    for zone in raw.get("AvailableCapacityPerAvailabilityZoneList") or ():
        unused += zone.get("AvailableCapacity") or 0
    identity, db_class = raw["DBCapacityReservationIdentifier"], raw.get("DBInstanceClass") or ""
    name = raw.get("DBCapacityReservationName") or identity
    return parse(raw, scope, raw["DBCapacityReservationArn"], name).described(
        running=idle(nodes(db_class), unused) if unused else (),
        state=raw.get("State", ""),
        info={"host_type": db_class, "engine": raw.get("Engine"), "unused": str(unused)},
        started=raw.get("StartDate") or raw.get("CreateDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="rds",
        operation="DescribeDBCapacityReservations",
        scope="region",
        items="DBCapacityReservations[]",
        kind_of=lambda raw: KIND,
        permissions=("rds:DescribeDBCapacityReservations",),
    ),
    states=STATES,
    describe=describe,
    reason="The machines it holds and no database uses, at rest; those in use are instances.",
)
