"""Figures: one factor of the model each, with its 90 % interval and its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIGURE_COLUMNS = ("id", "value", "low", "high", "unit", "basis", "source", "year")


@dataclass(frozen=True, slots=True)
class Figure:
    """One factor: its central value and 90 % interval in `unit`, and who says so.

    basis: published (a source was read), derived (computed from such), recalled (no source opened),
        assumed (ours).
    """

    id: str
    value: float
    low: float
    high: float
    unit: str
    basis: str
    source: str
    year: int


def parse_figure(row: Mapping[str, str]) -> Figure:
    """A row of a figure table; ValueError where a number cannot be read."""
    return Figure(
        id=row["id"],
        value=float(row["value"]),
        low=float(row["low"]),
        high=float(row["high"]),
        unit=row["unit"],
        basis=row["basis"],
        source=row["source"],
        year=int(row["year"]),
    )
