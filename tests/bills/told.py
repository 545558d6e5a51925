"""Histories of bills as tests look at them: read once, as plain rows of Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cloud_carbon_exporter.bills import written
from cloud_carbon_exporter.bills.history import Asked, history
from cloud_carbon_exporter.bills.summary import LedgerLine, Summary, summary

RECORDINGS = Path(__file__).parent / "recordings"
FOCUS = RECORDINGS / "focus_aws.csv"
CUR = RECORDINGS / "cur2.csv"
GOOGLE = RECORDINGS / "google_detailed.jsonl"

Rows = Sequence[Mapping[str, Any]]


class Told(NamedTuple):
    """What a history tells: groups as they are written, its summary, and the rows it read."""

    groups: Rows
    summary: Summary
    rows: Rows

    def sum_of(self, column: str, state: str = "estimated") -> float:
        return math.fsum(row[column] for row in self.groups if row["state"] == state)

    def line(self, sku: str) -> LedgerLine:
        lines = [line for line in self.summary.ledger if line.sku == sku]
        assert len(lines) == 1, (sku, lines)
        return lines[0]


def told(path: Path | str, by: str = "month", **more: Any) -> Told:
    keys = tuple(by.split(",")) if by else ()
    with history(Asked(str(path), keys, **more)) as of:
        groups = written.groups_of(of).to_pyarrow().to_pylist()
        return Told(groups, summary(of), of.rows.to_pyarrow().to_pylist())
