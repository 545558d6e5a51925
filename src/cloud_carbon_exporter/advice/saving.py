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


MOST_KEPT = 4096
"""Footprints that are kept during a look: machines of a type differ by their load alone."""

_Key = tuple[str, tuple[Component, ...], frozenset[tuple[Signal, float]], tuple[str, str, str]]


class _Kept(NamedTuple):
    """Footprint of a resource, and what it emits."""

    footprint: Footprint
    emissions: Sum


_KEPT: dict[_Key, _Kept] = {}


@lru_cache(maxsize=4096)
def around(provider: str, place_name: str, method: Method) -> Around:
    """Place of that name, and its grid by the method that is counted by; the year's in its place.

    A live or marginal value is of an hour, so the life-cycle mean of the year stands in for both.
    """
    place = facts.place(provider, place_name)
    yearly: Method = "location" if method in ("live", "marginal") else method
    grid = annual_of(place, yearly) or annual_of(place, "location")
    return Around(place, grid, (provider, place_name, method))


def around_of(at: Location, method: Method) -> Around:
    """The same of where something stands."""
    return around(at.provider, facts.place_of(at), method)


def emissions(resource: Resource, loads: Mapping[Signal, float], where: Around) -> Sum:
    """Grams a second of power and manufacture of a resource at these loads."""
    return _known(resource, loads, where).emissions


def footprint(resource: Resource, loads: Mapping[Signal, float], where: Around) -> Footprint:
    """Footprint of a resource at these loads, by the year's mean of its grid."""
    return _known(resource, loads, where).footprint


def _known(resource: Resource, loads: Mapping[Signal, float], where: Around) -> _Kept:
    """What was estimated of a resource like it, else its own. One caller at a time.

    An estimate follows from kind, parts, loads and place.
    """
    key = (resource.kind, resource.components, frozenset(loads.items()), where.name)
    known = _KEPT.get(key)
    if known is None:
        made = estimate(resource, loads, where.place, where.intensity)
        known = _Kept(made, footprint_sum([made]).emissions_grams_per_second)
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = known
    return known


def forget_kept() -> None:
    """Let go of what was kept during a look."""
    _KEPT.clear()


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
