"""Statistics of loads by resource, and since when each has been as it is: what advice rests on.

A section of the state file. Only what a rule asks for is watched; of that, a resource takes a fixed
number of bytes, whatever happens to it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping

from cloud_carbon_exporter.collect.load_sketch import WEEK_SECONDS, WEEKS, LoadSketch
from cloud_carbon_exporter.collect.workload_statistics import WorkloadStatistics
from cloud_carbon_exporter.model.advice import Evidence, Spread
from cloud_carbon_exporter.model.types import Resource, Signal
from cloud_carbon_exporter.storage.rows import Row

RATIOS = ("cpu_ratio", "gpu_ratio")
RATES = ("bytes", "requests")
"""Signals without a bound: whether there was any is what is kept of their height."""

FORGOTTEN_SECONDS = WEEKS * WEEK_SECONDS


class _Watched:
    """One resource as it is now. state: what a change of begins it anew; sketches: by signal."""

    __slots__ = ("resource", "signals", "since", "sketches", "state", "until")

    def __init__(self, state: int, since: float, until: float) -> None:
        self.state, self.since, self.until = state, since, until
        self.resource: Resource | None = None
        self.signals: tuple[Signal, ...] = ()
        self.sketches: tuple[LoadSketch, ...] = ()


class LoadStatistics:
    """Hours by load of all that is watched. One caller at a time.

    workloads: of clusters, a section of their own.
    """

    def __init__(self) -> None:
        self.workloads = WorkloadStatistics()
        self._watched: dict[str, _Watched] = {}
        self._alike: dict[tuple[Signal, ...], tuple[Signal, ...]] = {}  # one object for all
        self._forgot_at = 0.0

    def add(
        self, resource: Resource, loads: Mapping[Signal, float], start: float, end: float
    ) -> None:
        """Count a stretch of time of a resource, at the loads that were read of it."""
        known = self._watched.get(resource.id)
        if known is None or known.resource is not resource:
            known = self._described(resource, known, start)
            if known is None:
                return
        known.since = min(known.since, start)
        known.until = max(known.until, end)
        for signal, sketch in zip(known.signals, known.sketches, strict=True):
            sketch.add(start, end, loads.get(signal))

    def _described(self, resource: Resource, known: _Watched | None, at: float) -> _Watched | None:
        """Begin to watch it, go on, or begin anew where it is another machine than before."""
        signals = _signals(resource)
        if not signals and not _is_watched(resource):
            # A machine that is stopped has no load, and is the same one when it runs again.
            if known is not None and resource.components and not _may_run(known):
                del self._watched[resource.id]
            return None
        state = _state(resource)
        if known is None or known.state != state or known.signals != signals:
            known = self._watched[resource.id] = _Watched(state, at, at)
            known.signals = self._alike.setdefault(signals, signals)
            known.sketches = tuple([LoadSketch(int(at // WEEK_SECONDS)) for _ in signals])
        known.resource = resource
        return known

    def evidence(self, resource_id: str, now: float) -> Evidence | None:
        """What is known of one resource; None of what is not watched."""
        watched = self._watched.get(resource_id)
        if watched is None:
            return None
        if not watched.sketches:
            return Evidence(watched.since, watched.until)
        week = int(now // WEEK_SECONDS)
        spreads: dict[Signal, Spread] = {}
        for signal, sketch in zip(watched.signals, watched.sketches, strict=True):
            spreads[signal] = sketch.spread(week)
        since = max(watched.since, (week - WEEKS + 1) * WEEK_SECONDS)
        return Evidence(since, watched.until, spreads)

    def since(self, resource_id: str) -> float | None:
        """Since when a resource has been as it is, as far as was seen; None of what is not watched.

        However long ago, where evidence goes back three weeks.
        """
        watched = self._watched.get(resource_id)
        return None if watched is None else watched.since

    def __len__(self) -> int:
        return len(self._watched)

    def forget(self, now: float) -> None:
        """Drop what was not there for three weeks; looked for once a week."""
        if now < self._forgot_at + WEEK_SECONDS:
            return
        self._forgot_at = now
        for resource_id, watched in list(self._watched.items()):
            if watched.until < now - FORGOTTEN_SECONDS:
                del self._watched[resource_id]

    def move(self, seconds: float) -> None:
        """The clock was set: all marks move; the weeks stay, for a step is no week."""
        self.workloads.move(seconds)
        for watched in self._watched.values():
            watched.since += seconds
            watched.until += seconds

    def dump(self) -> Iterator[Row]:
        """Rows of all that is watched.

        [resource id, state, since, until, [[signal, newest week, hours by load], ...]]
        """
        for resource_id, watched in self._watched.items():
            sketches: list[Row] = []
            for signal, sketch in zip(watched.signals, watched.sketches, strict=True):
                sketches.append((signal, sketch.newest, sketch.kept()))
            yield [resource_id, watched.state, watched.since, watched.until, sketches]

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        known: dict[str, _Watched] = {}
        for resource_id, state, since, until, sketches in rows:
            watched = known[str(resource_id)] = _Watched(int(state), float(since), float(until))
            signals = tuple([str(signal) for signal, _, _ in sketches])
            watched.signals = self._alike.setdefault(signals, signals)
            watched.sketches = tuple(_sketches(sketches))
        self._watched = known


def _sketches(told: Iterable[Row]) -> Iterator[LoadSketch]:
    for _, newest, kept in told:
        yield LoadSketch.of_kept(int(newest), kept)


def _signals(resource: Resource) -> tuple[Signal, ...]:
    """Signals of a resource that a rule asks for."""
    driven: dict[Signal, None] = {}
    for component in resource.components:
        if component.load in RATIOS:
            driven[component.load] = None
        if component.per in RATES:
            driven[component.per] = None
    return tuple(driven)


def _is_watched(resource: Resource) -> bool:
    """Whether a rule asks for how long a resource has been as it is."""
    info, kind = resource.info, resource.kind
    if info.get("attached") == "false" or info.get("unused", "0") not in ("", "0"):
        return bool(resource.components)
    return kind.endswith("/snapshot") or kind.endswith("_snapshot")


def _may_run(known: _Watched) -> bool:
    """Whether it had loads: then it is a machine, which may be stopped now."""
    return bool(known.sketches)


def _state(resource: Resource) -> int:
    """What a change of makes it another thing: its type, and whether anything uses it.

    Of a reservation how many are unused: where as many were not so all the time, it begins anew.
    """
    info = resource.info
    unused = info.get("unused", "") or "0"
    told = (resource.kind, info.get("host_type", ""), info.get("attached", ""), unused)
    return zlib.crc32("\n".join(told).encode())
