"""Spans of grid intensity over time: which source holds when, and what several zones make. Pure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from cloud_carbon_exporter.grid.spec import ZoneIntensity
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate

HOUR_SECONDS = 3600
HOURS_AHEAD = 24


@dataclass(frozen=True, slots=True)
class Span:
    """Intensity over [start, end), and who says so.

    The Spans of one sequence ascend and do not overlap.
    """

    start: float
    end: float
    grams_per_kilowatt_hour: float
    source: str
    estimated: bool = False


class HourAhead(NamedTuple):
    """Mean intensity of an hour that is foreseen. hour: counted from now; source: of most of it."""

    hour: int
    grams_per_kilowatt_hour: float
    source: str


class _Cut(NamedTuple):
    """A Span as it was cut, and as it was."""

    cut: Span
    whole: Span


class _Interval(NamedTuple):
    """A time in which nothing begins or ends, and the Span each layer has in it."""

    start: float
    end: float
    spans: list[Span | None]

    @property
    def known(self) -> list[Span]:
        return [span for span in self.spans if span is not None]


def spans_of(intensities: Sequence[ZoneIntensity], source: str, hold_seconds: float) -> list[Span]:
    """Spans of intensities, which ascend by their start.

    Each ends where the next begins, or `hold_seconds` after its own end.
    """
    spans = []
    for rank, item in enumerate(intensities):
        later = intensities[rank + 1].start if rank + 1 < len(intensities) else math.inf
        end = min(later, item.end + hold_seconds)
        if item.start < end:
            grams = item.grams_per_kilowatt_hour
            spans.append(Span(item.start, end, grams, source, item.estimated))
    return spans


def overlay(layers: Sequence[Sequence[Span]]) -> list[Span]:
    """At each moment the first layer that has a Span there."""
    filled = [layer for layer in layers if layer]
    if len(filled) < 2:
        return list(filled[0]) if filled else []
    cuts: list[_Cut] = []
    for interval in _intervals(filled):
        if not interval.known:
            continue
        start, end, first = interval.start, interval.end, interval.known[0]
        if cuts and cuts[-1].whole is first and cuts[-1].cut.end == start:
            cuts[-1] = _Cut(replace(cuts[-1].cut, end=end), first)
        else:
            cuts.append(_Cut(replace(first, start=start, end=end), first))
    return [cut.cut for cut in cuts]


def blend(weighted: Sequence[tuple[float, Sequence[Span]]]) -> list[Span]:
    """Weighted mean of several zones, where all of them are known. Weights sum to 1."""
    if len(weighted) == 1:
        return list(weighted[0][1])
    weights = [weight for weight, _ in weighted]
    blended = []
    for interval in _intervals([layer for _, layer in weighted]):
        known = interval.known
        if len(known) < len(weighted):
            continue
        grams = 0.0
        for weight, span in zip(weights, known, strict=True):
            grams += weight * span.grams_per_kilowatt_hour
        source = " + ".join(dict.fromkeys(span.source for span in known))
        estimated = any(span.estimated for span in known)
        blended.append(Span(interval.start, interval.end, grams, source, estimated))
    return blended


def _intervals(layers: Sequence[Sequence[Span]]) -> Iterator[_Interval]:
    """Intervals between all beginnings and ends."""
    starts = []
    bounds: set[float] = set()
    for layer in layers:
        starts.append([span.start for span in layer])
        bounds.update(starts[-1])
        bounds.update(span.end for span in layer)
    for start, end in pairwise(sorted(bounds)):
        spans: list[Span | None] = []
        for layer, begins in zip(layers, starts, strict=True):
            rank = bisect_right(begins, start) - 1
            spans.append(layer[rank] if rank >= 0 and start < layer[rank].end else None)
        yield _Interval(start, end, spans)


def at_moment(sequence: Sequence[Span], moment: float) -> Span | None:
    """Span in force at a moment."""
    return next((span for span in reversed(sequence) if span.start <= moment < span.end), None)


def by_hour(ahead: Sequence[Span], now: float) -> list[HourAhead]:
    """The next 24 hours of which half is foreseen at least."""
    hours: list[HourAhead] = []
    for hour in range(HOURS_AHEAD):
        start = now + hour * HOUR_SECONDS
        seconds_by_source: dict[str, float] = defaultdict(float)
        grams = 0.0
        for span in ahead:
            seconds = min(span.end, start + HOUR_SECONDS) - max(span.start, start)
            if seconds > 0:
                seconds_by_source[span.source] += seconds
                grams += seconds * span.grams_per_kilowatt_hour
        known_seconds = sum(seconds_by_source.values())
        if known_seconds >= HOUR_SECONDS / 2:
            source = max(seconds_by_source, key=seconds_by_source.__getitem__)
            hours.append(HourAhead(hour, grams / known_seconds, source))
    return hours


def intensity(span: Span, method: Method) -> CarbonIntensity:
    """A Span as the model takes it, with the interval the facts state for live values."""
    margin = figure(f"grid.live.{'estimated' if span.estimated else 'measured'}_margin")
    grams = span.grams_per_kilowatt_hour
    estimate = Estimate(grams, grams * (1 - margin.value), grams * (1 + margin.value))
    start, end, estimated = span.start, span.end, span.estimated
    return CarbonIntensity(estimate, method, span.source, None, start, end, estimated, (margin.id,))


def timeline(
    sequence: Sequence[Span], method: Method, annual: CarbonIntensity, now: float
) -> tuple[CarbonIntensity, ...]:
    """All of time, as the counters take it: the Spans that have begun, and `annual` between them.

    The newest comes first. The first is the one in force now, and every moment is covered exactly
    once.
    """
    begun = [span for span in sequence if span.start <= now]
    line: list[CarbonIntensity] = []
    covered = -math.inf
    for span in begun:
        if covered < span.start:
            line.append(replace(annual, start=covered, end=span.start))
        line.append(intensity(span, method))
        covered = span.end
    line.reverse()
    if covered < math.inf:
        rest = replace(annual, start=covered, end=math.inf)
        line.insert(0 if covered <= now else len(line), rest)
    return tuple(line)
