"""A Snapshot as a report: text and markdown for people, JSON and CSV for programs. Pure."""

from __future__ import annotations

import csv
import io
import json
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from cloud_carbon_exporter.exposition.coverage import covered
from cloud_carbon_exporter.exposition.label_names import RESOURCE_LABELS
from cloud_carbon_exporter.model.types import BASES, Estimate, Row, Snapshot
from cloud_carbon_exporter.reporting import tables
from cloud_carbon_exporter.reporting.tables import SECONDS_PER_HOUR, VALUES, Section, clean, figure
from cloud_carbon_exporter.web.api import json_objects

HOURS_PER_YEAR = 8766
TOP = 20

_ESTIMATES = (
    "power_watts",
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
)


def errors(of: Snapshot) -> list[dict[str, str]]:
    """All that failed: targets, listings, measurements, and objects that could not be read. Empty:
    nothing did.
    """
    found = [
        {
            "what": "target",
            "cloud_provider": target.provider,
            "target": target.name,
            "message": target.error,
        }
        for target in of.targets
        if not target.up
    ]
    for what, outcomes in (("listing", of.listings), ("measurement", of.measurements)):
        found += [
            {
                "what": what,
                "cloud_provider": outcome.provider,
                "cloud_account_id": outcome.account_id,
                "cloud_region": outcome.region,
                "kind": outcome.kind,
                "message": outcome.error,
            }
            for outcome in outcomes
            if outcome.error
        ]
    found += [
        {
            "what": "objects",
            "cloud_provider": provider,
            "kind": kind,
            "message": f"{count} could not be read: {reason}",
        }
        for (provider, kind, reason), count in sorted(of.api.skipped.items())
    ]
    return found


def coverage(of: Snapshot) -> dict[str, Any]:
    """How much of what is there is estimated, and how well.

    ratio: estimated by listed, where another inventory of the provider counts what an account
        holds; else null.
    """
    by_basis: Counter[str] = Counter()
    for (_, _, _, basis), count in of.ledger.items():
        by_basis[basis] += count
    parts = covered(of).values()
    everything = sum(whole for _, whole in parts)
    return {
        "estimated": sum(by_basis[basis] for basis in BASES),
        "by_basis": {basis: by_basis[basis] for basis in BASES},
        "unsupported": by_basis["unsupported"],
        "listed": [
            {
                "cloud_provider": provider,
                "cloud_account_id": account,
                "source": source,
                "resources": count,
            }
            for (provider, account, source), count in sorted(of.listed.items())
        ],
        "ratio": sum(part for part, _ in parts) / everything if everything else None,
    }


def as_json(of: Snapshot, tags: tuple[str, ...]) -> str:
    """One JSON object; see docs for its keys."""
    whole = json_objects.snapshot(of, tags, "", "")
    api = whole["api"]
    return json.dumps(
        {
            "taken_at": of.taken_at,
            "totals": whole["totals"],
            "resources": [json_objects.resource(row, tags) for row in of.rows],
            "coverage": coverage(of),
            "ledger": whole["ledger"],
            "errors": errors(of),
            "api_cost": {
                key: api[key] for key in ("requests", "cost_dollars", "forecast_dollars_per_month")
            },
        }
    )


def as_csv(of: Snapshot, tags: tuple[str, ...]) -> str:
    """One row a resource, the unit in each column's name."""
    rows = [_flat(json_objects.resource(row, tags)) for row in _largest_first(of.rows)]
    tagged = sorted({name for row in rows for name in row if name.startswith("tag_")})
    figures = [f"{name}{bound}" for name in _ESTIMATES for bound in ("", "_lower", "_upper")]
    columns = [
        *RESOURCE_LABELS,
        *tagged,
        "host_type",
        *figures,
        "basis",
        "reason",
        "measured_at_unix_seconds",
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    row = dict(document)
    for name in _ESTIMATES:
        estimate = row.pop(name) or {}
        row |= {name: estimate.get("value"), f"{name}_lower": estimate.get("lower")}
        row[f"{name}_upper"] = estimate.get("upper")
    return {**row, "measured_at_unix_seconds": row["measured_at"]}


def as_text(of: Snapshot, tags: tuple[str, ...]) -> str:
    """Aligned columns for a terminal, or a mail."""
    return tables.as_text(sections(of, tags))


def as_markdown(of: Snapshot, tags: tuple[str, ...]) -> str:
    """The same as markdown."""
    return tables.as_markdown(sections(of, tags))


def sections(of: Snapshot, tags: tuple[str, ...]) -> list[Section]:
    """What a person wants to know, the sum first and the bill last."""
    whole = json_objects.snapshot(of, tags, "", "")
    by = whole["by"]
    tagged = [
        Section(f"By {name}", _SUMS, _sums(by[name])) for name in by if name.startswith("tag_")
    ]
    return [
        _now(of, whole["totals"]),
        Section("By account", _SUMS, _sums(by["cloud_account_id"])),
        Section("By region", _SUMS, _sums(by["cloud_region"])),
        Section("By kind", _SUMS, _sums(by["kind"])),
        *tagged,
        _top(of),
        _covered(of),
        _failed(of),
        _bill(of),
    ]


_SUMS = ("name", "resources", "W", "W, low", "W, high", "gCO2eq/h", "embodied gCO2eq/h")


def _sums(groups: Iterable[dict[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            clean(group["name"] or "(none)"),
            str(group["resources"]),
            *(figure(group["power_watts"][key]) for key in ("value", "lower", "upper")),
            figure(group["operational_emissions_grams_per_second"]["value"] * SECONDS_PER_HOUR),
            figure(group["embodied_emissions_grams_per_second"]["value"] * SECONDS_PER_HOUR),
        )
        for group in groups
    )


def _now(of: Snapshot, totals: dict[str, Any]) -> Section:
    watts, used, made = (totals[name] for name in _ESTIMATES)
    kilowatt_hours = watts["value"] * HOURS_PER_YEAR / 1000
    kilograms = (used["value"] + made["value"]) * SECONDS_PER_HOUR * HOURS_PER_YEAR / 1000
    rows = (
        ("Power drawn, PUE included", "W", *_figures(watts, 1)),
        ("Emissions of the power", "gCO2eq/h", *_figures(used, SECONDS_PER_HOUR)),
        ("Emissions of manufacture", "gCO2eq/h", *_figures(made, SECONDS_PER_HOUR)),
    )
    return Section(
        f"Cloud carbon report, {time.strftime('%Y-%m-%d %H:%M:%S UTC', time.gmtime(of.taken_at))}",
        VALUES,
        rows,
        (
            f"{totals['resources']} resources. Low and high are the 90 % interval of the sum.",
            f"A year at this rate: {figure(kilowatt_hours)} kWh and {figure(kilograms)} kgCO2eq.",
        ),
    )


def _figures(estimate: dict[str, Any], factor: float) -> tuple[str, str, str]:
    return (
        figure(estimate["value"] * factor),
        figure(estimate["lower"] * factor),
        figure(estimate["upper"] * factor),
    )


def _top(of: Snapshot) -> Section:
    rows = tuple(
        (
            row.resource.kind,
            clean(row.resource.name or row.resource.id),
            clean(row.resource.info.get("host_type", "")),
            row.resource.location.region,
            figure(row.footprint.power_watts.value),
            _hourly(row.footprint.operational_grams_per_second),
            _hourly(row.footprint.embodied_grams_per_second),
            row.footprint.basis,
            clean(row.footprint.reason),
        )
        for row in _largest_first(of.rows)[:TOP]
    )
    header = (
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
    return Section(f"Largest {len(rows)} resources", header, rows)


def _covered(of: Snapshot) -> Section:
    found = coverage(of)
    rows = tuple((basis, str(count)) for basis, count in found["by_basis"].items())
    notes = []
    if found["ratio"] is not None:
        notes.append(
            f"Estimated: {found['ratio']:.0%} of what the providers' own inventories list."
        )
    return Section(
        "Coverage",
        ("basis", "resources"),
        (*rows, ("unsupported", str(found["unsupported"]))),
        tuple(notes),
    )


def _failed(of: Snapshot) -> Section:
    rows = tuple(
        tuple(
            clean(error.get(key, ""))
            for key in (
                "what",
                "cloud_provider",
                "cloud_account_id",
                "cloud_region",
                "kind",
                "message",
            )
        )
        for error in errors(of)
    )
    header = ("what", "cloud", "account", "region", "kind", "message")
    return Section("Errors", header, rows, () if rows else ("None.",))


def _bill(of: Snapshot) -> Section:
    rows = tuple(
        (*key, f"{dollars:.4f}", f"{of.api.dollars_per_month.get(key, 0):.2f}")
        for key, dollars in sorted(of.api.dollars.items())
    )
    calls = sum(of.api.requests.values())
    header = ("cloud", "account", "api", "USD now", "USD a month at this pace")
    return Section(
        "Bill of the cloud APIs",
        header,
        rows,
        (f"{calls} calls.", *(() if rows else ("None was charged.",))),
    )


def _largest_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.footprint.power_watts.value, row.resource.id))


def _hourly(of: Estimate | None) -> str:
    return "" if of is None else figure(of.value * SECONDS_PER_HOUR)
