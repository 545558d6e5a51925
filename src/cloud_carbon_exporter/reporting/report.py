"""Report of a Snapshot: text, markdown and HTML for people, JSON and CSV for programs. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cloud_carbon_exporter.exposition.csv_text import csv_text
from cloud_carbon_exporter.exposition.label_names import RESOURCE_LABELS
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.reporting import html, tables
from cloud_carbon_exporter.reporting.coverage import coverage
from cloud_carbon_exporter.reporting.failures import failures
from cloud_carbon_exporter.reporting.sections import ESTIMATES, largest_first, sections
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.json_objects import JsonObject

_API_KEYS = ("requests", "cost_dollars", "forecast_dollars_per_month")


def as_text(of: Snapshot, tags: tuple[str, ...], width: int | None = None) -> str:
    """Report in aligned columns, for a terminal of that width or, without one, a mail."""
    return tables.as_text(sections(of, tags), width)


def as_markdown(of: Snapshot, tags: tuple[str, ...]) -> str:
    """Report in markdown."""
    return tables.as_markdown(sections(of, tags))


def as_html(of: Snapshot, tags: tuple[str, ...]) -> str:
    """Report as a page of its own, for a browser or paper."""
    return html.as_html(sections(of, tags))


def as_json(of: Snapshot, tags: tuple[str, ...]) -> str:
    """Report as one JSON object; see docs for its keys."""
    whole = json_objects.snapshot(of, tags, "", "")
    return json.dumps(
        {
            "taken_at": of.taken_at,
            "totals": _counted_only(whole["totals"]),
            "resources": [_counted_only(json_objects.resource(row, tags)) for row in of.rows],
            "coverage": coverage(of),
            "ledger": whole["ledger"],
            "errors": failures(of),
            "api_cost": {key: whole["api"][key] for key in _API_KEYS},
        }
    )


def _counted_only(told: JsonObject) -> JsonObject:
    """Document without counters that have not moved: one look knows no energy, rather than none."""
    if any(told.get(counter) for counter in json_objects.COUNTERS):
        return told
    return {name: value for name, value in told.items() if name not in json_objects.COUNTERS}


def as_csv(of: Snapshot, tags: tuple[str, ...]) -> str:
    """Report as one row a resource, the unit in each column's name."""
    rows = [_flat(row, tags) for row in largest_first(of.rows)]
    columns = [
        *RESOURCE_LABELS,
        *_tags_of(rows),
        "host_type",
        *_figures(),
        "basis",
        "reason",
        "measured_at_unix_seconds",
    ]
    table: list[list[object]] = [list(columns)]
    table += (list(map(row.get, columns)) for row in rows)
    return csv_text(table)


def _tags_of(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Columns of the tags that any resource has."""
    tagged: set[str] = set()
    for row in rows:
        tagged.update(name for name in row if name.startswith("tag_"))
    return sorted(tagged)


def _figures() -> list[str]:
    """Columns of the estimates, each with its bounds."""
    columns: list[str] = []
    for name in ESTIMATES:
        columns += [name, f"{name}_lower", f"{name}_upper"]
    return columns


def _flat(row: Row, tags: tuple[str, ...]) -> dict[str, Any]:
    """Cells of one resource: its document without objects in it."""
    cells = json_objects.resource(row, tags)
    for name in ESTIMATES:
        estimate = cells.pop(name) or {}
        cells[name] = estimate.get("value")
        cells[f"{name}_lower"] = estimate.get("lower")
        cells[f"{name}_upper"] = estimate.get("upper")
    cells["measured_at_unix_seconds"] = cells["measured_at"]
    return cells
