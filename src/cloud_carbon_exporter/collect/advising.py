"""Looking for advice: once an hour through the estate, a slice of it at a time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import chain
from time import monotonic

from cloud_carbon_exporter.advice.large_requests import large_requests
from cloud_carbon_exporter.advice.prices import priced
from cloud_carbon_exporter.advice.rules import of_estate, of_row, without
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.collect.advice_book import AdviceBook
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.model.advice import Advice, Evidence, ranked
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.snapshot import Snapshot

EVERY_SECONDS = 3600.0
"""What rests on two weeks is no other thing five minutes later."""

SLICE_SECONDS = 0.25
"""Seconds of one slice, by the wall's clock: a Snapshot, and a program that is to end, wait no
longer."""

PAUSE_SECONDS = 2.0
"""Seconds between two slices: a ninth of a processor while a look goes on."""

Past = Callable[[Snapshot, LoadStatistics], Iterator[None]]
"""What fills in a past before the first look, step by step, for an estate that is made up."""


async def keep_looking(look: Callable[[], Awaitable[None]]) -> None:
    """Look a slice further, for ever; where nothing is due that is nothing."""
    while True:
        await look()
        await asyncio.sleep(PAUSE_SECONDS)


class Advising:
    """Looks for advice, a slice at a time. One caller at a time.

    dismissed: ids, kinds and subjects of advice that is not to be told. past: asked once, at first.
    book: remembers decisions, and what has become of what was told.
    """

    def __init__(
        self,
        dismissed: frozenset[str] = frozenset(),
        past: Past | None = None,
        book: AdviceBook | None = None,
    ) -> None:
        self.newest: tuple[Advice, ...] = ()
        self.book = AdviceBook() if book is None else book
        self._dismissed = dismissed
        self._past = past
        self._due_at = -math.inf
        self._under_way: Iterator[Advice | None] | None = None
        self._found: list[Advice] = []

    def known(self, snapshot: Snapshot) -> Snapshot:
        """The Snapshot with the newest advice, what was decided about it, and what it has saved."""
        advice = priced(self.book.marked(self.newest), self.book.prices)
        return replace(snapshot, advice=advice, followed=self.book.followed)

    def look(self, snapshot: Snapshot, statistics: LoadStatistics) -> tuple[Advice, ...]:
        """Go on with the look that is under way, or begin one that is due. The newest there is."""
        now = snapshot.taken_at
        if self._under_way is None:
            if 0 <= self._due_at - now <= EVERY_SECONDS:  # above it: the clock was set back
                return self.newest
            self._due_at, self._found = now + EVERY_SECONDS, []
            self._under_way = self._steps(snapshot, statistics)
            if self._past is not None:
                self._under_way = chain(self._past(snapshot, statistics), self._under_way)
                self._past = None
        until = monotonic() + SLICE_SECONDS
        for found in self._under_way:
            if found is not None:
                self._found.append(found)
            if monotonic() > until:
                return self.newest
        self._under_way = None
        self.newest = self._ranked()
        return self.newest

    def _ranked(self) -> tuple[Advice, ...]:
        return ranked(without(self._found, self._dismissed))

    def _steps(self, snapshot: Snapshot, statistics: LoadStatistics) -> Iterator[Advice | None]:
        """One piece of advice after the other; then what has become of those told before."""
        look = Look(snapshot.grid.method)
        yield from _steps(snapshot, statistics, look)
        yield from self.book.follow(self._ranked(), snapshot, statistics, look)


def of_clusters(snapshot: Snapshot, statistics: LoadStatistics, look: Look) -> Iterator[Advice]:
    """Advice about workloads of clusters."""
    now = snapshot.taken_at

    def known_of(cluster: str, workload: Workload) -> Evidence | None:
        return statistics.workloads.evidence(cluster, workload, now)

    requests = snapshot.clusters.requests
    yield from large_requests(requests, snapshot.rows, known_of, look)


def _steps(snapshot: Snapshot, statistics: LoadStatistics, look: Look) -> Iterator[Advice | None]:
    """One piece of advice after the other, or None where a resource has none."""
    now = snapshot.taken_at

    def known_of(resource_id: str) -> Evidence | None:
        return statistics.evidence(resource_id, now)

    yield from of_estate(snapshot.rows, known_of, look, now)
    yield from of_clusters(snapshot, statistics, look)
    for row in snapshot.rows:
        known = known_of(row.resource.id)
        if known is not None:
            yield from of_row(row, known, look)
        yield None
