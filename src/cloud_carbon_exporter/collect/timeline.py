"""Timeline of one resource: how it was described, what was measured, up to when it counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cloud_carbon_exporter.collect.running_totals import RunningTotals
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model.types import Point, Resource, Signal
from cloud_carbon_exporter.storage.counter_rows import SavedTimeline


@dataclass(frozen=True, slots=True)
class NewestPoint:
    """The newest Point of a signal, and until when it speaks for the present."""

    point: Point
    expires: float


@dataclass(frozen=True, slots=True)
class Version:
    """How a resource was described from a moment on.

    waits: whether its power hangs on measurements we read.
    """

    since: float
    resource: Resource
    waits: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Watts, and embodied grams a second, of one description under one set of loads."""

    version: Version
    loads: Mapping[Signal, float]
    watts: float
    embodied_grams_per_second: float


class Timeline:
    """One resource's way through time. Mutable, and Counters' own.

    covered_until: counted up to here, final. seen_until: known to be there up to here. settle: how
    long after the fact its monitoring is complete. asked_until: monitoring was asked for all that
    happened before; next_read: and will be asked again then. points: by signal, those not counted
    yet. rates: those of the piece counted last.
    """

    __slots__ = (
        "asked_until",
        "covered_until",
        "newest",
        "next_read",
        "points",
        "rates",
        "seen_until",
        "settle",
        "sweep",
        "totals",
        "versions",
    )

    def __init__(self, sweep: SweepKey, version: Version, settle: float) -> None:
        self.sweep = sweep
        self.versions = [version]
        self.covered_until = version.since
        self.seen_until = version.since
        self.settle = settle
        self.asked_until = -math.inf
        self.next_read = -math.inf
        self.points: dict[Signal, tuple[Point, ...]] = {}
        self.newest: dict[Signal, NewestPoint] = {}
        self.totals = RunningTotals()
        self.rates: Rates | None = None

    def resume(self, saved: SavedTimeline) -> None:
        """Go on where an earlier process ended; the time between is filled as after an outage."""
        self.covered_until = min(saved.covered_until, self.covered_until)
        self.versions = [replace(version, since=self.covered_until) for version in self.versions]
        self.totals = RunningTotals(saved.totals)

    def come_back(self, sweep: SweepKey, version: Version) -> None:
        """Take up again what had vanished: nothing is known of what it drew while it was gone."""
        self.sweep = sweep
        nothing = replace(self.resource, components=())
        self.versions.append(Version(self.seen_until, nothing, waits=False))
        self.versions.append(version)

    def move(self, seconds: float) -> None:
        """The clock was set: the marks of its time move, and nothing is counted for it."""
        self.covered_until += seconds
        self.seen_until += seconds
        self.asked_until += seconds
        self.next_read += seconds
        for rank, version in enumerate(self.versions):
            self.versions[rank] = replace(version, since=version.since + seconds)

    @property
    def resource(self) -> Resource:
        """The description in force now."""
        return self.versions[-1].resource

    def saved(self) -> SavedTimeline:
        """What a restart must not lose."""
        totals = self.totals.frozen()
        return SavedTimeline(self.resource.id, self.covered_until, self.seen_until, totals)

    def take_newest(self, signal: Signal, point: Point, expires: float) -> None:
        """The last Point of a read, and until when it speaks for the present."""
        known = self.newest.get(signal)
        if known is None or point.end >= known.point.end:
            self.newest[signal] = NewestPoint(point, expires)

    def take_points(self, signal: Signal, points: Sequence[Point]) -> None:
        """Points of one read, ascending; those of the last read that are not covered are in it."""
        self.points[signal] = self._not_covered(points)

    def forget_covered(self) -> None:
        """Drop what lies wholly in covered time."""
        while len(self.versions) > 1 and self.versions[1].since <= self.covered_until:
            del self.versions[0]
        for signal, points in self.points.items():
            if points and points[0].end <= self.covered_until:
                self.points[signal] = self._not_covered(points)

    def _not_covered(self, points: Sequence[Point]) -> tuple[Point, ...]:
        return tuple(point for point in points if point.end > self.covered_until)

    def loads(self, now: float) -> dict[Signal, float]:
        """The newest value of each signal that still speaks for the present."""
        loads: dict[Signal, float] = {}
        for signal, newest in self.newest.items():
            if self._holds(newest, now):
                loads[signal] = newest.point.value
        return loads

    def measured_at(self, now: float) -> float | None:
        """End of the newest Point in `loads`."""
        ends = [newest.point.end for newest in self.newest.values() if self._holds(newest, now)]
        return max(ends, default=None)

    def _holds(self, newest: NewestPoint, now: float) -> bool:
        """Whether a value speaks for the present.

        Either it has not expired, or it had not at the last read, and the next is not yet due:
        where reads cost money they come further apart than -collect.stale-after may be.
        """
        if newest.expires >= now:
            return True
        return now <= self.next_read and newest.expires >= self.asked_until + self.settle
