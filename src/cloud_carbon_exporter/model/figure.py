"""Figures: one factor of the model each, with its 90 % interval and its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_carbon_exporter.model.errors import Errors, Factor

FIGURE_COLUMNS = ("id", "value", "low", "high", "unit", "basis", "source", "year")


@dataclass(frozen=True, slots=True)
class Figure:
    """One factor: its central value and 90 % interval in `unit`, and who says so.

    basis: published (a source was read), derived (computed from such), recalled (no source opened),
        assumed (ours).
    alike: the part of its variance that is the same in all resources; what is left is each one's
        own. 1 but for rows that stand for what differs from one resource to the next.
    parts: of a figure that is a product, the rows it was made from, each with its part of the
        reach below and above.
    """

    id: str
    value: float
    low: float
    high: float
    unit: str
    basis: str
    source: str
    year: int
    alike: float = 1
    parts: Errors | None = None

    @property
    def down(self) -> float:
        """How far the interval reaches below the value."""
        return self.value - self.low

    @property
    def up(self) -> float:
        """How far the interval reaches above the value."""
        return self.high - self.value

    @property
    def errors(self) -> Errors:
        """Errors of the figure by the rows it comes from."""
        if self.parts is not None:
            return self.parts.reaching(self.down, self.up)
        return Errors((self.id,), (self.down,), (self.up,))

    @property
    def factor(self) -> Factor:
        """The figure as what something is multiplied by."""
        return Factor(self.id, self.value, self.down, self.up)


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
        alike=float(row.get("alike") or 1),
    )
