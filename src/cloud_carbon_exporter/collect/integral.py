"""Integral of power and emissions over a resource's time: known pieces, in order, each once.

A piece is known when the description in force needs no measurement, or when its Points are there,
or when it has waited for longer than they may take, and the default load stands in. Then it is
final: a late Point fills its own place only where nothing was counted yet, or where silence was
taken for a value: then what it says beyond that is added (`corrections`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.timeline import NO_LOADS, Timeline
from cloud_carbon_exporter.collect.version import Counted, Rates, Version
from cloud_carbon_exporter.model.estimate import embodied_grams_per_second, power_watts
from cloud_carbon_exporter.model.held import NOTHING, Held, above, held
from cloud_carbon_exporter.model.language_models import TOKENS
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.types import CarbonIntensity, Place, Point, Resource, Signal

NO_TOKENS: Mapping[Signal, float] = MappingProxyType({})
NO_WATTS = 0.0


class Piece(NamedTuple):
    """What was drawn and emitted over [start, end).

    tokens: by signal, of a language model. held: hardware that was there. run, loads: what drew it,
    as it was described and read; None of what late Points add.
    """

    start: float
    end: float
    joules: float
    operational_grams: float
    embodied_grams: float
    tokens: Mapping[Signal, float] = NO_TOKENS
    held: Held = NOTHING
    run: Resource | None = None
    loads: Mapping[Signal, float] = NO_LOADS


class VersionInForce(NamedTuple):
    """A description, and when the next one takes over."""

    version: Version
    until: float


class KnownLoads(NamedTuple):
    """Loads from the end of covered time on, and up to when they hold."""

    loads: Mapping[Signal, float]
    until: float


def pieces(timeline: Timeline, limit: float, final: float, around: Surroundings) -> Iterator[Piece]:
    """The pieces that have become known since the last call, up to `limit`; each counts as covered.

    final: before this moment nothing is waited for any more.
    """
    while timeline.covered_until < limit:
        start = timeline.covered_until
        versions = timeline.versions
        if len(versions) == 1:  # nearly always
            version, until = versions[0], limit
        else:
            version, version_ends = version_at(versions, start)
            until = min(limit, version_ends)
        loads, end = known_loads(timeline, version, until, final)
        if end <= start:
            timeline.stuck = True  # what is waited for is a read, or that `final` gets here
            return
        rates = _rates(timeline, version, loads, around.place)
        watts, embodied = rates.watts, rates.embodied_grams_per_second
        seconds = end - start
        timeline.covered_until = end
        if timeline.counted is not None:
            _note_counted(timeline.counted, Counted(start, end, version, loads))
        yield Piece(
            start,
            end,
            watts * seconds,
            grams_emitted(watts, start, end, around.intensities),
            embodied * seconds,
            _tokens(loads, seconds),
            rates.held,
            version.resource,
            loads,
        )


def _tokens(loads: Mapping[Signal, float], seconds: float) -> Mapping[Signal, float]:
    """Tokens that passed at these loads."""
    if not loads or loads.keys().isdisjoint(TOKENS):
        return NO_TOKENS
    return {signal: loads[signal] * seconds for signal in TOKENS if signal in loads}


def _note_counted(counted: list[Counted], newest: Counted) -> None:
    """Add a stretch of counted time; alike and without a gap, it is one with the last."""
    if counted:
        last = counted[-1]
        follows = last.version is newest.version and last.end == newest.start
        if follows and last.loads == newest.loads:
            counted[-1] = Counted(last.start, newest.end, last.version, last.loads)
            return
    counted.append(newest)


def corrections(
    timeline: Timeline, signal: Signal, points: Sequence[Point], around: Surroundings
) -> Iterator[Piece]:
    """What late Points say beyond the value that stood in for them, where that was counted.

    Upward only: a counter never falls.
    """
    for point in points:
        if point.start < timeline.covered_until:
            yield from _correction(timeline, signal, point, around)


def _correction(
    timeline: Timeline, signal: Signal, point: Point, around: Surroundings
) -> Iterator[Piece]:
    corrected: list[Counted] = []
    for counted in timeline.counted or ():
        start, end = max(point.start, counted.start), min(point.end, counted.end)
        before = counted.loads.get(signal)
        if start >= end or before is None or point.value <= before:
            corrected.append(counted)
            continue
        loads = {**counted.loads, signal: point.value}
        if counted.start < start:
            corrected.append(Counted(counted.start, start, counted.version, counted.loads))
        corrected.append(Counted(start, end, counted.version, loads))
        if end < counted.end:
            corrected.append(Counted(end, counted.end, counted.version, counted.loads))
        first = _estimated(counted.version, counted.loads, around.place)
        second = _estimated(counted.version, loads, around.place)
        missed = {signal: point.value - before} if signal in TOKENS else NO_TOKENS
        piece = _added(start, end, first, second, around)
        yield piece._replace(tokens=_tokens(missed, end - start))
    timeline.counted = corrected


def _added(start: float, end: float, first: Rates, second: Rates, around: Surroundings) -> Piece:
    """What the second rates of a time are above the first."""
    watts = max(0.0, second.watts - first.watts)
    embodied = second.embodied_grams_per_second - first.embodied_grams_per_second
    grams = grams_emitted(watts, start, end, around.intensities)
    return Piece(
        start,
        end,
        watts * (end - start),
        grams,
        max(0.0, embodied) * (end - start),
        held=above(second.held, first.held),
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
        return KnownLoads(NO_LOADS, limit)
    start, end = timeline.covered_until, limit
    loads: dict[Signal, float] = {}
    missing = False
    for newest in timeline.newest:
        signal = newest.signal
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
    return KnownLoads(loads or NO_LOADS, end)


def _first_ending_after(points: Sequence[Point], moment: float) -> Point | None:
    for point in points:
        if point.end > moment:
            return point
    return None


def _rates(
    timeline: Timeline, version: Version, loads: Mapping[Signal, float], place: Place
) -> Rates:
    """The rates of a piece; what the last piece had is kept where it must be the same."""
    resource, last = version.resource, timeline.rates
    # Storage grows and capacity scales with a signal, and with it what had to be made.
    grows = any(component.per for component in resource.components)
    if last is None or last.version is not version:
        rates = _estimated(version, loads, place)
    elif last.loads == loads:
        return last
    elif grows:
        rates = _estimated(version, loads, place)
    else:  # then manufacture hangs on no load, and need not be estimated again
        watts = power_watts(resource, loads, place)
        rates = Rates(version, loads, watts, last.embodied_grams_per_second, last.held)
        if last.loads is None and loads:
            return rates
    # A machine's next load is another: of a hundred thousand the last ones would never serve again.
    timeline.rates = rates._replace(loads=None, watts=NO_WATTS) if loads and not grows else rates
    return rates


def _estimated(version: Version, loads: Mapping[Signal, float], place: Place) -> Rates:
    resource = version.resource
    watts = power_watts(resource, loads, place)
    embodied = embodied_grams_per_second(resource, loads)
    holds = held(resource.components, loads, resource.kind)
    return Rates(version, loads, watts, embodied, holds)


def grams_emitted(
    watts: float, start: float, end: float, intensities: Sequence[CarbonIntensity]
) -> float:
    """Emissions of constant power over [start, end), under intensities in order of preference.

    Where several hold at a moment, the first counts; where none does, nothing is emitted.
    """
    grams = 0.0
    if intensities and intensities[0].start <= start and end <= intensities[0].end:
        # nearly always: what comes first holds all the time
        value = intensities[0].grams_per_kilowatt_hour.value
        return watts * (end - start) * value / JOULES_PER_KILOWATT_HOUR
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
