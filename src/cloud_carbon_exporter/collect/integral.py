"""Integral of power and emissions over a resource's time: known pieces, in order, each once.

A piece is known when the description in force needs no measurement, or when its Points are there,
or when it has waited for longer than they may take, and the default load stands in. Then it is
final: a late Point fills its own place only where nothing was counted yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.timeline import Rates, Timeline, Version
from cloud_carbon_exporter.model.estimate import estimate, power_watts
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.types import CarbonIntensity, Place, Point, Signal


class Piece(NamedTuple):
    """What was drawn and emitted over [start, end)."""

    start: float
    end: float
    joules: float
    operational_grams: float
    embodied_grams: float


class VersionInForce(NamedTuple):
    """A description, and when the next one takes over."""

    version: Version
    until: float


class KnownLoads(NamedTuple):
    """Loads from the end of covered time on, and up to when they hold."""

    loads: dict[Signal, float]
    until: float


def pieces(timeline: Timeline, limit: float, final: float, around: Surroundings) -> Iterator[Piece]:
    """The pieces that have become known since the last call, up to `limit`; each counts as covered.

    final: before this moment nothing is waited for any more.
    """
    while timeline.covered_until < limit:
        start = timeline.covered_until
        version, version_ends = version_at(timeline.versions, start)
        loads, end = known_loads(timeline, version, min(limit, version_ends), final)
        if end <= start:
            return
        rates = timeline.rates = _rates(timeline.rates, version, loads, around.place)
        seconds = end - start
        timeline.covered_until = end
        yield Piece(
            start,
            end,
            rates.watts * seconds,
            grams_emitted(rates.watts, start, end, around.intensities),
            rates.embodied_grams_per_second * seconds,
        )


def version_at(versions: Sequence[Version], moment: float) -> VersionInForce:
    """The description in force at a moment, and when the next one takes over."""
    for version, later in pairwise(versions):
        if moment < later.since:
            return VersionInForce(version, later.since)
    return VersionInForce(versions[-1], math.inf)


def known_loads(timeline: Timeline, version: Version, limit: float, final: float) -> KnownLoads:
    """The loads from `covered_until` on; where they end there, what comes is not known yet."""
    if not version.waits:
        return KnownLoads({}, limit)
    start, end = timeline.covered_until, limit
    loads: dict[Signal, float] = {}
    missing = False
    for signal, newest in timeline.newest.items():
        point = _first_ending_after(timeline.points.get(signal, ()), start)
        if point is not None and point.start <= start:
            loads[signal] = point.value
            end = min(end, point.end)
            continue
        if point is not None:  # a gap; it ends where that Point begins
            end = min(end, point.start)
        # A signal that ended long ago is not waited for, unless nothing else is there.
        missing = missing or newest.expires > start
    if missing or not loads:
        end = max(start, min(end, final))
    return KnownLoads(loads, end)


def _first_ending_after(points: Sequence[Point], moment: float) -> Point | None:
    for point in points:
        if point.end > moment:
            return point
    return None


def _rates(
    last: Rates | None, version: Version, loads: Mapping[Signal, float], place: Place
) -> Rates:
    """The rates of a piece; what the last piece had is kept where it must be the same."""
    resource = version.resource
    if last is not None and last.version is version:
        if last.loads == loads:
            return last
        # Storage grows and capacity scales with a signal, and with it what had to be made.
        grows = any(component.per for component in resource.components)
        if not grows:  # then manufacture hangs on no load, and need not be estimated again
            watts = power_watts(resource, loads, place)
            return Rates(version, loads, watts, last.embodied_grams_per_second)
    footprint = estimate(resource, loads, place, None)
    watts, embodied = footprint.power_watts.value, footprint.embodied_grams_per_second.value
    return Rates(version, loads, watts, embodied)


def grams_emitted(
    watts: float, start: float, end: float, intensities: Sequence[CarbonIntensity]
) -> float:
    """Emissions of constant power over [start, end), under intensities in order of preference.

    Where several hold at a moment, the first counts; where none does, nothing is emitted.
    """
    grams = 0.0
    while start < end:
        until, in_force = end, None
        for intensity in intensities:
            if intensity.start <= start < intensity.end:
                in_force = intensity
                until = min(until, intensity.end)
                break
            if intensity.start > start:  # it takes over from whatever less preferred holds now
                until = min(until, intensity.start)
        if in_force is not None:
            value = in_force.grams_per_kilowatt_hour.value
            grams += watts * (until - start) * value / JOULES_PER_KILOWATT_HOUR
        start = until
    return grams
