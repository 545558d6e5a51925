"""The course of the totals since the start, in bounded memory.

When it is full, every second point goes, and from then on only every second Snapshot is kept: the
whole time since the start stays in view, ever more coarsely.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from cloud_carbon_exporter.model.estimate import total
from cloud_carbon_exporter.model.types import Snapshot

_COLUMNS = (
    "taken_at",
    "power_watts",
    "power_lower_watts",
    "power_upper_watts",
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
)

Point = tuple[float, ...]
"""One number for each column."""


def point(snapshot: Snapshot) -> Point:
    """The totals of one Snapshot."""
    power = total([row.power_watts for row in snapshot.accounts])
    operational = embodied = 0.0
    for row in snapshot.rows:
        of = row.footprint
        embodied += of.embodied_grams_per_second.value
        if of.operational_grams_per_second is not None:
            operational += of.operational_grams_per_second.value
    return snapshot.taken_at, power.value, power.lower, power.upper, operational, embodied


@dataclass(slots=True)
class History:
    """Records Snapshots; `record` may be called in another thread than `document`."""

    capacity: int = 1440
    points: tuple[Point, ...] = ()
    _every: int = field(default=1, init=False)
    _seen: int = field(default=0, init=False)

    def record(self, snapshot: Snapshot) -> None:
        """Take a Snapshot down, if it is one and its turn has come."""
        if not snapshot.first_collection_done or (
            self.points and snapshot.taken_at <= self.points[-1][0]
        ):
            return
        if self._seen % self._every == 0:
            points = (*self.points, point(snapshot))
            if len(points) > self.capacity:
                points, self._every = points[::2], self._every * 2
            self.points = points
        self._seen += 1

    def dump(self) -> Iterable[Point]:
        """Every point, for the state file."""
        return self.points

    def load(self, rows: Iterable[Sequence[float]]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        points = [tuple(map(float, row)) for row in rows]
        if any(len(row) != len(_COLUMNS) for row in points):
            raise ValueError("a point of the trend has not all its figures")
        self.points = tuple(points[-self.capacity :])

    def document(self) -> dict[str, list[float]]:
        """The points by column, oldest first."""
        points = self.points  # once: all columns must be of one length
        return {name: [each[index] for each in points] for index, name in enumerate(_COLUMNS)}


HISTORY: web.AppKey[History] = web.AppKey("history")
