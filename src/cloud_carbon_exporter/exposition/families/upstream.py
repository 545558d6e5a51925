"""Families of -metrics.upstream-names: names that dashboards of the original exporter query.

Units are the original's, a Go program: watts, kilograms a day, milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from cloud_carbon_exporter.exposition.families.resources import operational_grams_per_second
from cloud_carbon_exporter.exposition.family import (
    Family,
    FamilySample,
    FromSnapshot,
    PerResource,
)
from cloud_carbon_exporter.exposition.label_names import UPSTREAM_LABELS
from cloud_carbon_exporter.exposition.resource_lines import Value, gauge_lines
from cloud_carbon_exporter.model.snapshot import Row, Snapshot

_GRAMS_A_SECOND_TO_KILOGRAMS_A_DAY = 86400 / 1000


def _of_resource(value: Value) -> PerResource:
    """Lines written anew each time: a second name of each figure costs time, and no memory."""
    return PerResource(gauge_lines(value), None, "upstream")


def _operational_kilograms_a_day(row: Row) -> float | None:
    grams_per_second = operational_grams_per_second(row)
    if grams_per_second is None:
        return None
    return grams_per_second * _GRAMS_A_SECOND_TO_KILOGRAMS_A_DAY


def _embodied_kilograms_a_day(row: Row) -> float:
    return row.footprint.embodied_grams_per_second.value * _GRAMS_A_SECOND_TO_KILOGRAMS_A_DAY


def _of_exporter(number: Callable[[Snapshot], float]) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        yield FamilySample((), number(snapshot))

    return FromSnapshot(samples)


def _longest_listing_milliseconds(snapshot: Snapshot) -> float:
    return max((listing.seconds for listing in snapshot.listings), default=0.0) * 1000


UPSTREAM: tuple[Family, ...] = (
    Family(
        "estimated_watts",
        "gauge",
        "Name of the Go exporter for cloud_carbon_power_watts.",
        _of_resource(attrgetter("footprint.power_watts.value")),
        UPSTREAM_LABELS,
    ),
    Family(
        "estimated_g_co2eq_second",
        "gauge",
        "Name of the Go exporter for cloud_carbon_operational_emissions_grams_per_second.",
        _of_resource(operational_grams_per_second),
        UPSTREAM_LABELS,
    ),
    Family(
        "estimated_usage_emissions_kgCO2eq_day",
        "gauge",
        "Name of the Go exporter for operational emissions, in kilograms a day.",
        _of_resource(_operational_kilograms_a_day),
        UPSTREAM_LABELS,
    ),
    Family(
        "estimated_embodied_emissions_kgCO2eq_day",
        "gauge",
        "Name of the Go exporter for embodied emissions, in kilograms a day.",
        _of_resource(_embodied_kilograms_a_day),
        UPSTREAM_LABELS,
    ),
    Family(
        "collect_duration_ms",
        "gauge",
        "Name of the Go exporter for the longest collector duration, in milliseconds.",
        _of_exporter(_longest_listing_milliseconds),
    ),
    Family(
        "error_count",
        "gauge",
        "Name of the Go exporter for the errors since the start.",
        _of_exporter(lambda snapshot: sum(snapshot.api.errors.values())),
    ),
    Family(
        "api_calls",
        "gauge",
        "Name of the Go exporter for the API calls since the start.",
        _of_exporter(lambda snapshot: sum(snapshot.api.requests.values())),
    ),
)
