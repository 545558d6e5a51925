"""Sections of the readable report: the sum first, the bill last. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.reporting.coverage import coverage
from cloud_carbon_exporter.reporting.failures import failures
from cloud_carbon_exporter.reporting.tables import VALUES, Section, clean, figure
from cloud_carbon_exporter.web.api import json_objects

TOP = 20
ESTIMATES = (
    "power_watts",
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
)

_SUMS = ("name", "resources", "W", "W, low", "W, high", "gCO2eq/h", "embodied gCO2eq/h")
_SPARE_SUMS = ("W, low", "W, high", "embodied gCO2eq/h", "resources")
_LARGEST = (
    "kind",
    "name",
    "type",
    "region",
    "W",
    "gCO2eq/h",
    "embodied gCO2eq/h",
    "basis",
    "reason",
)
_SPARE_LARGEST = ("embodied gCO2eq/h", "region", "basis", "type", "kind")
_FAILURES = {
    "what": "what",
    "cloud_provider": "cloud",
    "cloud_account_id": "account",
    "cloud_region": "region",
    "kind": "kind",
    "message": "message",
}
"""Heading of a column by the key of a failure."""
_SPARE_FAILURES = ("what", "account", "cloud", "region")
_BILL = ("cloud", "account", "api", "USD now", "USD a month at this pace")


def sections(of: Snapshot, tags: tuple[str, ...]) -> list[Section]:
    """Sections a person wants to read, in their order."""
    whole = json_objects.snapshot(of, tags, "", "")
    by = whole["by"]
    tagged = [_sums(f"By {name}", by[name]) for name in by if name.startswith("tag_")]
    return [
        _now(of, whole["totals"]),
        _sums("By account", by["cloud_account_id"]),
        _sums("By region", by["cloud_region"]),
        _sums("By kind", by["kind"]),
        *tagged,
        _largest(of),
        _covered(of),
        _failed(of),
        _bill(of),
    ]


def largest_first(rows: Iterable[Row]) -> list[Row]:
    """Rows by the power they draw; by id where they draw the same."""
    return sorted(rows, key=lambda row: (-row.footprint.power_watts.value, row.resource.id))


def _now(of: Snapshot, totals: dict[str, Any]) -> Section:
    watts, operational, embodied = map(totals.__getitem__, ESTIMATES)
    rows = (
        ("Power drawn, PUE included", "W", *_bounds(watts, 1)),
        ("Emissions of the power", "gCO2eq/h", *_bounds(operational, SECONDS_PER_HOUR)),
        ("Emissions of manufacture", "gCO2eq/h", *_bounds(embodied, SECONDS_PER_HOUR)),
    )
    notes = (
        f"{_many(totals['resources'])}. Low and high are the 90 % interval of the sum.",
        "This is one moment, and no month or year: report -since tells one that was counted.",
    )
    taken = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(of.taken_at))
    return Section(f"Cloud carbon report, {taken}", VALUES, rows, notes)


def _bounds(estimate: dict[str, Any], factor: float) -> tuple[str, str, str]:
    """Value and interval of an estimate's document, in a unit that is `factor` times as small."""
    return (
        figure(estimate["value"] * factor),
        figure(estimate["lower"] * factor),
        figure(estimate["upper"] * factor),
    )


def _sums(title: str, groups: Iterable[dict[str, Any]]) -> Section:
    rows: list[tuple[str, ...]] = []
    for group in groups:
        operational = group["operational_emissions_grams_per_second"]["value"]
        embodied = group["embodied_emissions_grams_per_second"]["value"]
        rows.append(
            (
                clean(group["name"] or "(none)"),
                str(group["resources"]),
                *_bounds(group["power_watts"], 1),
                figure(operational * SECONDS_PER_HOUR),
                figure(embodied * SECONDS_PER_HOUR),
            )
        )
    return Section(title, _SUMS, tuple(rows), spare=_SPARE_SUMS)


def _largest(of: Snapshot) -> Section:
    rows = tuple(map(_resource, largest_first(of.rows)[:TOP]))
    title = f"Largest {_many(len(rows))}" if len(rows) != 1 else "Largest resource"
    return Section(title, _LARGEST, rows, spare=_SPARE_LARGEST, prose=("reason",))


def _many(resources: int) -> str:
    """How many resources, as a sentence says it."""
    return "1 resource" if resources == 1 else f"{resources} resources"


def _resource(row: Row) -> tuple[str, ...]:
    resource, footprint = row.resource, row.footprint
    return (
        resource.kind,
        clean(resource.name or resource.id),
        clean(resource.info.get("host_type", "")),
        resource.location.region,
        figure(footprint.power_watts.value),
        _hourly(footprint.operational_grams_per_second),
        _hourly(footprint.embodied_grams_per_second),
        footprint.basis,
        clean(footprint.reason),
    )


def _hourly(of: Estimate | None) -> str:
    return "" if of is None else figure(of.value * SECONDS_PER_HOUR)


def _covered(of: Snapshot) -> Section:
    known = coverage(of)
    rows = [(basis, str(count)) for basis, count in known["by_basis"].items()]
    rows.append(("unsupported", str(known["unsupported"])))
    notes: tuple[str, ...] = ()
    if known["ratio"] is not None:
        share = f"{known['ratio']:.0%}"
        notes = (f"Estimated: {share} of what the providers' own inventories list.",)
    return Section("Coverage", ("basis", "resources"), tuple(rows), notes)


def _failed(of: Snapshot) -> Section:
    rows = tuple(map(_failure, failures(of)))
    header = tuple(_FAILURES.values())
    notes = () if rows else ("None.",)
    return Section("Errors", header, rows, notes, _SPARE_FAILURES, ("message",))


def _failure(failure: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(clean(failure.get(key, "")) for key in _FAILURES)


def _bill(of: Snapshot) -> Section:
    rows: list[tuple[str, ...]] = []
    for billed, dollars in sorted(of.api.dollars.items()):
        forecast = of.api.dollars_per_month.get(billed, 0)
        rows.append((*billed, f"{dollars:.4f}", f"{forecast:.2f}"))
    notes = [f"{sum(of.api.requests.values())} calls."]
    if not rows:
        notes.append("None was charged.")
    return Section("Bill of the cloud APIs", _BILL, tuple(rows), tuple(notes))
