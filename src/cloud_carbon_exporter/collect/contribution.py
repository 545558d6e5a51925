"""Contribution of one Target to the next Snapshot: plain values, handed over at each refresh."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cloud_carbon_exporter.collect.last_good import oldest_shown
from cloud_carbon_exporter.collect.measure import Round
from cloud_carbon_exporter.collect.surroundings import place_key
from cloud_carbon_exporter.collect.sweep import SweepKey, Swept
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.grid.feed import PlaceKey
from cloud_carbon_exporter.model.snapshot import Outcome, Refusal, TargetState
from cloud_carbon_exporter.model.types import Location, Resource
from cloud_carbon_exporter.providers.spec import Extras


@dataclass(frozen=True, slots=True)
class LastGood:
    """The last good result of one sweep, as of `seen_at`.

    kept: ids in it that an earlier sweep saw last.
    """

    key: SweepKey
    provider: str
    swept: Swept
    seen_at: float
    kept: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contribution:
    """All a Target has to say for the next Snapshot.

    waits: whether what a resource draws now hangs on a series that is read. gone: sweeps whose
        scope exists no more. rounds: reads made since the last Contribution, each handed over once:
        taken out by who takes it over, so that its Points are not held while rows are built. tried:
        whether its first refresh has ended. refused: what is optional and not allowed.
        listings_ended, listings_known: sweeps that have ended, of those known so far.
    """

    target: Target
    waits: Callable[[Resource], bool]
    state: TargetState
    sweeps: tuple[LastGood, ...]
    gone: tuple[SweepKey, ...]
    listings: tuple[Outcome, ...]
    measurements: tuple[Outcome, ...]
    rounds: list[Round]
    extras: Extras
    tried: bool
    refused: tuple[Refusal, ...] = ()
    listings_ended: int = 0
    listings_known: int = 0

    def oldest(self, now: float, stale_after: float) -> float:
        """What was last seen before this is shown no more."""
        return oldest_shown(now, stale_after, self.target.settings.interval_seconds)


def places_in_use(contributions: Iterable[Contribution]) -> set[PlaceKey]:
    """Places where anything stands: its region, and its zone where that has its own figures."""
    locations: set[Location] = set()
    for contribution in contributions:
        for last_good in contribution.sweeps:
            locations.update(resource.location for resource in last_good.swept.resources)
    places: set[PlaceKey] = set()
    for location in locations:
        places.add(place_key(location))
        places.add((location.provider, location.region))
    return places
