"""Looking for advice: once an hour through the estate, some of it after each Snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from time import thread_time

from cloud_carbon_exporter.advice.rules import of_estate, of_row, without
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.model.advice import Advice, Evidence, ranked
from cloud_carbon_exporter.model.snapshot import Snapshot

EVERY_SECONDS = 3600.0
"""What rests on two weeks is no other thing five minutes later."""

SLICE_SECONDS = 0.5
"""Seconds of CPU after one Snapshot: a small estate is looked through at once, a large one over
some refreshes."""

Past = Callable[[Snapshot, LoadStatistics], None]
"""What fills in a past before the first look, for an estate that is made up."""


class Advising:
    """Looks for advice, a slice at a time. One caller at a time.

    dismissed: ids, kinds and subjects of advice that is not to be told. past: asked once, at first.
    """

    def __init__(self, dismissed: frozenset[str] = frozenset(), past: Past | None = None) -> None:
        self.newest: tuple[Advice, ...] = ()
        self._dismissed = dismissed
        self._past = past
        self._due_at = -math.inf
        self._under_way: Iterator[Advice | None] | None = None
        self._found: list[Advice] = []

    def look(self, snapshot: Snapshot, statistics: LoadStatistics) -> tuple[Advice, ...]:
        """Go on with the look that is under way, or begin one that is due. The newest there is."""
        now = snapshot.taken_at
        if self._under_way is None:
            if 0 <= self._due_at - now <= EVERY_SECONDS:  # above it: the clock was set back
                return self.newest
            if self._past is not None:
                past, self._past = self._past, None
                past(snapshot, statistics)
            self._due_at, self._found = now + EVERY_SECONDS, []
            self._under_way = _steps(snapshot, statistics)
        until = thread_time() + SLICE_SECONDS
        for found in self._under_way:
            if found is not None:
                self._found.append(found)
            if thread_time() > until:
                return self.newest
        self._under_way = None
        self.newest = ranked(without(self._found, self._dismissed))
        return self.newest


def _steps(snapshot: Snapshot, statistics: LoadStatistics) -> Iterator[Advice | None]:
    """One piece of advice after the other, or None where a resource has none."""
    now, method = snapshot.taken_at, snapshot.grid.method

    def known_of(resource_id: str) -> Evidence | None:
        return statistics.evidence(resource_id, now)

    yield from of_estate(snapshot.rows, known_of, method, now)
    for row in snapshot.rows:
        known = known_of(row.resource.id)
        if known is not None:
            yield from of_row(row, known, method)
        yield None
