"""One CloudWatch series: what to ask for, and the Points that come of the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.spec import Read

Dimensions = tuple[tuple[str, str], ...]
Key = tuple[str, Signal]  # resource id, signal
Group = tuple[str, str, float]  # account, region, period


@dataclass(frozen=True, slots=True)
class Series:
    """One series to ask for, and where its Points go."""

    read: Read
    into: Signal
    dimensions: Dimensions
    start: float  # aligned to the period
    scale: float

    @property
    def key(self) -> Key:
        return self.read.resource.id, self.into

    @property
    def name(self) -> tuple[str, str]:
        """Of the read it belongs to: resource id, metric name."""
        return self.read.resource.id, self.read.metric.name


def points_of(
    one: Series, values: Mapping[float, float], until: float, *, fill: bool
) -> tuple[Point, ...]:
    """The Points of a series. With `fill`, periods without a datum are what the metric says their
    absence means.
    """
    metric = one.read.metric
    period, scale = metric.period_seconds, one.scale
    ended = {
        at: value * scale
        for at, value in values.items()
        if at >= one.start and at + period <= until and math.isfinite(value)
    }
    if fill and metric.absent is not None:
        silent = (one.start + place * period for place in range(int((until - one.start) // period)))
        ended = dict.fromkeys(silent, metric.absent) | ended
    return tuple(Point(at, at + period, value) for at, value in sorted(ended.items()))


def added(some: tuple[Point, ...], others: tuple[Point, ...]) -> tuple[Point, ...]:
    """The Points of two series of one period, added up where both have one."""
    if not some:
        return others
    both = {point.start: point for point in some}
    for point in others:
        before = both.get(point.start)
        both[point.start] = (
            Point(point.start, point.end, before.value + point.value) if before else point
        )
    return tuple(both[start] for start in sorted(both))
