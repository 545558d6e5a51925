"""Series of CloudWatch: what to ask for, and the Points that come of the answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.spec import Read

Key = tuple[str, Signal]
"""Resource id and signal: where Points go."""


class Dimension(NamedTuple):
    """One dimension of a series."""

    name: str
    value: str


Dimensions = tuple[Dimension, ...]


class Group(NamedTuple):
    """What one call is for: the series of one account, region and period."""

    account_id: str
    region: str
    period: float


@dataclass(frozen=True, slots=True)
class Series:
    """Series to ask for, and where its Points go. start: aligned to the period."""

    read: Read
    into: Signal
    dimensions: Dimensions
    start: float
    scale: float

    @property
    def key(self) -> Key:
        """Where its Points go."""
        return self.read.resource.id, self.into

    @property
    def name(self) -> tuple[str, str]:
        """Of the read it belongs to: resource id, metric name."""
        return self.read.resource.id, self.read.metric.name


@dataclass(slots=True)
class Readings:
    """Points that have come so far, up to a moment.

    failures: kind -> the last failure of one of its series. lost: keys of series not read.
    """

    until: float
    points: dict[Key, tuple[Point, ...]] = field(default_factory=dict)
    failures: dict[str, CollectError] = field(default_factory=dict)
    lost: set[Key] = field(default_factory=set)

    def add(self, series: Series, values: Mapping[float, float], *, fill: bool) -> None:
        """Add what was read of a series to what other series brought for the same signal."""
        points = points_of(series, values, self.until, fill=fill)
        if not points:
            return
        self.points[series.key] = _sum(self.points.get(series.key, ()), points)
        metric = series.read.metric
        if metric.counted_as:
            ones = tuple(Point(point.start, point.end, 1.0) for point in points)
            key = series.read.resource.id, metric.counted_as
            self.points[key] = _sum(self.points.get(key, ()), ones)

    def fail(self, unread: Iterable[Series], error: CollectError) -> None:
        """Note why series could not be read."""
        for series in unread:
            self.failures[series.read.resource.kind] = error
            self.lost.add(series.key)


def points_of(
    series: Series, values: Mapping[float, float], until: float, *, fill: bool
) -> tuple[Point, ...]:
    """Points of a series, of periods that have ended.

    Up to the metric's delay before `until`. With `fill`, periods without a datum are what the
    metric says their absence means.
    """
    metric = series.read.metric
    period, complete = metric.period_seconds, until - metric.delay_seconds
    ended: dict[float, float] = {}
    if fill and metric.absent is not None:
        # CloudWatch keeps nothing of a period in which nothing was written
        for place in range(int((complete - series.start) // period)):
            ended[series.start + place * period] = metric.absent
    for at, value in values.items():
        if at >= series.start and at + period <= complete and math.isfinite(value):
            ended[at] = value * series.scale
    return tuple(Point(at, at + period, ended[at]) for at in sorted(ended))


def _sum(some: tuple[Point, ...], others: tuple[Point, ...]) -> tuple[Point, ...]:
    """Points of two series of one period, added up where both have one."""
    if not some:
        return others
    sums = {point.start: point for point in some}
    for point in others:
        before = sums.get(point.start)
        value = point.value if before is None else before.value + point.value
        sums[point.start] = Point(point.start, point.end, value)
    return tuple(sums[start] for start in sorted(sums))
