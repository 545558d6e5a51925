"""Counters: power and emissions integrated over time that is known, resource by resource and
account by account.

Time is covered piece by piece, in order, and each piece once. A piece is known when the description
in force needs no measurement, or when its Points are there, or when it has waited longer than
`stale_after` and the default load
stands in: then it is final. So a counter steps when a read comes, never runs ahead, never falls,
and a late Point fills its own place.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise
from typing import Any

from cloud_carbon_exporter.collect.months import Months
from cloud_carbon_exporter.collect.timeline import Held, Rates, SavedTrack, SweepKey, Track, Version
from cloud_carbon_exporter.model.estimate import estimate, power_watts
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.types import (
    LARGEST,
    CarbonIntensity,
    Place,
    Point,
    Resource,
    Signal,
    Totals,
)

KEEP_SECONDS = 7 * 86400.0  # what an earlier process knew and was not seen again is kept so long

AccountKey = tuple[str, str, str, str]  # provider, account, region, kind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a resource's place adds to the sum: its Place, and the intensity Points of its grid, the
    preferred first.
    """

    place: Place
    intensities: tuple[CarbonIntensity, ...]


class Counters:
    """All Tracks, and the sums of their accounts, which outlive them. Not thread-safe: one caller
    at a time.
    """

    def __init__(
        self, surroundings: Callable[[Resource], Surroundings], stale_after_seconds: float
    ) -> None:
        self._surroundings = surroundings
        self._stale_after = stale_after_seconds
        self._sweeps: dict[SweepKey, dict[str, Track]] = {}
        self._tracks: dict[str, Track] = {}
        self._departed: dict[str, Track] = {}
        self._accounts: dict[AccountKey, list[float]] = {}
        self.months = Months()
        self._saved: dict[str, SavedTrack] = {}  # of an earlier process, not seen again yet

    def track(self, resource_id: str) -> Track | None:
        """The Track of a resource that is there."""
        return self._tracks.get(resource_id)

    def resource(self, resource_id: str) -> Resource | None:
        """How a resource that is there was last described."""
        track = self._tracks.get(resource_id)
        return None if track is None else track.resource

    def covered(self, resource_id: str) -> float | None:
        """Up to when a resource's time is counted; None for what was never seen."""
        known = self._tracks.get(resource_id) or self._saved.get(resource_id)
        return None if known is None else known.covered

    def swing(self, resource: Resource) -> float:
        """Watts between the idle and the full load of a resource; all it draws where its load is no
        ratio.
        """
        place = self._surroundings(resource).place
        ratios = [
            component.load for component in resource.components if component.load.endswith("_ratio")
        ]
        if not ratios:
            return power_watts(resource, {}, place)
        idle, full = dict.fromkeys(ratios, 0.0), dict.fromkeys(ratios, 1.0)
        return power_watts(resource, full, place) - power_watts(resource, idle, place)

    def present(self, sweep: SweepKey) -> Iterable[Track]:
        """The Tracks of what a sweep saw the last time it went well."""
        return self._sweeps.get(sweep, {}).values()

    def departed(self) -> Sequence[Track]:
        """What has vanished and still awaits the last read of its utilisation."""
        return list(self._departed.values())

    def accounts(self) -> Mapping[AccountKey, Totals]:
        """The sums, with all that was ever there."""
        return {key: Totals(*sums) for key, sums in self._accounts.items()}

    def observe(
        self,
        sweep: SweepKey,
        resources: Iterable[Resource],
        at: float,
        settle: float,
        waits: Callable[[Resource], bool],
        kept: Collection[str] = (),
    ) -> Mapping[str, int]:
        """A sweep saw these resources at `at`, and no others of its own. Returns, by kind, how many
        stand elsewhere.

        kept: ids of those it did not see, as their part of it failed: they stay as they were.
        """
        before = self._sweeps.get(sweep, {})
        after: dict[str, Track] = {}
        twice: Counter[str] = Counter()
        for resource in resources:
            if resource.id in after or (resource.id not in before and resource.id in self._tracks):
                twice[resource.kind] += 1
                continue
            track = before.get(resource.id)
            if track is None:
                track = self._tracks[resource.id] = self._enter(
                    sweep, Version(at, resource, waits(resource)), settle
                )
                self._accounts.setdefault(
                    _account_key(resource), [0.0, 0.0, 0.0]
                )  # first shown at 0
            elif track.resource is not resource and track.resource != resource:
                track.versions.append(Version(at, resource, waits(resource)))
            if resource.id not in kept:
                track.seen_until = at
            after[resource.id] = track
        for resource_id in before.keys() - after.keys():
            self._departed[resource_id] = self._tracks.pop(resource_id)
        self._sweeps[sweep] = after
        return twice

    def _enter(self, sweep: SweepKey, version: Version, settle: float) -> Track:
        track = self._departed.pop(version.resource.id, None)
        if track is None:
            track = Track(sweep, version, settle)
            saved = self._saved.pop(version.resource.id, None)
            if saved is not None:
                track.resume(saved)
            return track
        # Back again: nothing is known to have drawn power while it was gone.
        track.sweep = sweep
        track.versions.append(
            Version(track.seen_until, replace(track.resource, components=()), False)
        )
        track.versions.append(version)
        return track

    def dump(self) -> Iterator[Sequence[str | float]]:
        """Everything a restart must not lose; what is no longer there counts in its account alone."""
        for key, sums in self._accounts.items():
            yield ["account", *key, *sums]
        for month in self.months.dump():
            yield ["month", *month]
        for resource_id, track in self._tracks.items():
            yield [
                resource_id,
                track.covered,
                track.seen_until,
                track.energy,
                track.operational,
                track.embodied,
            ]
        newest = max((track.seen_until for track in self._tracks.values()), default=0.0)
        for resource_id, saved in self._saved.items():
            if saved.seen_until > newest - KEEP_SECONDS:
                yield [resource_id, saved.covered, saved.seen_until, *astuple(saved.totals)]

    def load(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take back what `dump` gave in an earlier process. Raises ValueError or TypeError for
        anything else.
        """
        self._accounts, self._saved, self.months = {}, {}, Months()
        for name, *values in rows:
            if name == "account":
                provider, account_id, region, kind, *sums = values
                energy, operational, embodied = map(float, sums)
                self._accounts[provider, account_id, region, kind] = [energy, operational, embodied]
            elif name == "month":
                self.months.load(values)
            else:
                covered, seen_until, *totals = map(float, values)
                self._saved[str(name)] = SavedTrack(covered, seen_until, Totals(*totals))

    def asked(self, resource_id: str, until: float, next_read: float) -> None:
        """Monitoring was asked for all that happened before `until`, and will be again at
        `next_read`.
        """
        track = self._tracks.get(resource_id)
        if track is not None:
            track.asked_until = max(track.asked_until, until)
            track.next_read = next_read

    def record(
        self, resource_id: str, signal: Signal, points: Sequence[Point], valid_seconds: float
    ) -> None:
        """Points of one read, ascending. `valid_seconds` > 0: a slow figure, each value holds until
        the next comes.
        """
        track = self._tracks.get(resource_id) or self._departed.get(resource_id)
        points = [
            point for point in points if 0 <= point.value < LARGEST and point.start < point.end
        ]
        if track is None or not points:
            return
        newest = points[-1]
        held = valid_seconds or self._stale_after + track.settle + newest.end - newest.start
        if signal not in track.newest or newest.end >= track.newest[signal].point.end:
            track.newest[signal] = Held(newest, newest.end + held)
        if valid_seconds:
            ends = [point.start for point in points[1:]] + [newest.end + valid_seconds]
            points = [
                Point(point.start, end, point.value)
                for point, end in zip(points, ends, strict=True)
            ]
        track.points[signal] = tuple(point for point in points if point.end > track.covered)

    def advance(self, now: float, released: Collection[str] = ()) -> None:
        """Integrate what has become known by `now`; let go of what vanished once its last read
        (`released`) is in.
        """
        for track in self._tracks.values():
            # What is measured is waited for from when it can first be read; what never was, from
            # when it happened. And nothing is given up that was not asked for, as when reads are
            # further apart than -collect.stale-after.
            waited = self._stale_after + (track.settle if track.newest else 0)
            final = now - waited if track.next_read < now else min(now - waited, track.asked_until)
            self._integrate(track, track.seen_until, final)
        for resource_id, track in list(self._departed.items()):
            given_up = now > track.seen_until + track.settle + self._stale_after
            if resource_id in released or given_up or not track.versions[-1].waits:
                self._integrate(track, track.seen_until, math.inf)
                del self._departed[resource_id]

    def _integrate(self, track: Track, limit: float, final: float) -> None:
        if track.covered >= limit:
            return
        around = self._surroundings(track.resource)
        sums = self._accounts.setdefault(_account_key(track.resource), [0.0, 0.0, 0.0])
        while track.covered < limit:
            version, ends = _version_at(track.versions, track.covered)
            loads, end = _piece(track, version, min(limit, ends), final)
            if end <= track.covered:
                break
            seconds = end - track.covered
            rates = track.rates = _rates(track.rates, version, loads, around.place)
            grams = _grams(rates.watts, track.covered, end, around.intensities)
            track.energy += rates.watts * seconds
            track.operational += grams
            track.embodied += rates.embodied * seconds
            sums[0] += rates.watts * seconds
            sums[1] += grams
            sums[2] += rates.embodied * seconds
            at = track.resource.location
            self.months.add(
                at.provider, at.account_id, (track.covered, end), (grams, rates.embodied * seconds)
            )
            track.covered = end
        _forget(track)


def _account_key(resource: Resource) -> AccountKey:
    at = resource.location
    return (at.provider, at.account_id, at.region, resource.kind)


def _rates(
    last: Rates | None, version: Version, loads: Mapping[Signal, float], place: Place
) -> Rates:
    """The rates of a piece; what the last piece had is kept where it must be the same."""
    if last is not None and last.version is version:
        if last.loads == loads:
            return last
        if not any(
            component.per for component in version.resource.components
        ):  # then manufacture hangs on no load
            return Rates(version, loads, power_watts(version.resource, loads, place), last.embodied)
    footprint = estimate(version.resource, loads, place, None)
    return Rates(
        version, loads, footprint.power_watts.value, footprint.embodied_grams_per_second.value
    )


def _version_at(versions: Sequence[Version], moment: float) -> tuple[Version, float]:
    """The description in force at a moment, and when the next one takes over."""
    for version, later in pairwise(versions):
        if moment < later.since:
            return version, later.since
    return versions[-1], math.inf


def _piece(
    track: Track, version: Version, limit: float, final: float
) -> tuple[dict[Signal, float], float]:
    """The loads from `track.covered` on and up to when they hold. An end at `covered`: what comes
    is not known yet.
    """
    start = track.covered
    if not version.waits:
        return {}, limit
    loads: dict[Signal, float] = {}
    end, missing = limit, False
    for signal, held in track.newest.items():
        point = next((point for point in track.points.get(signal, ()) if point.end > start), None)
        if point is not None and point.start <= start:
            loads[signal] = point.value
            end = min(end, point.end)
        else:
            if point is not None:
                end = min(end, point.start)
            missing = (
                missing or held.expires > start
            )  # a signal that ended long ago is not waited for...
    if missing or not loads:  # ...unless nothing else is there
        end = max(start, min(end, final))
    return loads, end


def _grams(watts: float, start: float, end: float, intensities: Sequence[CarbonIntensity]) -> float:
    """Emissions of constant power over [start, end) under changing intensities, given in order of
    preference.
    """
    grams = 0.0
    while start < end:
        rank = next(
            (i for i, point in enumerate(intensities) if point.start <= start < point.end),
            len(intensities),
        )
        until = min([end, *(point.start for point in intensities[:rank] if point.start > start)])
        if rank < len(intensities):
            until = min(until, intensities[rank].end)
            value = intensities[rank].grams_per_kilowatt_hour.value
            grams += watts * (until - start) * value / JOULES_PER_KILOWATT_HOUR
        start = until
    return grams


def _forget(track: Track) -> None:
    """Drop what lies wholly in covered time."""
    while len(track.versions) > 1 and track.versions[1].since <= track.covered:
        del track.versions[0]
    for signal, points in track.points.items():
        if points and points[0].end <= track.covered:
            track.points[signal] = tuple(point for point in points if point.end > track.covered)
