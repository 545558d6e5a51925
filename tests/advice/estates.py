"""Resources with a past, for the rules of advice."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.advice import Evidence, Spread
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Component, Location, Resource, Signal

DAY = 86_400.0
NOW = 1_800_000_000.0
WEEKS_2 = 14 * DAY


def machine_row(
    host_type: str = "m5.2xlarge",
    provider: str = "aws",
    region: str = "eu-west-1",
    kind: str = "ec2/instance",
    cpu: float = 0.2,
) -> Row:
    """Row of a machine of a type."""
    parts = components(machine(provider, host_type))
    return row_of(parts, provider, region, kind, {"host_type": host_type}, {"cpu_ratio": cpu})


def row_of(
    parts: tuple[Component, ...],
    provider: str = "aws",
    region: str = "eu-west-1",
    kind: str = "ec2/volume",
    info: Mapping[str, str] | None = None,
    loads: Mapping[Signal, float] | None = None,
    *,
    identity: str = "r",
    started: float | None = None,
) -> Row:
    """Row of any parts."""
    at = Location(provider, "1", region)
    resource = Resource(identity, kind, identity, at, parts, info=info or {}, started=started)
    place = facts.place(provider, region)
    read = loads or {}
    return Row(resource, estimate(resource, read, place, place.intensities[0]), read)


def seen(
    seconds: float = 20 * DAY,
    *,
    signal: Signal = "cpu_ratio",
    p95: float = 0.3,
    mean: float = 0.15,
    read: float = 400,
    unread: float = 0,
) -> Evidence:
    """What is known of so many seconds."""
    spread = Spread(read, unread, mean, p95, max(p95, mean))
    return Evidence(NOW - seconds, NOW, {signal: spread})
