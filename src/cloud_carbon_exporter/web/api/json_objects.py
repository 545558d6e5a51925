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
)
from cloud_carbon_exporter.exposition.labels import resource_pairs, tag_label, tag_pairs
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.coordinates import map_point
from cloud_carbon_exporter.model.snapshot import ApiUse, Outcome, Row, Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Estimate,
    Footprint,
    Place,
    Resource,
    Totals,
)
from cloud_carbon_exporter.web.region_sums import Region, region_sums

JsonObject = dict[str, Any]

COUNTERS = (
    "energy_joules_total",
    "operational_emissions_grams_total",
    "embodied_emissions_grams_total",
)
"""Names of what is counted over time; none of them stands where nothing is."""


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
    return _without_empty(resource_pairs(resource, tags))


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
        "hardware_basis": footprint.hardware_basis,
        "reason": footprint.reason,
        "measured_at": row.measured_at,
        "facts": list(footprint.facts),
        **counters([row.totals]),
    }


def counters(totals: Iterable[Totals | None]) -> JsonObject:
    """Sums of counters; nothing where nothing is counted."""
    counted = [part for part in totals if part is not None]
    if not counted:
        return {}
    sums = (
        sum(part.energy_joules for part in counted),
        sum(part.operational_grams for part in counted),
        sum(part.embodied_grams for part in counted),
    )
    return dict(zip(COUNTERS, sums, strict=True))


def sums(of: FootprintSum) -> JsonObject:
    """How many resources, and the sum of each estimate with the interval of the sum."""
    return {
        "resources": of.resources,
        "power_watts": estimate(of.power_watts.estimate),
        "operational_emissions_grams_per_second": estimate(
            of.operational_grams_per_second.estimate
        ),
        "embodied_emissions_grams_per_second": estimate(of.embodied_grams_per_second.estimate),
        "emissions_grams_per_second": estimate(of.emissions_grams_per_second.estimate),
    }


def groups(taken: Snapshot, tags: tuple[str, ...]) -> dict[str, list[JsonObject]]:
    """The same sums by each label a person may ask for; what has no such tag is named ""."""
    by_label: dict[str, dict[str, FootprintSum]] = {}
    for label in ACCOUNT_KIND_LABELS:
        by_label[label] = defaultdict(FootprintSum)
    for account in taken.accounts:
        if not account.now.resources:
            continue  # all that stood there has vanished: only its counters are left
        values = (account.provider, account.account_id, account.region, account.kind)
        for label, value in zip(ACCOUNT_KIND_LABELS, values, strict=True):
            by_label[label][value] += account.now
    by_label |= _tag_groups(taken.rows, tags)
    return {label: _largest_first(by_value) for label, by_value in by_label.items()}


def _tag_groups(
    rows: Iterable[Row], tags: tuple[str, ...]
) -> Mapping[str, dict[str, FootprintSum]]:
    tag_labels = tuple(dict.fromkeys(map(tag_label, tags)))
    members: dict[str, dict[str, list[Footprint]]] = {}
    for label in tag_labels:
        members[label] = defaultdict(list)
    for row in rows:
        tagged = dict(tag_pairs(row.resource.tags, tags))
        for label in tag_labels:
            members[label][tagged.get(label, "")].append(row.footprint)
    by_label: dict[str, dict[str, FootprintSum]] = {}
    for label, by_value in members.items():
        by_label[label] = {value: footprint_sum(those) for value, those in by_value.items()}
    return by_label


def _largest_first(by_value: Mapping[str, FootprintSum]) -> list[JsonObject]:
    group_sums = [{"name": name, **sums(of)} for name, of in by_value.items()]
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


def _places(taken: Snapshot) -> Iterator[JsonObject]:
    standing = region_sums(taken)
    for place in taken.places:
        now = standing.get(Region(place.provider, place.region))
        yield {**_place(place), "now": None if now is None else sums(now)}


def _place(place: Place) -> JsonObject:
    return {
        "cloud_provider": place.provider,
        "cloud_region": place.region,
        "map_point": _map_point(place),
        "pue_ratio": estimate(place.pue_ratio),
        "grid_intensity": list(map(_intensity, place.intensities)),
    }


def _map_point(place: Place) -> JsonObject | None:
    point = map_point(place.provider, place.region)
    return None if point is None else point._asdict()


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
        "partial": taken.progress,
        "version": version,
        "source": source_url,
        "totals": sums(taken.total()) | counters(account.totals for account in taken.accounts),
        "by": groups(taken, tags),
        "ledger": _by_labels(taken.ledger, (*ACCOUNT_LABELS, "kind", "basis"), "resources"),
        "targets": list(map(dataclasses.asdict, taken.targets)),
        "listings": list(map(_outcome, taken.listings)),
        "measurements": list(map(_outcome, taken.measurements)),
        "places": list(_places(taken)),
        "api": _api(taken.api),
        "gauges": dict(taken.gauges),
        "equivalents": list(_equivalents()),
        "account_names": _by_labels(taken.account_names, ACCOUNT_LABELS, "name"),
    }
