"""Sums by hour, of what was counted since the Snapshot before: what the history is made of."""

from __future__ import annotations

import math

from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.model.held import add_held
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, CountedHour, Group
from cloud_carbon_exporter.model.stretches import Stretch, joined


class _Hour:
    __slots__ = ("embodied", "held", "joules", "operational", "stretches")

    def __init__(self, stretch: Stretch) -> None:
        self.joules = self.operational = self.embodied = 0.0
        self.stretches: tuple[Stretch, ...] = (stretch,)
        self.held: dict[str, float] = {}

    def cover(self, stretch: Stretch) -> None:
        """Take down that this time was counted: nearly always it is known, or goes on."""
        last = self.stretches[-1]
        if stretch.first < last.first or stretch.first > last.last:
            self.stretches = joined((*self.stretches, stretch))
        elif stretch.last > last.last:
            self.stretches = (*self.stretches[:-1], Stretch(last.first, stretch.last))


class HourSums:
    """Adds up pieces of counted time until they are taken. One caller at a time.

    A piece that reaches over an hour's end counts in each by its time there.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[int, Group], _Hour] = {}
        self._hour = 0

    def add(self, group: Group, piece: Piece) -> None:
        """Count a piece of the time of one of a group."""
        start, hour = piece.start, self._hour
        if hour <= start < piece.end <= hour + HOUR_SECONDS:  # nearly all: that of the last one
            self._add(hour, group, piece, start, piece.end)
            return
        while start < piece.end:
            hour = math.floor(start / HOUR_SECONDS) * HOUR_SECONDS
            until = min(piece.end, hour + HOUR_SECONDS)
            self._add(hour, group, piece, start, until)
            start, self._hour = until, hour

    def _add(self, hour: int, group: Group, piece: Piece, start: float, until: float) -> None:
        sums = self._sums.get((hour, group))
        if sums is None:
            sums = self._sums[hour, group] = _Hour(Stretch(start, until))
        share = (until - start) / (piece.end - piece.start)
        sums.joules += share * piece.joules
        sums.operational += share * piece.operational_grams
        sums.embodied += share * piece.embodied_grams
        add_held(sums.held, piece.held, until - start)
        last = sums.stretches[-1]
        if start < last.first or until > last.last:  # seldom: most of an estate counts alike
            sums.cover(Stretch(start, until))

    def take(self) -> tuple[CountedHour, ...]:
        """All that was counted since this was last asked."""
        taken, self._sums = self._sums, {}
        rows: list[CountedHour] = []
        for (hour, group), sums in taken.items():
            grams = (sums.operational, sums.embodied)
            held = tuple(sums.held.items())
            rows.append(CountedHour(hour, group, sums.joules, *grams, sums.stretches, held))
        return tuple(rows)
