"""Snapshots of a made-up estate, an hour apart, and what the history says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.history.query import Query, Summed, summed
from cloud_carbon_exporter.history.series import By
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, CountedHour, Group, group_of
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.stretches import Stretch
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import Footprint
from tests.exposition import estate

START = 490_000 * HOUR_SECONDS
"""A moment in November 2025, at the start of an hour."""

# What draws nothing is left out: of 0 the history keeps no doubt, as its errors are ratios.
ROWS = tuple(row for row in estate.SNAPSHOT.rows if row.footprint.power_watts.value)


def rates(rows: Sequence[Row] = ROWS) -> Mapping[Group, FootprintSum]:
    """What each group draws and emits a second."""
    groups: dict[Group, list[Footprint]] = {}
    for row in rows:
        groups.setdefault(group_of(row.resource), []).append(row.footprint)
    return {group: footprint_sum(footprints) for group, footprints in groups.items()}


def counted(
    hour: int, rows: Sequence[Row] = ROWS, seconds: float = HOUR_SECONDS
) -> tuple[CountedHour, ...]:
    """What counters have of these rows in the first seconds of an hour."""
    parts: list[CountedHour] = []
    for group, rate in rates(rows).items():
        amounts = (
            rate.power_watts.value * seconds,
            rate.operational_grams_per_second.value * seconds,
            rate.embodied_grams_per_second.value * seconds,
        )
        parts.append(CountedHour(hour, group, *amounts, (Stretch(hour, hour + seconds),)))
    return tuple(parts)


def snapshot(hour: int, rows: Sequence[Row] = ROWS, seconds: float = HOUR_SECONDS) -> Snapshot:
    """The Snapshot that an hour ends with."""
    hours = counted(hour, rows, seconds)
    return Snapshot(hour + seconds, tuple(rows), counted=True, hours=hours)


def asked(
    store: Store, hours: int, by: Mapping[str, By] | None = None, step: str = ""
) -> Sequence[Summed]:
    """The sums of so many hours from the start on."""
    until = START + hours * HOUR_SECONDS
    found = store.reader.find(START, until, step)
    return list(summed(found, Query(START, until, by or {}, step)))
