"""PromQL of Cockpit: which series a query selects, and what the rows of its answer say of whom."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.spec import Metric, Read

SELECTOR = re.compile(r'(?:\{__name__=~"([^"]+)"|([a-zA-Z_:][a-zA-Z0-9_:]*)\{)')
# Buckets have no id; their series bear the name.
JOINED_BY = ("resource_id", "resource_name")

Points = dict[tuple[str, Signal], tuple[Point, ...]]
"""Points by resource id and signal, as in Reading."""


def names_in(query: str) -> tuple[re.Pattern[str], ...]:
    """Series names a query selects, as patterns. Every selector of ours carries its braces."""
    patterns: list[re.Pattern[str]] = []
    for pattern, name in SELECTOR.findall(query):
        patterns.append(re.compile(pattern or re.escape(name)))
    return tuple(patterns)


def is_published(query: str, names: frozenset[str]) -> bool:
    """Whether there is a series for every name the query selects."""
    return all(_matches_any(wanted, names) for wanted in names_in(query))


def _matches_any(wanted: re.Pattern[str], names: frozenset[str]) -> bool:
    return any(map(wanted.fullmatch, names))


@dataclass(frozen=True, slots=True)
class Window:
    """Window of a query_range: the moments of its values, each of which ends a period."""

    first: int
    last: int
    step: int

    def zeros(self, value: float) -> Iterable[Point]:
        """Points of one constant value, for what writes none."""
        for end in range(self.first, self.last + 1, self.step):
            yield Point(float(end - self.step), float(end), value)


def window_of(metric: Metric, reads: Sequence[Read], until: float) -> Window | None:
    """Window of all reads together; None where no period of it has ended yet."""
    # Prometheus evaluates at start, start + step...: aligned, each moment is read once.
    step = metric.period_seconds
    earliest = min(read.start for read in reads)
    first = (math.ceil(earliest / step) + 1) * step
    last = math.floor((until - metric.delay_seconds) / step) * step
    return Window(int(first), int(last), int(step)) if first <= last else None


def values_of(rows: Iterable[Any], label: str) -> tuple[str, ...]:
    """Values of a label in the rows of an answer; rows that lack it, or are none, are left out."""
    values: set[str] = set()
    for row in rows:
        labels = row.get("metric") if isinstance(row, Mapping) else None
        if isinstance(labels, Mapping) and labels.get(label):
            values.add(str(labels[label]))
    return tuple(sorted(values))


@dataclass(slots=True)
class Joined:
    """Rows of an answer given to resources, and why others were not."""

    points: Points = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)


def join(
    rows: Iterable[Mapping[str, Any]], metric: Metric, reads: Sequence[Read], until: float
) -> Joined:
    """Rows of an answer, each given to the resource whose id or name its labels carry."""
    wanted = {read.resource.monitor["resource_id"]: read for read in reads}
    joined = Joined()
    for row in rows:
        try:
            labels = row["metric"]
            read = _read_of(labels, wanted)
            if read is None:
                continue
            points = within(_points(row["values"], metric), read.start, until)
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
            joined.skipped[type(error).__name__] += 1
            continue
        joined.points[read.resource.id, _signal(labels, metric)] = points
    return joined


def _read_of(labels: Mapping[str, str], wanted: Mapping[str, Read]) -> Read | None:
    for name in JOINED_BY:
        if labels.get(name) in wanted:
            return wanted[labels[name]]
    return None


def _signal(labels: Mapping[str, str], metric: Metric) -> Signal:
    """Signal of a row: of its storage class, where the metric tells classes apart."""
    storage_class = labels.get(metric.class_dimension, "") if metric.class_dimension else ""
    return f"{metric.into}:{storage_class}" if storage_class else metric.into


def _points(values: Iterable[Sequence[Any]], metric: Metric) -> Iterable[Point]:
    for moment, text in values:
        value = float(text) * metric.scale
        # 0 / 0 is NaN in PromQL: a node that counted no time.
        if math.isfinite(value):
            yield Point(float(moment) - metric.period_seconds, float(moment), value)


def within(points: Iterable[Point], start: float, until: float) -> tuple[Point, ...]:
    """Points that were asked for; a source may answer with others, of yesterday or tomorrow."""
    return tuple(point for point in points if start <= point.start and point.end <= until)
