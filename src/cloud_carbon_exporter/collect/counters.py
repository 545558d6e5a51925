"""Counters: power and emissions integrated over time that is known, by resource and by account.

Time is covered piece by piece, in order, and each piece once; what makes a piece known is in
integral.py. So a counter steps when a read comes, never runs ahead of what is known, and never
falls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from cloud_carbon_exporter.collect.account_sums import AccountKey, AccountSums
from cloud_carbon_exporter.collect.counting import MOST_KEPT, Counting
from cloud_carbon_exporter.collect.held_sums import HeldSums
from cloud_carbon_exporter.collect.hour_sums import HourSums
from cloud_carbon_exporter.collect.integral import Piece, corrections, pieces
from cloud_carbon_exporter.collect.lives import KnownBy
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.collect.months import Months
from cloud_carbon_exporter.collect.node_pieces import NodePieces
from cloud_carbon_exporter.collect.presence import Presence
from cloud_carbon_exporter.collect.service_months import ServiceMonths, part_of
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.timeline import Timeline, Waits
from cloud_carbon_exporter.collect.token_sums import TokenSums
from cloud_carbon_exporter.collect.water_sums import WaterSums, add_liters
from cloud_carbon_exporter.model.held import add_held
from cloud_carbon_exporter.model.hours import Group, group_of
from cloud_carbon_exporter.model.types import LARGEST, Point, Resource, Signal, Totals
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.storage.counter_rows import (
    SavedAccount,
    SavedMonth,
    SavedTokens,
    read_counters,
)
from cloud_carbon_exporter.storage.rows import Row


class Counters:
    """All Timelines, and the sums of their accounts, which outlive them.

    Not thread-safe: one caller at a time; single look-ups apart, which the event loop makes while
    a thread builds a Snapshot.
    """

    def __init__(
        self, surroundings_of: Callable[[Resource], Surroundings], stale_after_seconds: float
    ) -> None:
        self._surroundings_of = surroundings_of
        self._stale_after = stale_after_seconds
        self._accounts = AccountSums()
        self.services = ServiceMonths()
        self.months = Months(self.services)
        self.tokens, self.water, self.held = TokenSums(), WaterSums(), HeldSums()
        self.loads = LoadStatistics()
        self.hours = HourSums()
        self.nodes = NodePieces()
        # Each sum is first shown at 0, so it stands from when a resource enters.
        self.presence = Presence(self._first_shown)
        self.known_by = KnownBy()
        self._countings: dict[tuple[Group, str, bool], Counting] = {}

    def _first_shown(self, resource: Resource) -> None:
        self._accounts.of(resource)
        self.tokens.show(resource)
        self.water.show(resource)
        self.held.show(resource)

    def timeline(self, resource_id: str) -> Timeline | None:
        """The Timeline of a resource that is there."""
        return self.presence.there.get(resource_id)

    def resource(self, resource_id: str) -> Resource | None:
        """How a resource that is there was last described."""
        timeline = self.presence.there.get(resource_id)
        return None if timeline is None else timeline.resource

    def present(self, sweep: SweepKey) -> Iterable[Timeline]:
        """The Timelines of what a sweep saw the last time it went well."""
        return self.presence.of_sweep(sweep)

    def departed(self) -> Sequence[Timeline]:
        """What has vanished or stopped and still awaits the last read of its utilisation."""
        return self.presence.awaiting_last_read()

    def counts_from(self, target: str, resource: Resource) -> float | None:
        """From when a resource's time is still to be counted; None: from its first sight."""
        return self.presence.counts_from(target, resource)

    def observe(
        self,
        sweep: SweepKey,
        resources: Iterable[Resource],
        at: float,
        settle: float,
        waits: Waits,
        kept: Collection[str] = (),
        endings: Sequence[Ended] = (),
        *,
        whole: bool = True,
    ) -> Mapping[str, int]:
        """A sweep saw these resources at `at`, and no others; see `Presence.observe`."""
        return self.presence.observe(
            sweep, resources, at, settle, waits, kept, endings, whole=whole
        )

    def accounts(self) -> Mapping[AccountKey, Totals]:
        """The sums, with all that was ever there."""
        return self._accounts.totals()

    def asked(self, resource_id: str, until: float, next_read: float, delay: float = 0.0) -> None:
        """Monitoring was asked for all before `until`, and will be again at `next_read`.

        delay: how much later than others its series are complete.
        """
        timeline = self.presence.awaiting(resource_id)
        if timeline is not None:
            timeline.delay = max(timeline.delay, delay)
            timeline.asked_until = max(timeline.asked_until, until)
            timeline.next_read = next_read
            timeline.touch()

    def record(
        self,
        resource_id: str,
        signal: Signal,
        points: Sequence[Point],
        valid_seconds: float,
        *,
        corrects: bool = False,
    ) -> None:
        """Points of one read, ascending.

        valid_seconds: of a slow figure, each value of which holds until the next comes; else 0.
        corrects: whether silence was taken for a value, so that a late Point adds to it.
        """
        timeline = self.presence.awaiting(resource_id)
        points = _sound(points)
        if timeline is None or not points:
            return
        newest = points[-1]
        if valid_seconds:
            expires = newest.end + valid_seconds
            points = _each_until_the_next(points, expires)
        else:
            length = newest.end - newest.start
            expires = newest.end + self._stale_after + timeline.settle + timeline.delay + length
        timeline.take_newest(signal, newest, expires)
        if corrects:
            self._correct(timeline, signal, points)
        timeline.take_points(signal, points)

    def _correct(self, timeline: Timeline, signal: Signal, points: Sequence[Point]) -> None:
        if timeline.counted is None:
            timeline.counted = []
            return
        counting = self._counting(timeline)
        for piece in corrections(timeline, signal, points, counting.around):
            self._count(timeline, counting, piece)

    def advance(self, now: float, released: Mapping[str, float] | None = None) -> None:
        """Integrate what has become known by `now`, and let go of what vanished.

        released: ids of what had its last read -> up to when that was. What has come back and
        vanished again since awaits another.
        """
        for timeline in self.presence.there.values():
            if timeline.covered_until < timeline.seen_until:
                self._integrate(timeline, self._final(timeline, now))
        # What vanished was there up to when it was last seen, or its cloud told, and no longer; so
        # all of that is integrated now, at the default load where nothing was read.
        for timeline in list(self.presence.departed.values()):
            if self._needs_no_read(timeline, now, released or {}):
                self._integrate(timeline, math.inf)
                self.presence.let_go(timeline, now)
        for timeline in list(self.presence.stopped.values()):
            if self._needs_no_read(timeline, now, released or {}):
                self._integrate(timeline, timeline.versions[-1].since)
                del self.presence.stopped[timeline.resource.id]
        self.presence.lives.forget(now)
        self.loads.forget(now)

    def _needs_no_read(self, timeline: Timeline, now: float, released: Mapping[str, float]) -> bool:
        """Whether what is gone or stopped had its last read, needs none, or is given up."""
        last = timeline.last_measured
        if last is None or released.get(timeline.resource.id, -math.inf) >= last.until:
            return True
        readable = last.until + timeline.settle + timeline.delay
        return now > max(readable, timeline.departed_at) + self._stale_after

    def _final(self, timeline: Timeline, now: float) -> float:
        """Before this moment nothing of a resource is waited for any more.

        What is measured is waited for from when it can first be read; what never was, from when it
        happened. And nothing is given up that was not asked for, as when reads are further apart
        than -collect.stale-after.
        """
        waited = self._stale_after + timeline.delay + (timeline.settle if timeline.newest else 0)
        if timeline.next_read < now:
            return now - waited
        return min(now - waited, timeline.asked_until)

    def _integrate(self, timeline: Timeline, final: float) -> None:
        if timeline.covered_until >= timeline.seen_until:
            return
        if timeline.stuck and final <= timeline.covered_until:
            return
        # Those of the newest description: where a resource stands does not change under its id.
        counting = self._counting(timeline)
        for piece in pieces(timeline, timeline.seen_until, final, counting.around):
            self._count(timeline, counting, piece)
            if piece.run is not None:
                self.loads.add(piece.run, piece.loads, piece.start, piece.end)
        timeline.forget_covered(self._stale_after)

    def _counting(self, timeline: Timeline) -> Counting:
        """The sums a Timeline counts in: one object for all that is alike and stands together."""
        resource = timeline.resource
        around, known = self._surroundings_of(resource), timeline.counting
        if known is not None and known.around is around:
            return known
        group, at = group_of(resource), resource.location
        key = (group, at.zone, at.on_premises)
        counting = self._countings.get(key)
        if counting is None or counting.around is not around:
            if len(self._countings) >= MOST_KEPT:
                self._countings.clear()
            part = part_of(resource, around.intensities)
            sums = self._accounts.of(resource), self.water.of(resource), self.held.of(resource)
            counting = self._countings[key] = Counting(*sums, part, group, around)
        timeline.counting = counting
        return counting

    def _count(self, timeline: Timeline, counting: Counting, piece: Piece) -> None:
        joules, operational, embodied = amounts = piece[2:5]
        so_far = timeline.totals
        timeline.totals = Totals(
            so_far.energy_joules + joules,
            so_far.operational_grams + operational,
            so_far.embodied_grams + embodied,
        )
        timeline.touch()
        counting.account.add(*amounts)
        add_liters(counting.water, joules, counting.around.place)
        add_held(counting.held, piece.held, piece.end - piece.start)
        self.months.add(counting.part, piece)
        self.hours.add(counting.group, piece)
        self.nodes.add(timeline.resource, piece)
        self.tokens.add(timeline.resource, piece)
        self.known_by.add(timeline, piece)

    def move(self, seconds: float) -> None:
        """The clock was set: all marks of its time move; Points have the time of the cloud."""
        self.presence.move(seconds)
        self.loads.move(seconds)

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose."""
        for account in self._accounts.saved():
            yield account.row()
        for tokens in self.tokens.saved():
            yield tokens.row()
        for month in self.months.saved():
            yield month.row()
        for row in self.presence.saved():
            yield row.row()

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        self._accounts, self.tokens = AccountSums(), TokenSums()
        self.months = Months(self.services)
        self.presence = Presence(self._first_shown)
        self._countings = {}
        for saved in read_counters(rows):
            if isinstance(saved, SavedAccount):
                self._accounts.resume(saved)
            elif isinstance(saved, SavedTokens):
                self.tokens.resume(saved)
            elif isinstance(saved, SavedMonth):
                self.months.resume(saved)
            else:
                self.presence.resume(saved)


def _sound(points: Iterable[Point]) -> list[Point]:
    """The Points that can be meant: no NaN, no 1e308, no time in reverse."""
    return [point for point in points if 0 <= point.value < LARGEST and point.start < point.end]


def _each_until_the_next(points: Sequence[Point], last_end: float) -> list[Point]:
    """The same values, each held until the next one begins, as a slow figure is meant."""
    held: list[Point] = []
    for rank, point in enumerate(points):
        end = points[rank + 1].start if rank + 1 < len(points) else last_end
        held.append(Point(point.start, end, point.value))
    return held
