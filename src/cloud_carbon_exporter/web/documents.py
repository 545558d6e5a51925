"""Snapshot -> the JSON objects of /api/v1. Pure; the docs describe their schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from cloud_carbon_exporter.exposition.families import RESOURCE
from cloud_carbon_exporter.exposition.labels import tag_label, tag_pairs
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import total
from cloud_carbon_exporter.model.types import (
    ApiUse,
    Estimate,
    Outcome,
    Place,
    Resource,
    Row,
    Snapshot,
)

Document = dict[str, Any]


_EQUIVALENTS = (
    (
        "LED bulbs alight",
        "watts",
        "equivalent.led_bulb",
        "https://www.energystar.gov/products/light_bulbs",
    ),
    (
        "km by car",
        "grams",
        "equivalent.car_kilometre",
        "https://www.epa.gov/greenvehicles/greenhouse-gas-emissions-typical-passenger-vehicle",
    ),
)
_GROUPED = ("cloud_provider", "cloud_account_id", "cloud_region", "kind")
_ESTIMATES = (
    "power_watts",
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
)


def estimate(of: Estimate | None) -> Document | None:
    """A value with its interval and basis; null where there is none."""
    if of is None:
        return None
    return {"value": of.value, "lower": of.lower, "upper": of.upper, "basis": of.basis}


def labels(resource: Resource, tags: tuple[str, ...]) -> dict[str, str]:
    """The labels a resource has in the metrics; empty ones are left out."""
    at = resource.location
    values = (
        at.provider,
        at.account_id,
        at.region,
        at.zone,
        resource.kind,
        resource.id,
        resource.name,
    )
    found = [*zip(RESOURCE, values, strict=True), *tag_pairs(resource.tags, tags)]
    return {name: value for name, value in found if value}


def resource(row: Row, tags: tuple[str, ...]) -> Document:
    """One resource: its labels, its estimates, how they came about."""
    footprint, totals = row.footprint, row.totals
    made = (
        footprint.power_watts,
        footprint.operational_grams_per_second,
        footprint.embodied_grams_per_second,
    )
    document: Document = {
        **{key: value for key, value in row.resource.info.items() if value},
        **labels(row.resource, tags),
        **{name: estimate(value) for name, value in zip(_ESTIMATES, made, strict=True)},
        "basis": footprint.basis,
        "reason": footprint.reason,
        "measured_at": row.measured_at,
        "facts": list(footprint.facts),
    }
    return document | _totals([totals] if totals else [])


def _totals(totals: Iterable[Any]) -> Document:
    counted = list(totals)
    if not counted:
        return {}
    return {
        "energy_joules_total": sum(each.energy_joules for each in counted),
        "operational_emissions_grams_total": sum(each.operational_grams for each in counted),
        "embodied_emissions_grams_total": sum(each.embodied_grams for each in counted),
    }


def sums(rows: Iterable[Row]) -> Document:
    """How many resources, and the sum of each estimate with the interval of the sum."""
    footprints = [row.footprint for row in rows]
    operational = [of.operational_grams_per_second for of in footprints]
    return {
        "resources": len(footprints),
        "power_watts": estimate(total(of.power_watts for of in footprints)),
        "operational_emissions_grams_per_second": estimate(
            total(each for each in operational if each is not None)
        ),
        "embodied_emissions_grams_per_second": estimate(
            total(of.embodied_grams_per_second for of in footprints)
        ),
    }


def groups(rows: Iterable[Row], tags: tuple[str, ...]) -> dict[str, list[Document]]:
    """The same sums by each label a person may ask for; what has no such tag stands under the empty
    name.
    """
    labels_of_tags = dict.fromkeys(map(tag_label, tags))
    by: dict[str, dict[str, list[Row]]] = {label: {} for label in (*_GROUPED, *labels_of_tags)}
    for row in rows:
        at, tagged = row.resource.location, dict(tag_pairs(row.resource.tags, tags))
        for label, value in zip(
            _GROUPED, (at.provider, at.account_id, at.region, row.resource.kind), strict=True
        ):
            by[label].setdefault(value, []).append(row)
        for label in labels_of_tags:
            by[label].setdefault(tagged.get(label, ""), []).append(row)
    found = {}
    for label, values in by.items():
        made = [{"name": name, **sums(members)} for name, members in values.items()]
        found[label] = sorted(made, key=lambda each: -each["power_watts"]["value"])
    return found


def _outcome(of: Outcome) -> Document:
    return {
        "cloud_provider": of.provider,
        "cloud_account_id": of.account_id,
        "cloud_region": of.region,
        "kind": of.kind,
        "up": not of.error,
        "error": of.error,
        "duration_seconds": of.seconds,
        "resources": of.resources,
        "last_success": of.last_success,
    }


def _place(of: Place) -> Document:
    return {
        "cloud_provider": of.provider,
        "cloud_region": of.region,
        "pue_ratio": estimate(of.pue_ratio),
        "grid_intensity": [
            {
                "grams_per_kilowatt_hour": estimate(each.grams_per_kilowatt_hour),
                "method": each.method,
                "source": each.source,
                "year": each.year,
                "estimated": each.estimated,
            }
            for each in of.intensities
        ],
    }


def _keyed(
    of: Iterable[tuple[tuple[str, ...], object]], names: tuple[str, ...], value: str
) -> list[Document]:
    return [{**dict(zip(names, key, strict=True)), value: held} for key, held in of]


def _api(of: ApiUse) -> Document:
    billed = ("cloud_provider", "cloud_account_id", "api")
    return {
        "requests": _keyed(
            of.requests.items(), ("cloud_provider", "api", "operation", "outcome"), "requests"
        ),
        "cost_dollars": _keyed(of.dollars.items(), billed, "dollars"),
        "forecast_dollars_per_month": _keyed(of.dollars_per_month.items(), billed, "dollars"),
        "errors": _keyed(of.errors.items(), ("cloud_provider", "operation", "reason"), "errors"),
        "skipped_objects": _keyed(
            of.skipped.items(), ("cloud_provider", "kind", "reason"), "objects"
        ),
    }


def _equivalents() -> Iterator[Document]:
    """What a person knows, to measure the totals by. each: watts of one, or grams of CO2eq of one."""
    for name, of, identity, url in _EQUIVALENTS:
        figure = facts.figure(f"{identity}.{of}")
        yield {"name": name, "of": of, "each": figure.value, "source": figure.source, "url": url}


def snapshot(of: Snapshot, tags: tuple[str, ...], version: str, source_url: str) -> Document:
    """Totals, sums by label, ledger, health, and what the exporter itself cost."""
    counted = [row.totals for row in of.accounts if row.totals is not None]
    return {
        "taken_at": of.taken_at,
        "ready": of.first_collection_done,
        "version": version,
        "source": source_url,
        "totals": sums(of.rows) | _totals(counted),
        "by": groups(of.rows, tags),
        "ledger": _keyed(
            of.ledger.items(), ("cloud_provider", "cloud_account_id", "kind", "basis"), "resources"
        ),
        "targets": [dataclasses.asdict(target) for target in of.targets],
        "listings": [_outcome(each) for each in of.listings],
        "measurements": [_outcome(each) for each in of.measurements],
        "places": [_place(each) for each in of.places],
        "api": _api(of.api),
        "gauges": dict(of.gauges),
        "equivalents": list(_equivalents()),
        "account_names": _keyed(
            of.account_names.items(), ("cloud_provider", "cloud_account_id"), "name"
        ),
    }
