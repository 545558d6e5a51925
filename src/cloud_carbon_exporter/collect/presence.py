"""Presence: which resources are there, which have gone, and what each one's time is made of.

A sweep says what it saw; a cloud may tell besides when a thing began and when it ended. Seen is not
lived: a resource's time goes from start to end where they are told, and from sight to sight else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from cloud_carbon_exporter.collect.earlier_lives import first_versions, is_its_end, life_before
from cloud_carbon_exporter.collect.kept_timelines import (
    awaiting_again,
    kept_awaiting,
    kept_present,
    resumed,
)
from cloud_carbon_exporter.collect.last_listings import LastListings
from cloud_carbon_exporter.collect.lives import Lives, is_of_life
from cloud_carbon_exporter.collect.moved_marks import move_timeline
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.timeline import Sight, Timeline, Waits
from cloud_carbon_exporter.collect.version import Version
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.storage.counter_rows import SavedPresence
from cloud_carbon_exporter.storage.life_rows import SavedAwaiting, SavedLife, SavedTimeline

# What an earlier process knew and this one has not seen again is kept so long: a target whose
# credentials have expired over a weekend must not start anew on Monday.
KEEP_SECONDS = 7 * 86400.0

# What awaits its last read is kept with its description, half a kilobyte each: so many at most, of
# those that went first. Of the others, and they are the newest, their cloud still tells.
MOST_KEPT_AWAITING = 10_000


class Presence:
    """Timelines of what is there and of what has just gone.

    there: by resource id. departed: gone, its last read awaited. stopped: of those there, whose
    last run awaits a read of its own. lives: what is known of what is counted to its end.
    """

    def __init__(self, entered: Callable[[Resource], None]) -> None:
        self._entered = entered
        self._sweeps: dict[SweepKey, dict[str, Timeline]] = {}
        self._listings = LastListings()
        self._saved: dict[str, SavedTimeline] = {}  # of an earlier process, not seen again yet
        self.there: dict[str, Timeline] = {}
        self.departed: dict[str, Timeline] = {}
        self.stopped: dict[str, Timeline] = {}
        self.lives = Lives()
        self._again: set[str] = set()  # targets of what awaits since an earlier process

    def of_sweep(self, sweep: SweepKey) -> Iterable[Timeline]:
        """The Timelines of what a sweep saw the last time it went well."""
        return self._sweeps.get(sweep, {}).values()

    def awaiting(self, resource_id: str) -> Timeline | None:
        """The Timeline of what is there, or gone with its last read to come."""
        return self.there.get(resource_id) or self.departed.get(resource_id)

    def awaiting_last_read(self) -> Sequence[Timeline]:
        """What has vanished or stopped and still awaits the last read of its utilisation."""
        return [*self.departed.values(), *self.stopped.values()]

    def counts_from(self, target: str, resource: Resource) -> float | None:
        """From when a resource's time is still to be counted; None: from its first sight."""
        known = self.there.get(resource.id) or self._saved.get(resource.id)
        if known is not None:
            return known.covered_until
        return self.lives.counts_from(target, resource)

    def let_go(self, timeline: Timeline, now: float) -> None:
        """It is counted to its end."""
        del self.departed[timeline.resource.id]
        self.lives.close(timeline, now)

    def resume(self, saved: SavedPresence) -> None:
        """Go on with what an earlier process knew."""
        if isinstance(saved, SavedTimeline):
            self._saved[saved.resource_id] = saved
        elif isinstance(saved, SavedAwaiting):
            self.departed[saved.timeline.resource_id] = awaiting_again(saved)
            self._again.add(saved.target)
        else:
            self.lives.resume(saved)

    def saved(self) -> Iterator[SavedPresence]:
        """What a restart must not lose."""
        yield from self.lives.saved()
        newest = 0.0
        for timeline in self.there.values():
            newest = max(newest, timeline.seen_until)
            yield kept_present(timeline)
        for timeline in islice(self.departed.values(), MOST_KEPT_AWAITING):
            if timeline.seen_until > newest - KEEP_SECONDS:
                yield kept_awaiting(timeline)
        for timeline in islice(self.departed.values(), MOST_KEPT_AWAITING, None):
            until = timeline.covered_until
            yield SavedLife(timeline.resource.id, until, timeline.ended, until)
        for saved in self._saved.values():
            if saved.seen_until > newest - KEEP_SECONDS:
                yield saved

    def move(self, seconds: float) -> None:
        """The clock was set: all marks of its time move."""
        for timeline in (*self.there.values(), *self.departed.values()):
            move_timeline(timeline, seconds)
        for resource_id, saved in self._saved.items():
            self._saved[resource_id] = saved.moved(seconds)
        self._listings.move(seconds)
        self.lives.move(seconds)

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
        """A sweep saw these resources at `at`, and no others: by kind, how many stand elsewhere.

        kept: ids of those it did not see, as their part of it failed: they stay as they were.
        endings: what the cloud tells of what has ended. whole: whether no part of it failed.
        """
        self._begin(sweep.target, at)
        told = {ending.resource.id: ending for ending in endings if ending.left is not None}
        before = self._sweeps.get(sweep, {})
        after: dict[str, Timeline] = {}
        duplicates: Counter[str] = Counter()
        for resource in resources:
            timeline = before.get(resource.id)
            # Two targets may list the same account: by its own keys, and as an organisation's.
            if resource.id in after or (timeline is None and resource.id in self.there):
                duplicates[resource.kind] += 1
                continue
            if timeline is None or timeline.resource is not resource:
                sight = Sight(resource, told.get(resource.id), at)
                timeline = self._look(timeline, sweep, sight, settle, waits)
                if timeline is None:
                    continue
            if resource.id not in kept:
                timeline.see(at)
            after[resource.id] = timeline
        self._take_list(sweep, after, at, whole=whole)
        for ending in (ending for ending in endings if ending.left is None):
            self._end(sweep, ending, at, settle, waits)
        return duplicates

    def _begin(self, target: str, at: float) -> None:
        """A target is listed: it counts from now, if it had not yet.

        What awaits its last read since an earlier process is given up from now on, as all else.
        """
        self.lives.begin(target, at)
        if target in self._again:
            self._again.remove(target)
            for timeline in self.departed.values():
                if timeline.sweep.target == target:
                    timeline.departed_at = min(timeline.departed_at, at)

    def _take_list(
        self, sweep: SweepKey, after: dict[str, Timeline], at: float, *, whole: bool
    ) -> None:
        """What a sweep saw takes the place of what it saw before; what is not in it has gone."""
        before = self._sweeps.get(sweep, {})
        self._sweeps[sweep] = after
        if whole:
            self._listings.note(sweep, at)
        for resource_id in before.keys() - after.keys():
            self._depart(self.there[resource_id], at)

    def _look(
        self,
        timeline: Timeline | None,
        sweep: SweepKey,
        sight: Sight,
        settle: float,
        waits: Waits,
    ) -> Timeline | None:
        """The Timeline of what a sweep saw: gone on with, or entered."""
        if timeline is None:
            return self._enter(sweep, sight, settle, waits)
        if timeline.resource != sight.resource:
            timeline.take(sight, waits)
            self._note_stopped(timeline, sight.at)
        return timeline

    def _enter(self, sweep: SweepKey, sight: Sight, settle: float, waits: Waits) -> Timeline | None:
        """The Timeline of a resource that is new to its sweep: gone on with where there was one.

        None for what its cloud says has ended, whatever is listed later.
        """
        resource, at = sight.resource, sight.at
        timeline = self.departed.get(resource.id)
        if timeline is not None:
            if timeline.ended and is_of_life(resource, timeline.seen_until):
                return None
            del self.departed[resource.id]
            timeline.sweep, timeline.ended = sweep, False
            timeline.take(sight, waits, absent=True)
        elif self.lives.refuses(resource):
            return None
        elif resource.id in self._saved:
            timeline = resumed(sweep, sight, self._saved.pop(resource.id), settle, waits)
        else:
            past = self.lives.past(resource.id)
            since = self.lives.begin(sweep.target, at)
            since = since if past is None else max(since, past.until)
            missing_at = self._listings.missing_at(sweep, resource) if past is None else since
            versions = first_versions(sight, since, waits, missing_at)
            timeline = Timeline(sweep, versions, at, settle)
        timeline.see(at)
        self.there[resource.id] = timeline
        self._note_stopped(timeline, at)
        self._entered(resource)
        return timeline

    def _note_stopped(self, timeline: Timeline, at: float) -> None:
        """Whether its last run awaits a read of its own, as nothing is measured any more."""
        resource_id = timeline.resource.id
        self.stopped.pop(resource_id, None)
        if not timeline.versions[-1].waits and timeline.last_measured is not None:
            timeline.departed_at = at
            self.stopped[resource_id] = timeline

    def _depart(self, timeline: Timeline, at: float) -> None:
        """It is there no more."""
        resource_id = timeline.resource.id
        timeline.departed_at = at
        timeline.touch()  # what it was shown as does not hold any more when it comes back
        del self.there[resource_id]
        self.stopped.pop(resource_id, None)
        self._sweeps.get(timeline.sweep, {}).pop(resource_id, None)
        self.departed[resource_id] = timeline

    def _end(self, sweep: SweepKey, ending: Ended, at: float, settle: float, waits: Waits) -> None:
        """Count up to where the cloud says that a resource ended, seen alive or not, once."""
        run, since = ending.resource, self.lives.begin(sweep.target, at)
        present = self.there.get(run.id)
        if present is not None:
            earlier = life_before(present, ending, self.lives)
            if earlier is not None:
                self._end(sweep, earlier, at, settle, waits)
            elif is_its_end(present, ending):
                present.end(ending, at, waits)
                self._depart(present, at)
            return
        departed = self.departed.get(run.id)
        if departed is not None:
            if not departed.ended or departed.seen_until < min(ending.at, at):
                departed.end(ending, at, waits)
            return
        if self.lives.is_over(ending, since, at):
            return
        timeline = self._never_seen(sweep, ending, at, settle, waits)
        if timeline is not None:
            timeline.departed_at = at
            self.departed[run.id] = timeline
            self._entered(run)

    def _never_seen(
        self, sweep: SweepKey, ending: Ended, at: float, settle: float, waits: Waits
    ) -> Timeline | None:
        """The Timeline of what this process never saw alive; None where nothing tells its start."""
        run, saved = ending.resource, self._saved.pop(ending.resource.id, None)
        if saved is not None:
            timeline = resumed(sweep, Sight(run, None, at), saved, settle, waits)
        else:
            past, since = self.lives.past(run.id), self.lives.counts_from(sweep.target, run)
            if since is None:
                since = None if past is None else past.until
            if since is None or since >= ending.at:
                return None
            timeline = Timeline(sweep, [Version(since, run, waits(run))], since, settle)
        timeline.end(ending, at, waits)
        return timeline
