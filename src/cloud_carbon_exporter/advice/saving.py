"""Saving of a piece of advice, with an interval that facts on both sides cancel out of. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.differences import Difference, difference
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.model.sums import Sum, footprint_sum
from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Component,
    Estimate,
    Footprint,
    Location,
    Place,
    Resource,
    Signal,
)

NOTHING: Mapping[str, Sum] = {}


class Around(NamedTuple):
    """Place of a resource and the year's mean of its grid: no advice hangs on one windy hour.

    name: of provider, place and method, which it follows from.
    """

    place: Place
    intensity: CarbonIntensity | None
    name: tuple[str, str, str]


@lru_cache(maxsize=4096)
def around(provider: str, place_name: str, method: Method) -> Around:
    """Place of that name, and its grid by the method that is counted by; the year's in its place.

    A live or marginal value is of an hour, so the life-cycle mean of the year stands in for both.
    """
    place = facts.place(provider, place_name)
    yearly: Method = "location" if method in ("live", "marginal") else method
    grid = annual_of(place, yearly) or annual_of(place, "location")
    return Around(place, grid, (provider, place_name, method))


MOST_KEPT = 4096
"""Footprints that a look keeps: machines of a type differ by their load alone."""

_Key = tuple[str, tuple[Component, ...], frozenset[tuple[Signal, float]], tuple[str, str, str]]


class _Kept(NamedTuple):
    """Footprint of a resource, and what it emits."""

    footprint: Footprint
    emissions: Sum


class Look:
    """One look for advice: the method it counts by, and what it has estimated.

    Two resources with the same parts and loads in one place are estimated once. One caller at a
    time.
    """

    def __init__(self, method: Method) -> None:
        self.method: Method = method
        self._kept: dict[_Key, _Kept] = {}

    def around_of(self, at: Location) -> Around:
        """Place where something stands, and its grid."""
        return around(at.provider, facts.place_of(at), self.method)

    def emissions(self, resource: Resource, loads: Mapping[Signal, float], where: Around) -> Sum:
        """Grams a second of power and manufacture of a resource at these loads."""
        return self._known(resource, loads, where).emissions

    def footprint(
        self, resource: Resource, loads: Mapping[Signal, float], where: Around
    ) -> Footprint:
        """Footprint of a resource at these loads, by the year's mean of its grid."""
        return self._known(resource, loads, where).footprint

    def _known(self, resource: Resource, loads: Mapping[Signal, float], where: Around) -> _Kept:
        # An estimate follows from kind, parts, loads and place.
        key = (resource.kind, resource.components, frozenset(loads.items()), where.name)
        known = self._kept.get(key)
        if known is None:
            made = estimate(resource, loads, where.place, where.intensity)
            known = _Kept(made, footprint_sum([made]).emissions_grams_per_second)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = known
        return known


def of_parts(resource: Resource, parts: Sequence[Component]) -> Resource:
    """The resource with other parts, as it would be after the advice was taken."""
    return replace(resource, components=tuple(parts))


def carried(before: Mapping[str, Sum], after: Mapping[str, Sum]) -> Estimate | None:
    """What is saved from the one to the other; None where its own interval reaches down to 0."""
    return carried_difference(difference(after, before))


def carried_difference(saved: Difference) -> Estimate | None:
    """A difference that is a saving for sure, as an Estimate; None for any other."""
    if not saved.lower > 0:
        return None
    return Estimate(saved.value, saved.lower, saved.upper, saved.basis)
