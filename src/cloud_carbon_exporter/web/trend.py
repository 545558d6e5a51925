"""Trend of the totals since the start, in bounded memory: what the page draws.

When it is full, every second point goes, and from then on only every second Snapshot is kept: the
whole time since the start stays in view, ever more coarsely.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.recent import Recent


class TrendPoint(NamedTuple):
    """Totals of one Snapshot; the names are those of /api/v1/history."""

    taken_at: float
    power_watts: float
    power_lower_watts: float
    power_upper_watts: float
    operational_emissions_grams_per_second: float
    embodied_emissions_grams_per_second: float


COLUMNS = TrendPoint._fields


def trend_point(snapshot: Snapshot) -> TrendPoint:
    """The totals of one Snapshot."""
    total = snapshot.total()
    power = total.power_watts.estimate
    return TrendPoint(
        snapshot.taken_at,
        power.value,
        power.lower,
        power.upper,
        total.operational_grams_per_second.value,
        total.embodied_grams_per_second.value,
    )


@dataclass(slots=True)
class Trend:
    """Records Snapshots; `record` may be called in another thread than `columns`."""

    # five days at the usual five minutes; then every second point goes
    capacity: int = 1440
    points: tuple[TrendPoint, ...] = ()
    recent: Recent = field(default_factory=Recent)
    _every: int = field(default=1, init=False)
    _seen: int = field(default=0, init=False)

    def record(self, snapshot: Snapshot) -> None:
        """Take a Snapshot down, if it is one and its turn has come."""
        if not snapshot.first_collection_done:
            return
        self.recent.record(snapshot)
        # What lies ahead was drawn under a clock that has been set back since.
        while self.points and snapshot.taken_at < self.points[-1].taken_at:
            self.points = self.points[:-1]
        if self.points and snapshot.taken_at == self.points[-1].taken_at:
            return
        if self._seen % self._every == 0:
            points = (*self.points, trend_point(snapshot))
            if len(points) > self.capacity:
                points, self._every = points[::2], self._every * 2
            self.points = points
        self._seen += 1

    def dump(self) -> Iterable[TrendPoint]:
        """Every point, for the state file."""
        return self.points

    def load(self, rows: Iterable[Sequence[float]]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        points = []
        for row in rows:
            figures = tuple(map(float, row))
            if len(figures) != len(COLUMNS):
                raise ValueError("a point of the trend has not all its figures")
            points.append(TrendPoint(*figures))
        self.points = tuple(points[-self.capacity :])

    def columns(self) -> dict[str, list[float]]:
        """The points by column, oldest first."""
        points = self.points  # once: all columns must be of one length
        columns: dict[str, list[float]] = {name: [] for name in COLUMNS}
        for point in points:
            for name, figure in zip(COLUMNS, point, strict=True):
                columns[name].append(figure)
        return columns


TREND: web.AppKey[Trend] = web.AppKey("trend")
