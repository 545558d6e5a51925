"""Advice that is remembered: what people decided, what was told, and what has become of it.

A section of the state file. Decisions come from the thread of the HTTP side, all else from a look
for advice.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from cloud_carbon_exporter.advice.followed import (
    Alike,
    alike,
    followed,
    listed_kinds,
    newcomers,
    not_replaced,
    way_of,
)
from cloud_carbon_exporter.advice.known import DAY_SECONDS
from cloud_carbon_exporter.advice.saving import Look
from cloud_carbon_exporter.advice.subject import mean_loads
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.model.advice import Advice, Decision
from cloud_carbon_exporter.model.billed import Prices
from cloud_carbon_exporter.model.followed import Followed, Told
from cloud_carbon_exporter.model.snapshot import Row as Shown
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.storage.advice_rows import Decided, read_advice, told_row
from cloud_carbon_exporter.storage.rows import Row

MOST_TOLD = 2000
"""Pieces of advice that are followed up: the largest savings."""

MOST_DECIDED = 10_000
"""Decisions that are remembered; then the oldest go."""

UNTOLD_SECONDS = 14 * DAY_SECONDS
"""How long it is looked at what was told once, and is told no more, for what becomes of it."""

FOLLOWED_SECONDS = 13 * 31 * DAY_SECONDS
"""How long a saving is told of: as long as the history goes back."""


class AdviceBook:
    """Remembers advice. One caller at a time, but for decisions.

    followed: what was done of it. prices: what a bill tells, where one is named; read anew after a
    restart.
    """

    def __init__(self) -> None:
        self.followed: tuple[Followed, ...] = ()
        self.prices: Prices | None = None
        self._told: dict[tuple[str, str], Told] = {}
        self._decided: Mapping[str, Decided] = {}
        self._deciding = threading.Lock()

    def decision(self, advice_id: str) -> Decision | None:
        """What was decided about a piece of advice. Asked in any thread."""
        known = self._decided.get(advice_id)
        return known.decision if known else None

    def decide(self, advice_id: str, decision: Decision | None, now: float) -> None:
        """Remember a decision, or forget it. Called in any thread."""
        with self._deciding:
            decided = dict(self._decided)
            decided.pop(advice_id, None)
            if decision is not None:
                decided[advice_id] = Decided(advice_id, decision, now)
            for oldest in list(islice(decided, max(0, len(decided) - MOST_DECIDED))):
                del decided[oldest]
            self._decided = decided

    def marked(self, advice: Sequence[Advice]) -> tuple[Advice, ...]:
        """The same advice with what was decided about each."""
        if not self._decided:
            return tuple(advice)
        marked: list[Advice] = []
        for each in advice:
            decision = self.decision(each.id)
            marked.append(each if each.decision == decision else replace(each, decision=decision))
        return tuple(marked)

    def follow(
        self,
        advice: Iterable[Advice],
        snapshot: Snapshot,
        statistics: LoadStatistics,
        look: Look,
    ) -> Iterator[None]:
        """Look what has become of what was told, and remember what is told now. A step a piece.

        advice: the largest saving first.
        """
        now = snapshot.taken_at
        standing = list(islice(filter(self._is_followed_up, advice), MOST_TOLD))
        wanted = {each.subject for each in standing}
        wanted.update([told.resource.id for told in self._told.values()])
        shown = _by_id(snapshot.rows, wanted)
        for each in standing:
            self._note(each, shown.get(each.subject), statistics, now)
            yield
        self._look_again(shown, snapshot, {_key(each) for each in standing})
        done: list[tuple[Told, Followed]] = []
        for told in list(self._told.values()):
            row = shown.get(told.resource.id)
            accepted = self.decision(told.id) == "accepted"
            found = followed(
                told,
                row,
                lambda name: statistics.evidence(name, now),
                look,
                now,
                accepted=accepted,
            )
            if found is not None:
                done.append((told, found))
            yield
        self.followed = _claimed(done, snapshot.rows, statistics)

    def _is_followed_up(self, advice: Advice) -> bool:
        return advice.is_of_one and self.decision(advice.id) != "dismissed"

    def _note(
        self, advice: Advice, row: Shown | None, statistics: LoadStatistics, now: float
    ) -> None:
        """Remember a piece that is told now, and how its resource stands."""
        if row is None:
            return
        evidence = statistics.evidence(advice.subject, now)
        loads = row.loads if evidence is None else mean_loads(row, evidence)
        before = self._told.get(_key(advice))
        # Told again after it was followed: the machine runs again, or another of its id.
        told_at = now if before is None or before.way is not None else before.told_at
        resource = _kept(row.resource)
        self._told[_key(advice)] = Told(
            advice.kind, resource, dict(loads), advice.becomes, told_at, now
        )

    def _look_again(
        self, shown: Mapping[str, Shown], snapshot: Snapshot, standing: Collection[tuple[str, str]]
    ) -> None:
        """See how each of them stands that is told no more."""
        now, listed = snapshot.taken_at, listed_kinds(snapshot.listings)
        for key, told in list(self._told.items()):
            if key in standing:
                continue
            way = way_of(told, shown.get(told.resource.id), listed)
            if way is None and told.resource.id not in shown and told.way == "gone":
                way = told.way  # a listing that fails is no return
            since = told.since if way is not None and told.way is not None else now
            self._told[key] = replace(told, way=way, since=since)
            old = now - (told.seen_at if way is None else since)
            if old > (UNTOLD_SECONDS if way is None else FOLLOWED_SECONDS):
                del self._told[key]

    def move(self, seconds: float) -> None:
        """The clock was set: all marks move."""
        for key, told in list(self._told.items()):
            self._told[key] = replace(
                told,
                told_at=told.told_at + seconds,
                seen_at=told.seen_at + seconds,
                since=told.since + seconds,
            )

    def dump(self) -> Iterator[Row]:
        """Rows of all that is remembered."""
        for decided in self._decided.values():
            yield decided.row()
        for told in list(self._told.values()):
            yield told_row(told)

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        told: dict[tuple[str, str], Told] = {}
        decided: dict[str, Decided] = {}
        for each in read_advice(rows):
            if isinstance(each, Told):
                told[each.key] = each
            else:
                decided[each.advice_id] = each
        self._told, self._decided = told, decided


def _key(advice: Advice) -> tuple[str, str]:
    return advice.id, advice.becomes


def _kept(resource: Resource) -> Resource:
    """What is kept of a resource: what its estimate takes, and its type."""
    host_type = resource.info.get("host_type", "")
    info = {"host_type": host_type} if host_type else {}
    return replace(resource, tags={}, monitor={}, info=info, started=None)


def _by_id(rows: Iterable[Shown], wanted: Collection[str]) -> Mapping[str, Shown]:
    return {row.resource.id: row for row in rows if row.resource.id in wanted}


def _claimed(
    done: Iterable[tuple[Told, Followed]], rows: Iterable[Shown], statistics: LoadStatistics
) -> tuple[Followed, ...]:
    """What is claimed of what has become of advice, the largest saving first."""
    claimed: list[Followed] = []
    gone: list[tuple[Alike, Followed]] = []
    since: dict[Alike, float] = {}
    for told, found in done:
        if found.way != "gone":
            claimed.append(found)
            continue
        group = alike(told.resource)
        gone.append((group, found))
        since[group] = min(since.get(group, told.told_at), told.told_at)

    def began(resource: Resource) -> float | None:
        return statistics.since(resource.id) or resource.started

    claimed += not_replaced(gone, newcomers(rows, since, began) if since else {})
    return tuple(sorted(claimed, key=lambda each: -each.saved_grams_per_second.value))
