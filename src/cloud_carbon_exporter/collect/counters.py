"""Counters: power and emissions integrated over time that is known, by resource and by account.

Time is covered piece by piece, in order, and each piece once; what makes a piece known is in
integral.py. So a counter steps when a read comes, never runs ahead of what is known, and never
falls.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cloud_carbon_exporter.collect.account_sums import AccountKey, AccountSums
from cloud_carbon_exporter.collect.integral import pieces
from cloud_carbon_exporter.collect.months import Months
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.timeline import Timeline, Version
from cloud_carbon_exporter.model.types import LARGEST, Point, Resource, Signal, Totals
from cloud_carbon_exporter.storage.counter_rows import (
    SavedAccount,
    SavedMonth,
    SavedTimeline,
    read_counters,
)
from cloud_carbon_exporter.storage.rows import Row

# What an earlier process knew and this one has not seen again is kept so long: a target whose
# credentials have expired over a weekend must not start anew on Monday.
KEEP_SECONDS = 7 * 86400.0


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
        self._sweeps: dict[SweepKey, dict[str, Timeline]] = {}
        self._present: dict[str, Timeline] = {}
        self._departed: dict[str, Timeline] = {}
        self._saved: dict[str, SavedTimeline] = {}  # of an earlier process, not seen again yet
        self._accounts = AccountSums()
        self.months = Months()

    def timeline(self, resource_id: str) -> Timeline | None:
        """The Timeline of a resource that is there."""
        return self._present.get(resource_id)

    def resource(self, resource_id: str) -> Resource | None:
        """How a resource that is there was last described."""
        timeline = self._present.get(resource_id)
        return None if timeline is None else timeline.resource

    def covered_until(self, resource_id: str) -> float | None:
        """Up to when a resource's time is counted; None for what was never seen."""
        known = self._present.get(resource_id) or self._saved.get(resource_id)
        return None if known is None else known.covered_until

    def present(self, sweep: SweepKey) -> Iterable[Timeline]:
        """The Timelines of what a sweep saw the last time it went well."""
        return self._sweeps.get(sweep, {}).values()

    def departed(self) -> Sequence[Timeline]:
        """What has vanished and still awaits the last read of its utilisation."""
        return list(self._departed.values())

    def accounts(self) -> Mapping[AccountKey, Totals]:
        """The sums, with all that was ever there."""
        return self._accounts.totals()

    def observe(
        self,
        sweep: SweepKey,
        resources: Iterable[Resource],
        at: float,
        settle: float,
        waits: Callable[[Resource], bool],
        kept: Collection[str] = (),
    ) -> Mapping[str, int]:
        """A sweep saw these resources at `at`, and no others: by kind, how many stand elsewhere.

        kept: ids of those it did not see, as their part of it failed: they stay as they were.
        """
        before = self._sweeps.get(sweep, {})
        after: dict[str, Timeline] = {}
        duplicates: Counter[str] = Counter()
        for resource in resources:
            timeline = before.get(resource.id)
            # Two targets may list the same account: by its own keys, and as an organisation's.
            if resource.id in after or (timeline is None and resource.id in self._present):
                duplicates[resource.kind] += 1
                continue
            if timeline is None:
                timeline = self._enter(sweep, Version(at, resource, waits(resource)), settle)
            elif timeline.resource is not resource and timeline.resource != resource:
                timeline.versions.append(Version(at, resource, waits(resource)))
            if resource.id not in kept:
                timeline.seen_until = at
            after[resource.id] = timeline
        for resource_id in before.keys() - after.keys():
            self._departed[resource_id] = self._present.pop(resource_id)
        self._sweeps[sweep] = after
        return duplicates

    def _enter(self, sweep: SweepKey, version: Version, settle: float) -> Timeline:
        """The Timeline of a resource that is new to its sweep: gone on with where there was one."""
        resource = version.resource
        timeline = self._departed.pop(resource.id, None)
        if timeline is not None:
            timeline.come_back(sweep, version)
        else:
            timeline = Timeline(sweep, version, settle)
            saved = self._saved.pop(resource.id, None)
            if saved is not None:
                timeline.resume(saved)
        self._present[resource.id] = timeline
        self._accounts.of(resource)  # so that the sum is first shown at 0
        return timeline

    def asked(self, resource_id: str, until: float, next_read: float) -> None:
        """Monitoring was asked for all before `until`, and will be again at `next_read`."""
        timeline = self._present.get(resource_id)
        if timeline is not None:
            timeline.asked_until = max(timeline.asked_until, until)
            timeline.next_read = next_read

    def record(
        self, resource_id: str, signal: Signal, points: Sequence[Point], valid_seconds: float
    ) -> None:
        """Points of one read, ascending.

        valid_seconds: of a slow figure, each value of which holds until the next comes; else 0.
        """
        timeline = self._present.get(resource_id) or self._departed.get(resource_id)
        points = [point for point in points if _is_sound(point)]
        if timeline is None or not points:
            return
        newest = points[-1]
        if valid_seconds:
            expires = newest.end + valid_seconds
            points = _each_until_the_next(points, expires)
        else:
            length = newest.end - newest.start
            expires = newest.end + self._stale_after + timeline.settle + length
        timeline.take_newest(signal, newest, expires)
        timeline.take_points(signal, points)

    def advance(self, now: float, released: Mapping[str, float] | None = None) -> None:
        """Integrate what has become known by `now`, and let go of what vanished.

        released: ids of what had its last read -> when it was last seen as that read was made. What
        has come back and vanished again since awaits another.
        """
        for timeline in self._present.values():
            self._integrate(timeline, self._final(timeline, now))
        # What vanished was there up to when it was last seen, and no longer, as far as is known; so
        # all of that is integrated now, at the default load where nothing was read.
        for resource_id, timeline in list(self._departed.items()):
            last_read = (released or {}).get(resource_id, -math.inf) >= timeline.seen_until
            given_up = now > timeline.seen_until + timeline.settle + self._stale_after
            if last_read or given_up or not timeline.versions[-1].waits:
                self._integrate(timeline, math.inf)
                del self._departed[resource_id]

    def _final(self, timeline: Timeline, now: float) -> float:
        """Before this moment nothing of a resource is waited for any more.

        What is measured is waited for from when it can first be read; what never was, from when it
        happened. And nothing is given up that was not asked for, as when reads are further apart
        than -collect.stale-after.
        """
        waited = self._stale_after + (timeline.settle if timeline.newest else 0)
        if timeline.next_read < now:
            return now - waited
        return min(now - waited, timeline.asked_until)

    def _integrate(self, timeline: Timeline, final: float) -> None:
        if timeline.covered_until >= timeline.seen_until:
            return
        resource = timeline.resource
        # Those of the newest description: where a resource stands does not change under its id.
        around, account = self._surroundings_of(resource), self._accounts.of(resource)
        at = resource.location
        for piece in pieces(timeline, timeline.seen_until, final, around):
            amounts = (piece.joules, piece.operational_grams, piece.embodied_grams)
            timeline.totals.add(*amounts)
            account.add(*amounts)
            self.months.add(at.provider, at.account_id, piece)
        timeline.forget_covered()

    def move(self, seconds: float) -> None:
        """The clock was set: all marks of its time move; Points have the time of the cloud."""
        for timeline in (*self._present.values(), *self._departed.values()):
            timeline.move(seconds)
        for resource_id, saved in self._saved.items():
            self._saved[resource_id] = replace(
                saved,
                covered_until=saved.covered_until + seconds,
                seen_until=saved.seen_until + seconds,
            )

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose."""
        for account in self._accounts.saved():
            yield account.row()
        for month in self.months.saved():
            yield month.row()
        newest = 0.0
        for timeline in self._present.values():
            newest = max(newest, timeline.seen_until)
            yield timeline.saved().row()
        for saved in self._saved.values():
            if saved.seen_until > newest - KEEP_SECONDS:
                yield saved.row()

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        self._accounts, self._saved, self.months = AccountSums(), {}, Months()
        for saved in read_counters(rows):
            if isinstance(saved, SavedAccount):
                self._accounts.resume(saved)
            elif isinstance(saved, SavedMonth):
                self.months.resume(saved)
            else:
                self._saved[saved.resource_id] = saved


def _is_sound(point: Point) -> bool:
    """Whether a Point can be meant: no NaN, no 1e308, no time in reverse."""
    return 0 <= point.value < LARGEST and point.start < point.end


def _each_until_the_next(points: Sequence[Point], last_end: float) -> list[Point]:
    """The same values, each held until the next one begins, as a slow figure is meant."""
    held: list[Point] = []
    for rank, point in enumerate(points):
        end = points[rank + 1].start if rank + 1 < len(points) else last_end
        held.append(Point(point.start, end, point.value))
    return held
