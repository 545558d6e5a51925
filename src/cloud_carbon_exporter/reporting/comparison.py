"""Comparison of a bill with what was counted, as a person reads it, and as CSV and OpenMetrics."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cloud_carbon_exporter.exposition.csv_text import csv_text
from cloud_carbon_exporter.exposition.families.counted import (
    RATIO,
    RATIO_HELP,
    RATIO_LABELS,
    ratio_labels,
)
from cloud_carbon_exporter.exposition.labels import escape
from cloud_carbon_exporter.model.comparison import ComparedLine, alike_ratio
from cloud_carbon_exporter.model.held import UNITS
from cloud_carbon_exporter.reporting.tables import Section, figure

_TITLES = {unit.name: unit.title for unit in UNITS.values()}
_PERCENT = 100
CSV_HEADER = (
    "cloud_provider",
    "cloud_account_id",
    "cloud_region",
    "kind",
    "unit",
    "billed",
    "counted",
    "ratio",
    "difference",
    "explanation",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Comparison, and of what. days: starts of those that count, over all accounts.

    source: what was counted is from. uncounted: accounts of the bill that nobody counts.
    """

    lines: Sequence[ComparedLine]
    days: Sequence[int]
    source: str
    uncounted: Sequence[tuple[str, str]] = ()


def sections(of: Compared) -> list[Section]:
    """Sections of the report: what does not agree first, with what may explain it."""
    apart = [line for line in of.lines if not line.agrees]
    alike = [line for line in of.lines if line.agrees]
    first, last = _day(of.days[0]), _day(of.days[-1])
    notes = [
        f"Of {len(of.days)} whole days from {first} to {last}, UTC; counted: {of.source}.",
        f"{len(alike)} of {len(of.lines)} agree within {alike_ratio() * _PERCENT:.0f} %.",
    ]
    for provider, account in of.uncounted:
        notes.append(f"Nobody counts account {account} of {provider}, which the bill has.")
    told = [_section("Billed and counted do not agree", apart, explained=True)] if apart else []
    whole = _section("Billed and counted agree", alike, explained=False)
    return [*told, Section(whole.title, whole.header, whole.rows, tuple(notes))]


def _section(title: str, lines: Sequence[ComparedLine], *, explained: bool) -> Section:
    by_region = any(line.region for line in lines)
    header = ("provider", "account", *(["region"] if by_region else []), "kind", "of")
    rows: list[tuple[str, ...]] = []
    for line in lines:
        region = [line.region] if by_region else []
        ratio = "" if line.ratio is None else f"{line.ratio:.3f}"
        difference = figure(abs(line.difference))
        signed = f"-{difference}" if line.difference < 0 else difference
        told = (figure(line.billed), figure(line.counted), ratio, signed)
        words = (line.explanation,) if explained else ()
        what = (line.provider, line.account_id, *region, line.kind, _TITLES[line.unit])
        rows.append((*what, *told, *words))
    columns = (*header, "billed", "counted", "ratio", "difference")
    last = ("what may explain it",) if explained else ()
    return Section(title, (*columns, *last), tuple(rows), spare=("account",), prose=last)


def _day(start: int) -> str:
    return datetime.fromtimestamp(start, UTC).date().isoformat()


def as_csv(of: Compared) -> str:
    """All lines as CSV."""
    rows: list[tuple[object, ...]] = [CSV_HEADER]
    for line in of.lines:
        told = (line.billed, line.counted, line.ratio, line.difference)
        rows.append((*line[:5], *told, line.explanation))
    return csv_text(rows)


def read_csv(text: str) -> list[ComparedLine]:
    """Lines that `as_csv` wrote. Raises ValueError for what it did not."""
    rows = csv.reader(io.StringIO(text))
    if tuple(next(rows, ())) != CSV_HEADER:
        raise ValueError("is no comparison that history -compare live -to csv wrote")
    lines: list[ComparedLine] = []
    for row in rows:
        provider, account, region, kind, unit, billed, counted, _, _, explanation = row
        if unit not in _TITLES:
            raise ValueError(f"has a unit {unit!r}")
        amounts = float(billed), float(counted)
        lines.append(ComparedLine(provider, account, region, kind, unit, *amounts, explanation))
    return lines


def as_openmetrics(of: Compared) -> Iterator[str]:
    """Ratios as OpenMetrics, without times: of the last look."""
    yield f"# TYPE {RATIO} gauge\n"
    yield f"# UNIT {RATIO} ratio\n"
    yield f"# HELP {RATIO} {RATIO_HELP}\n"
    for line in of.lines:
        if line.ratio is not None:
            yield f"{RATIO}{{{','.join(_labels(line))}}} {line.ratio!r}\n"
    yield "# EOF\n"


def _labels(line: ComparedLine) -> Iterable[str]:
    for name, value in zip(RATIO_LABELS, ratio_labels(line), strict=True):
        if value:
            yield f'{name}="{escape(value)}"'
