"""Largest workloads: which have series of their own, and which are summed as the rest.

A series must not come and go with each collection, and its counter must not fall: so a place once
taken is kept while the workload is there and not far from the largest, and for an hour after it
was last seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cloud_carbon_exporter.kubernetes.counters import SeriesKey
from cloud_carbon_exporter.model.clusters import IDLE, OTHER, UNKNOWN, rest_of

KEPT_SECONDS = 3600.0
_FAR = 2  # times as many places: who is not among so many any more leaves its own


class Places:
    """Places of one cluster's workloads."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._seen_at: dict[SeriesKey, float] = {}
        self._rests_seen_at: dict[SeriesKey, float] = {}

    def choose(self, watts: Mapping[SeriesKey, float], now: float) -> Mapping[SeriesKey, SeriesKey]:
        """Under which series each of those there now is shown and counted."""
        ranked = sorted(watts, key=lambda key: (-watts[key], key))
        ranked = [key for key in ranked if key[1] not in (IDLE, UNKNOWN)]
        near = set(ranked[: _FAR * self._count])
        for key, seen_at in list(self._seen_at.items()):
            there = key in watts
            if there and key in near:
                self._seen_at[key] = now
            elif there or now - seen_at > KEPT_SECONDS:
                del self._seen_at[key]
        for key, seen_at in list(self._rests_seen_at.items()):
            if now - seen_at > KEPT_SECONDS:
                del self._rests_seen_at[key]
        for key in ranked:
            if len(self._seen_at) >= self._count:
                break
            self._seen_at.setdefault(key, now)
        shown: dict[SeriesKey, SeriesKey] = {}
        for key in watts:
            own = key in self._seen_at or key[1] in (IDLE, UNKNOWN)
            shown[key] = key if own else (key[0], rest_of(key[1]))
            if not own:
                self._rests_seen_at[shown[key]] = now
        return shown

    def resume(self, keys: Collection[SeriesKey], now: float) -> None:
        """Take back places that were given: by an earlier process, or to what is counted late."""
        for key in keys:
            seen_at = self._rests_seen_at if key[1].name == OTHER else self._seen_at
            if key[1] not in (IDLE, UNKNOWN):
                seen_at.setdefault(key, now)

    def keeps(self, key: SeriesKey) -> bool:
        """Whether a series stays: it has its place, or was a rest until lately."""
        if key[1] in (IDLE, UNKNOWN):
            return True
        return key in self._seen_at or key in self._rests_seen_at

    def move(self, seconds: float) -> None:
        """The clock was set."""
        for seen_at in (self._seen_at, self._rests_seen_at):
            for key in seen_at:
                seen_at[key] += seconds
