"""JSON objects of /api/v1, made from a Snapshot. Pure; schemas.py describes each."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cloud_carbon_exporter.exposition.family import LabelValues
from cloud_carbon_exporter.exposition.label_names import (
    ACCOUNT_KIND_LABELS,
    ACCOUNT_LABELS,
    RESOURCE_LABELS,
)
from cloud_carbon_exporter.exposition.labels import tag_label, tag_pairs
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import total
from cloud_carbon_exporter.model.snapshot import ApiUse, Outcome, Row, Snapshot
from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate, Place, Resource, Totals

JsonObject = dict[str, Any]


class _Equivalent(NamedTuple):
    """Thing a person knows, to measure the totals by: watts of one, or grams of CO2eq of one."""

    name: str
    unit: str
    fact: str
    url: str


# figures with a source each; the facts have their intervals
_EQUIVALENTS = (
    _Equivalent(
        "LED bulbs alight",
        "watts",
        "equivalent.led_bulb",
        "https://www.energystar.gov/products/light_bulbs",
    ),
    _Equivalent(
        "km by car",
        "grams",
        "equivalent.car_kilometre",
        "https://www.epa.gov/greenvehicles/greenhouse-gas-emissions-typical-passenger-vehicle",
    ),
)


def estimate(value: Estimate | None) -> JsonObject | None:
    """A value with its interval and basis; null where there is none."""
    if value is None:
        return None
    return {"value": value.value, "lower": value.lower, "upper": value.upper, "basis": value.basis}


def labels(resource: Resource, tags: tuple[str, ...]) -> dict[str, str]:
    """The labels a resource has in the metrics; empty ones are left out."""
    location = resource.location
    values = (
        location.provider,
        location.account_id,
        location.region,
        location.zone,
        resource.kind,
        resource.id,
        resource.name,
    )
    pairs = [*zip(RESOURCE_LABELS, values, strict=True), *tag_pairs(resource.tags, tags)]
    return _without_empty(pairs)


def _without_empty(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in pairs if value}


def resource(row: Row, tags: tuple[str, ...]) -> JsonObject:
    """One resource: its labels, its estimates, how they came about."""
    footprint = row.footprint
    return {
        **_without_empty(row.resource.info.items()),
        **labels(row.resource, tags),
        "power_watts": estimate(footprint.power_watts),
        "operational_emissions_grams_per_second": estimate(footprint.operational_grams_per_second),
        "embodied_emissions_grams_per_second": estimate(footprint.embodied_grams_per_second),
        "basis": footprint.basis,
        "reason": footprint.reason,
        "measured_at": row.measured_at,
        "facts": list(footprint.facts),
        **_counted([row.totals]),
    }


def _counted(totals: Iterable[Totals | None]) -> JsonObject:
    """Sums of counters; nothing where nothing is counted."""
    counted = [part for part in totals if part is not None]
    if not counted:
        return {}
    return {
        "energy_joules_total": sum(part.energy_joules for part in counted),
        "operational_emissions_grams_total": sum(part.operational_grams for part in counted),
        "embodied_emissions_grams_total": sum(part.embodied_grams for part in counted),
    }


def sums(rows: Iterable[Row]) -> JsonObject:
    """How many resources, and the sum of each estimate with the interval of the sum."""
    # total() draws the interval of the sum; adding bounds would make it too wide
    power: list[Estimate] = []
    operational: list[Estimate] = []
    embodied: list[Estimate] = []
    for row in rows:
        footprint = row.footprint
        power.append(footprint.power_watts)
        embodied.append(footprint.embodied_grams_per_second)
        if footprint.operational_grams_per_second is not None:
            operational.append(footprint.operational_grams_per_second)
    return {
        "resources": len(power),
        "power_watts": estimate(total(power)),
        "operational_emissions_grams_per_second": estimate(total(operational)),
        "embodied_emissions_grams_per_second": estimate(total(embodied)),
    }


def groups(rows: Iterable[Row], tags: tuple[str, ...]) -> dict[str, list[JsonObject]]:
    """The same sums by each label a person may ask for; what has no such tag is named ""."""
    tag_labels = tuple(dict.fromkeys(map(tag_label, tags)))
    members: dict[str, dict[str, list[Row]]] = {}
    for label in (*ACCOUNT_KIND_LABELS, *tag_labels):
        members[label] = defaultdict(list)
    for row in rows:
        for label, value in _grouped_by(row, tags, tag_labels):
            members[label][value].append(row)
    return {label: _largest_first(by_value) for label, by_value in members.items()}


def _grouped_by(
    row: Row, tags: tuple[str, ...], tag_labels: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Each label a row is summed by, and its value."""
    location = row.resource.location
    values = (location.provider, location.account_id, location.region, row.resource.kind)
    yield from zip(ACCOUNT_KIND_LABELS, values, strict=True)
    tagged = dict(tag_pairs(row.resource.tags, tags))
    for label in tag_labels:
        yield label, tagged.get(label, "")


def _largest_first(by_value: Mapping[str, list[Row]]) -> list[JsonObject]:
    group_sums = [{"name": name, **sums(rows)} for name, rows in by_value.items()]
    return sorted(group_sums, key=lambda group: -group["power_watts"]["value"])


def _outcome(outcome: Outcome) -> JsonObject:
    return {
        "cloud_provider": outcome.provider,
        "cloud_account_id": outcome.account_id,
        "cloud_region": outcome.region,
        "kind": outcome.kind,
        "up": not outcome.error,
        "error": outcome.error,
        "duration_seconds": outcome.seconds,
        "resources": outcome.resources,
        "last_success": outcome.last_success,
    }


def _place(place: Place) -> JsonObject:
    return {
        "cloud_provider": place.provider,
        "cloud_region": place.region,
        "pue_ratio": estimate(place.pue_ratio),
        "grid_intensity": list(map(_intensity, place.intensities)),
    }


def _intensity(intensity: CarbonIntensity) -> JsonObject:
    return {
        "grams_per_kilowatt_hour": estimate(intensity.grams_per_kilowatt_hour),
        "method": intensity.method,
        "source": intensity.source,
        "year": intensity.year,
        "estimated": intensity.estimated,
    }


def _by_labels(
    figures: Mapping[LabelValues, object], names: tuple[str, ...], figure_name: str
) -> list[JsonObject]:
    """A mapping from label values to a figure, as a list of objects."""
    objects = []
    for values, figure in figures.items():
        objects.append({**dict(zip(names, values, strict=True)), figure_name: figure})
    return objects


def _api(use: ApiUse) -> JsonObject:
    billed = (*ACCOUNT_LABELS, "api")
    called = ("cloud_provider", "api", "operation", "outcome")
    failed = ("cloud_provider", "operation", "reason")
    left_out = ("cloud_provider", "kind", "reason")
    return {
        "requests": _by_labels(use.requests, called, "requests"),
        "cost_dollars": _by_labels(use.dollars, billed, "dollars"),
        "forecast_dollars_per_month": _by_labels(use.dollars_per_month, billed, "dollars"),
        "errors": _by_labels(use.errors, failed, "errors"),
        "skipped_objects": _by_labels(use.skipped, left_out, "objects"),
    }


def _equivalents() -> Iterator[JsonObject]:
    for equivalent in _EQUIVALENTS:
        figure = facts.figure(f"{equivalent.fact}.{equivalent.unit}")
        yield {
            "name": equivalent.name,
            "of": equivalent.unit,
            "each": figure.value,
            "source": figure.source,
            "url": equivalent.url,
        }


def snapshot(taken: Snapshot, tags: tuple[str, ...], version: str, source_url: str) -> JsonObject:
    """Totals, sums by label, ledger, health, and what the exporter itself cost."""
    return {
        "taken_at": taken.taken_at,
        "ready": taken.first_collection_done,
        "version": version,
        "source": source_url,
        "totals": sums(taken.rows) | _counted(account.totals for account in taken.accounts),
        "by": groups(taken.rows, tags),
        "ledger": _by_labels(taken.ledger, (*ACCOUNT_LABELS, "kind", "basis"), "resources"),
        "targets": list(map(dataclasses.asdict, taken.targets)),
        "listings": list(map(_outcome, taken.listings)),
        "measurements": list(map(_outcome, taken.measurements)),
        "places": list(map(_place, taken.places)),
        "api": _api(taken.api),
        "gauges": dict(taken.gauges),
        "equivalents": list(_equivalents()),
        "account_names": _by_labels(taken.account_names, ACCOUNT_LABELS, "name"),
    }
