"""One resource's way through time: how it was described, what was measured of it, and up to when it
is counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cloud_carbon_exporter.model.types import Point, Resource, Signal, Totals

SweepKey = tuple[str, int, str, str, str]  # target, rank of the listing, account, region, zone


@dataclass(frozen=True, slots=True)
class Held:
    """The newest Point of a signal, and until when it speaks for the present."""

    point: Point
    expires: float


@dataclass(frozen=True, slots=True)
class Version:
    """How a resource was described from a moment on; `waits`: whether its power hangs on
    measurements we read.
    """

    since: float
    resource: Resource
    waits: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Watts, and embodied grams a second, of one description under one set of loads."""

    version: Version
    loads: Mapping[Signal, float]
    watts: float
    embodied: float


@dataclass(frozen=True, slots=True)
class SavedTrack:
    """What an earlier process knew of a resource: its counters, up to when they go, and when it was
    last seen.
    """

    covered: float
    seen_until: float
    totals: Totals


class Track:
    """One resource's way through time. Mutable, and Counters' own."""

    __slots__ = (
        "asked_until",
        "covered",
        "embodied",
        "energy",
        "newest",
        "next_read",
        "operational",
        "points",
        "rates",
        "seen_until",
        "settle",
        "sweep",
        "versions",
    )

    def __init__(self, sweep: SweepKey, version: Version, settle: float) -> None:
        self.sweep = sweep
        self.versions = [version]
        self.covered = version.since  # integrated up to here
        self.seen_until = version.since  # known to be there up to here
        self.settle = settle
        self.asked_until = -math.inf  # monitoring was asked for what happened before
        self.next_read = -math.inf  # and will be asked again then
        self.points: dict[Signal, tuple[Point, ...]] = {}  # those not integrated yet
        self.newest: dict[Signal, Held] = {}
        self.energy = self.operational = self.embodied = 0.0
        self.rates: Rates | None = None  # those of the piece integrated last

    def resume(self, saved: SavedTrack) -> None:
        """Go on where an earlier process ended; the time between is filled, as after an outage of
        the listing.
        """
        self.covered = min(saved.covered, self.covered)
        self.versions = [replace(version, since=self.covered) for version in self.versions]
        self.energy = saved.totals.energy_joules
        self.operational = saved.totals.operational_grams
        self.embodied = saved.totals.embodied_grams

    @property
    def resource(self) -> Resource:
        """The description in force now."""
        return self.versions[-1].resource

    def totals(self) -> Totals:
        """What the resource's counters show."""
        return Totals(self.energy, self.operational, self.embodied)

    def loads(self, now: float) -> dict[Signal, float]:
        """The newest value of each signal that still speaks for the present."""
        return {
            signal: held.point.value
            for signal, held in self.newest.items()
            if self._holds(held, now)
        }

    def measured_at(self, now: float) -> float | None:
        """End of the newest Point in `loads`."""
        ends = [held.point.end for held in self.newest.values() if self._holds(held, now)]
        return max(ends) if ends else None

    def _holds(self, held: Held, now: float) -> bool:
        """Whether a value speaks for the present: not expired, or not at the last read, with the
        next not yet due.
        """
        return held.expires >= now or (
            now <= self.next_read and held.expires >= self.asked_until + self.settle
        )
