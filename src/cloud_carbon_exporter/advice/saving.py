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
    Location,
    Place,
    Resource,
    Signal,
)

NOTHING: Mapping[str, Sum] = {}


class Around(NamedTuple):
    """Place of a resource and the year's mean of its grid: no advice hangs on one windy hour."""

    place: Place
    intensity: CarbonIntensity | None


@lru_cache(maxsize=4096)
def around(provider: str, place_name: str, method: Method) -> Around:
    """Place of that name, and its grid by the method that is counted by; the year's in its place.

    A live or marginal value is of an hour, so the life-cycle mean of the year stands in for both.
    """
    place = facts.place(provider, place_name)
    yearly: Method = "location" if method in ("live", "marginal") else method
    return Around(place, annual_of(place, yearly) or annual_of(place, "location"))


def around_of(at: Location, method: Method) -> Around:
    """The same of where something stands."""
    return around(at.provider, facts.place_of(at), method)


def emissions(resource: Resource, loads: Mapping[Signal, float], where: Around) -> Sum:
    """Grams a second of power and manufacture of a resource at these loads."""
    footprint = estimate(resource, loads, where.place, where.intensity)
    return footprint_sum([footprint]).emissions_grams_per_second


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
