"""Two months of a made-up estate in a store: all of October 2025, and November without 30 hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.reading import asking
from cloud_carbon_exporter.history.series import HourRow, Series, tag_value
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.waiting import Waiting
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, Amounts, CountedHour, Group
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.stretches import Stretch
from cloud_carbon_exporter.model.sums import Reach, Sum
from cloud_carbon_exporter.model.types import Basis
from cloud_carbon_exporter.reporting.period.compute import Asked
from cloud_carbon_exporter.reporting.period.figures import Period, Source


def at(text: str) -> int:
    """Unix seconds of a moment of UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


OCTOBER = Period(at("2025-10-01"), at("2025-11-01"))
NOVEMBER = Period(at("2025-11-01"), at("2025-12-01"))
GAP = Period(at("2025-11-10"), at("2025-11-11T06:00"))
MADE_AT = at("2026-01-15T08:00")
GROWTH = 1.1
"""What November drew by what October did."""


class Part(NamedTuple):
    """What of the estate is one row an hour: it draws so many watts."""

    group: Group
    basis: Basis
    watts: float
    embodied_grams_an_hour: float


PARTS = (
    Part(
        Group("aws", "111111111111", "eu-west-3", "ec2/instance", (("team", "web"),)),
        "measured",
        400,
        5,
    ),
    Part(
        Group("aws", "111111111111", "us-east-1", "rds/db_instance", (("team", "data"),)),
        "default",
        120,
        2,
    ),
    Part(
        Group("gcp", "shop-1", "europe-west1", "compute/instance", (("team", "web"),)),
        "measured",
        80,
        1,
    ),
    Part(Group("scaleway", "f0e1", "pl-waw", "instance/server"), "assumed", 30, 0.5),
)


def amounts(part: Part, scale: float, method: Method) -> Amounts:
    """What the part has in one hour, counted by an annual figure of its grid."""
    place = facts.place(part.group.provider, part.group.region)
    intensity = annual_of(place, method)
    assert intensity is not None
    joules, grid = part.watts * scale * HOUR_SECONDS, intensity.grams_per_kilowatt_hour
    energy = _sum(joules, part.basis, "memory.dram", 0.2)
    grams = energy.scaled(grid.value / JOULES_PER_KILOWATT_HOUR)
    own = intensity.facts[0]
    lower = grams.value * _share(grid.value - grid.lower, grid.value)
    upper = grams.value * _share(grid.upper - grid.value, grid.value)
    down = Reach({**grams.down.by_fact, own: lower})
    up = Reach({**grams.up.by_fact, own: upper})
    embodied = _sum(part.embodied_grams_an_hour, part.basis, "embodied.host", 0.4)
    return Amounts(energy, Sum(grams.value, down, up, part.basis), embodied)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0  # AWS claims 0 g of a region


def _sum(value: float, basis: Basis, fact: str, ratio: float) -> Sum:
    return Sum(value, Reach({fact: value * ratio}), Reach({fact: value * ratio * 2}), basis)


def hours() -> Iterator[int]:
    """Starts of the hours that were counted."""
    for hour in range(OCTOBER.start, NOVEMBER.end, HOUR_SECONDS):
        if not GAP.start <= hour < GAP.end:
            yield hour


def filled(
    method: Method = "location", parts: Sequence[Part] = PARTS, into: Store | None = None
) -> Store:
    """The store of both months."""
    store, waiting = into or in_memory(), Waiting()
    for part in parts:
        sizes = {scale: amounts(part, scale, method) for scale in (1, GROWTH)}
        for hour in hours():
            row = sizes[1] if hour < NOVEMBER.start else sizes[GROWTH]
            waiting.add(HourRow(hour, Series(part.group, part.basis), row))
            whole = (Stretch(hour, hour + HOUR_SECONDS),)
            waiting.cover(CountedHour(hour, part.group, 0, 0, 0, whole))
    store.add(waiting.rows(), waiting.spans())
    return store


def source(store: Store) -> Source:
    """The store, as a report reads it."""
    return Source("the history file carbon.sqlite", asking(store.reader))


REPORTED = ReportedMonth(
    "aws",
    "111111111111",
    "AWS Sustainability API",
    "market",
    OCTOBER.start,
    OCTOBER.end,
    30_000,
    "3.0",
    0,
)


def asked(period: Period = NOVEMBER, method: Method = "location") -> Asked:
    """What the goldens ask for."""
    return Asked(
        period,
        {"tag_team": tag_value("team")},
        method,
        "1.2.3+abc",
        "order",
        50_000,
        (REPORTED, REPORTED._replace(start=NOVEMBER.start, end=NOVEMBER.end, grams=28_000)),
    )
