"""Timeline of one resource: how it was described, what was measured, up to when it counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from cloud_carbon_exporter.collect.counting import Counting
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.version import Counted, Rates, Version
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Point, Resource, Signal, Totals
from cloud_carbon_exporter.providers.description import Ended

Waits = Callable[[Resource], bool]
"""Whether what a resource draws hangs on measurements we read."""


class NewestPoint(NamedTuple):
    """End and value of the newest Point of a signal, and until when it speaks for the present."""

    signal: Signal
    end: float
    value: float
    expires: float


# What is never measured has these in common: an empty dict each would be 64 bytes.
NO_LOADS: Mapping[Signal, float] = {}
NO_POINTS: Mapping[Signal, tuple[Point, ...]] = {}
NOTHING_YET = Totals()


class LastMeasured(NamedTuple):
    """What was measured last of a resource that is not any more: as it ran, and until when."""

    resource: Resource
    until: float


class Sight(NamedTuple):
    """A resource as a sweep saw it at a moment, and what its cloud tells of its last ending."""

    resource: Resource
    ending: Ended | None
    at: float

    @property
    def run(self) -> Resource:
        """How it ran last: before its ending, where one is told."""
        return self.resource if self.ending is None else self.ending.resource


class Timeline:
    """One resource's way through time. Mutable, and Counters' own.

    covered_until: counted up to here, final. seen_until: known to be there up to here, by sight or
    as its cloud told. first_sight, last_sight: what of that was seen. ended: whether its cloud told
    that it ended at `seen_until`. departed_at: when that was learnt. settle: how long after the
    fact its monitoring is complete; delay: and how much later, for the slowest of its series.
    asked_until: monitoring was asked for all that happened before; next_read: and will be asked
    again then. newest: one of each signal. points: by signal, those not counted yet. rates: of the
    piece counted last. counting: the sums that it counts in; None until they are looked up.
    counted: what was counted lately at loads that may still be corrected; None where none may.
    row: as it was shown last, and holds until then if nothing befalls it. stuck: whether its time
    goes on only with a read, or once nothing is waited for any more. before_until: last sight of
    the run before the one that is there, where it began anew and nothing told the end.
    """

    __slots__ = (
        "asked_until",
        "before_until",
        "counted",
        "counting",
        "covered_until",
        "delay",
        "departed_at",
        "ended",
        "first_sight",
        "last_sight",
        "newest",
        "next_read",
        "points",
        "rates",
        "row",
        "row_holds_until",
        "seen_until",
        "settle",
        "stuck",
        "sweep",
        "totals",
        "versions",
    )

    def __init__(
        self, sweep: SweepKey, versions: Sequence[Version], seen_until: float, settle: float
    ) -> None:
        self.sweep = sweep
        self.versions = tuple(versions)
        self.covered_until = self.versions[0].since
        self.seen_until = seen_until
        self.first_sight, self.last_sight = math.inf, -math.inf
        self.ended = False
        self.departed_at = math.inf
        self.settle = settle
        self.delay = 0.0
        self.asked_until = -math.inf
        self.next_read = -math.inf
        self.points: Mapping[Signal, tuple[Point, ...]] = NO_POINTS
        self.newest: tuple[NewestPoint, ...] = ()
        self.totals = NOTHING_YET
        self.rates: Rates | None = None
        self.counting: Counting | None = None
        self.counted: list[Counted] | None = None
        self.row: Row | None = None
        self.row_holds_until = -math.inf
        self.stuck = False
        self.before_until = math.inf

    def see(self, at: float) -> None:
        """It was there at that moment."""
        self.seen_until = max(self.seen_until, at)
        self.first_sight = min(self.first_sight, at)
        self.last_sight = max(self.last_sight, at)

    def touch(self) -> None:
        """Something befell it: what is kept of how it was shown and counted holds no more."""
        self.row_holds_until = -math.inf
        self.stuck = False

    def show(self, row: Row, now: float) -> None:
        """Keep how it is shown, and for how long that holds: until a load is too old."""
        until = math.inf
        for newest in self.newest:
            if newest.expires >= now:
                until = min(until, newest.expires)
            elif self._holds(newest, now):
                until = min(until, self.next_read)
        self.row, self.row_holds_until = row, until

    def take(self, sight: Sight, waits: Waits, *, absent: bool = False) -> None:
        """Go on as it is described now, with what its cloud tells of the time since it was seen.

        absent: whether a sweep missed it meanwhile. Then nothing is known of what it drew, but for
        what lies between a start and an end that its cloud tells.
        """
        run, ending = sight.run, sight.ending
        goes_on = self._goes_on(run, absent)
        if not goes_on:
            self._begin(run, sight.at, waits, absent)
        if ending is not None:
            began = sight.resource.started
            if began is None or began <= ending.at:
                began = ending.at
            else:
                self._change(ending.at, nothing_of(run), sight.at, waits)
            self._change(began, sight.resource, sight.at, waits)
        elif goes_on and self.resource != run:
            # A start told since lies before a sight: RDS tells of a database that was stopped when
            # it was created.
            self._change(sight.at, run, sight.at, waits)

    def end(self, ending: Ended, at: float, waits: Waits) -> None:
        """It ended, as its cloud tells: cut to that, or lengthened. What is counted stays."""
        run, end = ending.resource, min(ending.at, at)
        if not self._goes_on(run, absent=False):
            self._begin(run, end, waits, absent=False)
        self.seen_until = max(end, self.covered_until)
        self.last_sight = min(self.last_sight, self.seen_until)
        self.ended = True

    def _goes_on(self, run: Resource, absent: bool) -> bool:
        """Whether it runs as when it was last seen: its start, where told, lies before that."""
        if run.started is None:
            return not absent
        return run.started <= self.seen_until or run.started == self.resource.started

    def _begin(self, run: Resource, at: float, waits: Waits, absent: bool) -> None:
        """A new run. Nothing tells when the last one ended, so it is counted to its last sight."""
        before = self.resource
        # What held less before than it does now was stopped: that it was until it ran again.
        was_stopped = set(before.components) < set(run.components)
        if absent or not was_stopped:
            self.before_until = self.seen_until
            self._change(self.seen_until, nothing_of(before), at, waits)
        self._change(at if run.started is None else run.started, run, at, waits)

    def _change(self, since: float, resource: Resource, at: float, waits: Waits) -> None:
        """Another description from a moment on: not in counted time, nor after `at`."""
        self.touch()
        self.counting = None
        earliest = max(self.covered_until, self.versions[-1].since)
        version = Version(max(earliest, min(since, at)), resource, waits(resource))
        self.versions = (*self.versions, version)

    @property
    def last_measured(self) -> LastMeasured | None:
        """What is measured of its uncounted time, where nothing is from the newest version on."""
        end = self.seen_until
        for version in reversed(self.versions):
            if version.waits:
                return LastMeasured(version.resource, min(end, self.seen_until))
            end = version.since
        return None

    @property
    def resource(self) -> Resource:
        """The description in force now."""
        return self.versions[-1].resource

    def take_newest(self, signal: Signal, point: Point, expires: float) -> None:
        """The last Point of a read, and until when it speaks for the present."""
        self.touch()
        newest = NewestPoint(signal, point.end, point.value, expires)
        for rank, known in enumerate(self.newest):
            if known.signal == signal:
                if point.end >= known.end:
                    self.newest = (*self.newest[:rank], newest, *self.newest[rank + 1 :])
                return
        self.newest = (*self.newest, newest)

    def take_points(self, signal: Signal, points: Sequence[Point]) -> None:
        """Points of one read, ascending; those of the last read that are not covered are in it."""
        self.touch()
        self._keep_uncovered(signal, points)

    def forget_covered(self, corrected_seconds: float) -> None:
        """Drop what lies wholly in covered time; what may be corrected stays for so long."""
        if self.counted:
            oldest = self.covered_until - corrected_seconds
            self.counted = [counted for counted in self.counted if counted.end > oldest]
        while len(self.versions) > 1 and self.versions[1].since <= self.covered_until:
            self.versions = self.versions[1:]
        for signal, points in self.points.items():
            if points[0].end <= self.covered_until:
                self._keep_uncovered(signal, points)

    def _keep_uncovered(self, signal: Signal, points: Sequence[Point]) -> None:
        """Replace the Points of a signal; between two reads most resources have none."""
        left = tuple([point for point in points if point.end > self.covered_until])
        if left:
            self.points = {**self.points, signal: left}
        elif len(self.points) > 1:
            self.points = {known: of for known, of in self.points.items() if known != signal}
        elif signal in self.points:
            self.points = NO_POINTS

    def loads(self, now: float) -> Mapping[Signal, float]:
        """The newest value of each signal that still speaks for the present."""
        if not self.newest:
            return NO_LOADS
        loads: dict[Signal, float] = {}
        for newest in self.newest:
            if newest.expires >= now or self._holds(newest, now):
                loads[newest.signal] = newest.value
        return loads

    def measured_at(self, now: float) -> float | None:
        """End of the newest Point in `loads`."""
        end: float | None = None
        for newest in self.newest:
            if (end is None or newest.end > end) and self._holds(newest, now):
                end = newest.end
        return end

    def _holds(self, newest: NewestPoint, now: float) -> bool:
        """Whether a value speaks for the present.

        Either it has not expired, or it had not at the last read, and the next is not yet due:
        where reads cost money they come further apart than -collect.stale-after may be.
        """
        held_until = self.asked_until + self.settle + self.delay
        return newest.expires >= now or (now <= self.next_read and newest.expires >= held_until)


def nothing_of(resource: Resource) -> Resource:
    """The resource while nothing is known of what it drew."""
    return replace(resource, components=())
