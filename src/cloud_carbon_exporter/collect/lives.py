"""Lives: when the counting of a target began, and up to when what is gone has been counted.

A cloud tells of what has ended for an hour (EC2, ECS), a day (Google's uptime), or for months
(jobs). Each life counts once, so what was counted is remembered while it may still be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.storage.life_rows import SavedBeginning, SavedLife

# What ended longer ago than this is not counted any more, whoever tells of it now.
LATEST_SECONDS = 7 * 86400.0

# What nothing has told of for so long is forgotten: longer than a night without the exporter.
FORGOTTEN_AFTER_SECONDS = 2 * 86400.0


@dataclass(slots=True)
class PastLife:
    """A life that is over.

    until: counted up to here. ended: whether its cloud told the end (else
    it was merely missed). told: when something last told of it.
    """

    until: float
    ended: bool
    told: float


class Lives:
    """Beginnings by target, and past lives by resource."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._past: dict[str, PastLife] = {}

    def begin(self, target: str, at: float) -> float:
        """When the counting of a target began; that is now, if it had not yet."""
        since = self._since.setdefault(target, at)
        if since > at:  # of two first sweeps the other ended later, or a clock once ran ahead
            since = self._since[target] = at
        return since

    def since(self, target: str) -> float | None:
        """When the counting of a target began; None: not yet."""
        return self._since.get(target)

    def past(self, resource_id: str) -> PastLife | None:
        """What is known of a life that is over."""
        return self._past.get(resource_id)

    def counts_from(self, target: str, resource: Resource) -> float | None:
        """From when a resource without a Timeline is to be counted; None: from its first sight."""
        since, past = self._since.get(target), self._past.get(resource.id)
        if since is None or resource.started is None:
            return None
        return max(since, resource.started, since if past is None else past.until)

    def refuses(self, resource: Resource) -> bool:
        """Whether it is listed as if it ran, in a life that its cloud says has ended."""
        past = self._past.get(resource.id)
        return past is not None and past.ended and is_of_life(resource, past.until)

    def close(self, timeline: Timeline, at: float) -> None:
        """Remember a Timeline that is counted to its end."""
        life = PastLife(timeline.covered_until, timeline.ended, at)
        self._past[timeline.resource.id] = life

    def is_over(self, ending: Ended, since: float, at: float) -> bool:
        """Whether an ending tells nothing that is not counted; it may be told again."""
        until = min(ending.at, at)
        if until <= since or until < at - LATEST_SECONDS:
            return True
        past = self._past.get(ending.resource.id)
        if past is None or past.until < until:
            return False
        past.told, past.ended = at, True
        return True

    def move(self, seconds: float) -> None:
        """The clock was set. What the cloud told the end of has the cloud's time, and stays."""
        for target in self._since:
            self._since[target] += seconds
        for past in self._past.values():
            past.told += seconds
            if not past.ended:
                past.until += seconds

    def forget(self, now: float) -> None:
        """Drop what nothing tells of any more, and what would not be counted anyway."""
        for resource_id, past in list(self._past.items()):
            forgotten = now > past.told + FORGOTTEN_AFTER_SECONDS
            if forgotten or now > past.until + LATEST_SECONDS:
                del self._past[resource_id]

    def saved(self) -> Iterator[SavedBeginning | SavedLife]:
        """What a restart must not lose."""
        for target, since in self._since.items():
            yield SavedBeginning(target, since)
        for resource_id, past in self._past.items():
            yield SavedLife(resource_id, past.until, past.ended, past.told)

    def resume(self, saved: SavedBeginning | SavedLife) -> None:
        """Go on with what an earlier process knew."""
        if isinstance(saved, SavedBeginning):
            self._since[saved.target] = saved.since
        else:
            self._past[saved.resource_id] = PastLife(saved.until, saved.ended, saved.told)


def is_of_life(resource: Resource, until: float) -> bool:
    """Whether a resource runs in a life that was counted up to `until`, as its start says."""
    return resource.started is not None and resource.started <= until


class KnownBy:
    """Joules of this process by how their time is known: by sight, or by what a cloud told."""

    def __init__(self) -> None:
        self._sight: dict[str, float] = {}
        self._events: dict[str, float] = {}

    def add(self, timeline: Timeline, piece: Piece) -> None:
        """Count a piece: what lies within the first and the last sight is known by sight."""
        provider = timeline.resource.location.provider
        if timeline.first_sight <= piece.start and piece.end <= timeline.last_sight:
            self._sight[provider] = self._sight.get(provider, 0.0) + piece.joules
            return
        seconds = piece.end - piece.start
        seen = min(piece.end, timeline.last_sight) - max(piece.start, timeline.first_sight)
        by_sight = piece.joules * min(max(seen / seconds, 0.0), 1.0)
        self._sight[provider] = self._sight.get(provider, 0.0) + by_sight
        by_events = piece.joules - by_sight
        self._events[provider] = self._events.get(provider, 0.0) + by_events

    def ratios(self) -> Mapping[tuple[str, str], float]:
        """Share of the energy by provider and what its time is known by: sight, or events alone."""
        ratios: dict[tuple[str, str], float] = {}
        for provider, by_sight in self._sight.items():
            by_events = self._events.get(provider, 0.0)
            if by_sight + by_events > 0:
                ratios[provider, "events"] = by_events / (by_sight + by_events)
                ratios[provider, "sight"] = by_sight / (by_sight + by_events)
        return ratios
