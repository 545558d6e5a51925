"""Answers of Cloud Monitoring: series joined with the resources they are of, as Points."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.errors import CollectError, Malformed, Unreachable
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.gcp.client.time_series_request import LabelValues, Question
from cloud_carbon_exporter.providers.gcp.describing.asset import region_and_zone
from cloud_carbon_exporter.providers.spec import Metric, Raw

UNREADABLE = (AttributeError, LookupError, OverflowError, TypeError, ValueError)
"""What reading an answer of another shape than documented raises."""

# Every running machine writes these, so that a wholly empty answer means that something is wrong.
_ALWAYS_WRITTEN = frozenset(
    {
        "compute.googleapis.com/instance/cpu/utilization",
        "cloudsql.googleapis.com/database/cpu/utilization",
    }
)
_YOUNG_SECONDS = 900
_SYSTEM_LABELS = "metadata.system_labels."


class SignalOf(NamedTuple):
    """One signal of one resource."""

    resource_id: str
    signal: Signal


class SignalPoints(NamedTuple):
    """Points of one signal of one resource, ascending."""

    of: SignalOf
    points: tuple[Point, ...]


class _Sum(NamedTuple):
    """Sum of the values of several series in one period, and how many they are."""

    total: float
    series: int


_NOTHING = _Sum(0.0, 0)


_Identity = tuple[str, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]
"""What tells one series of a metric from another: the type and labels of its resource, its own."""

_TO_RATIO = {"%": 0.01, "percent": 0.01, "10^2.%": 1.0, "1": 1.0}
"""Factor to a ratio by the unit Google states: `10^2.%` is 0..1, shown as per cent."""

_PLACES = frozenset({"location", "region", "zone"})


class _Label(NamedTuple):
    """Where a label stands in a series: {"resource": {"labels": {name: ...}}}.

    owner: `metric` or `resource`, or `metadata` with the labels of the system.
    """

    owner: str
    name: str
    group: str = "labels"


@dataclass(slots=True)
class Answer:
    """What one Question brought. sums: end of a period -> what the series say of it.

    counted: series -> ends of its periods that are in the sums: the same one twice counts once, and
        one that goes on with the next page is one.
    seen: resources that have a series. skipped: reason -> series that could not be read.
    spoiled: whose those are: of several series that are one sum, none counts then.
    nameless: whether that is not known of one, so that nothing can be said to be absent.
    """

    question: Question
    sums: dict[SignalOf, dict[float, _Sum]] = field(default_factory=dict)
    counted: dict[_Identity, set[float]] = field(default_factory=dict)
    seen: set[LabelValues] = field(default_factory=set)
    series: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    spoiled: set[LabelValues] = field(default_factory=set)
    nameless: bool = False
    error: CollectError | None = None

    def take_page(self, page: Raw) -> None:
        """Add one page; a series that cannot be read costs itself."""
        self.error = self.error or _complaint(page)
        # One unit for all series of an answer, beside them; the schema has one in each as well.
        unit = page.get("unit", "")
        for series in page.get("timeSeries", ()):
            self.series += 1
            values: LabelValues | None = None
            try:
                values = self._values(series)
                if values in self.question.reads:
                    self.seen.add(values)
                    self._take(values, series, series.get("unit") or unit)
            except UNREADABLE as error:
                self.skipped[type(error).__name__] += 1
                if values is None:
                    self.nameless = True
                else:
                    self.spoiled.add(values)

    def _values(self, series: Raw) -> LabelValues:
        """What a series is joined on. Raises one of UNREADABLE."""
        question = self.question
        values = tuple(_label(series, label) for label in question.metric.dimensions)
        project = (_project(series),) if question.scoped else ()
        if (*values, *project) in question.reads:
            return (*values, *project)
        # A node may tell its zone where its instance tells the region.
        wider = (
            _place(label, value)
            for label, value in zip(question.metric.dimensions, values, strict=True)
        )
        return (*wider, *project)

    def _take(self, values: LabelValues, series: Raw, unit: str) -> None:
        """Add one series of the resource with these values. Raises one of UNREADABLE."""
        metric = self.question.metric
        signal = metric.into
        if metric.class_dimension:
            signal = f"{signal}:{_label(series, metric.class_dimension)}"
        factor, period = _factor(metric, unit), metric.period_seconds
        points = []
        counted = self.counted.setdefault(_identity(series), set())
        for point in series["points"]:
            end = _seconds(point["interval"]["endTime"])
            value = value_of(point, period) * factor
            if end not in counted:
                points.append((end, value))
        counted.update(end for end, _ in points)
        for read in self.question.reads[values]:
            sums = self.sums.setdefault(SignalOf(read.resource.id, signal), {})
            parts = float(read.resource.monitor[metric.over]) if metric.over else 1.0
            for end, value in points:
                if read.start < end <= self.question.end:
                    total, number = sums.get(end, _NOTHING)
                    sums[end] = _Sum(total + value / parts, number + 1)

    def judge(self) -> None:
        """Say what is wrong with the whole, after the last page."""
        if self.series and self.skipped.total() == self.series:
            self.error = self.error or Malformed(f"none of {self.series} series can be read")
        name = self.question.metric.name
        if self.error is None and not self.series and name in _ALWAYS_WRITTEN:
            running = _old_enough(self.question)
            if running:
                self.error = Malformed(f"no series at all while {running} run: {name}")

    def points(self) -> Iterator[SignalPoints]:
        """Points of all signals of all resources, those of what is absent among them."""
        spoiled: set[str] = set()
        for values in self.spoiled:
            spoiled.update(read.resource.id for read in self.question.reads[values])
        for of, sums in self.sums.items():
            if of.resource_id not in spoiled:
                yield SignalPoints(of, self._points_of(of.signal, sums))
        yield from self._absent()

    def _points_of(self, signal: Signal, sums: dict[float, _Sum]) -> tuple[Point, ...]:
        metric = self.question.metric
        period = metric.period_seconds
        # Several series of one resource (nodes, locations): ratios average, quantities add up, and
        # so do shares of all its cores.
        averaged = signal.endswith("_ratio") and not metric.over
        points = []
        for end in sorted(sums):
            total, number = sums[end]
            if math.isfinite(total):
                points.append(Point(end - period, end, total / number if averaged else total))
        return tuple(points)

    def _absent(self) -> Iterator[SignalPoints]:
        """Points of resources that wrote nothing, where that means a value (no request: zero)."""
        question, metric = self.question, self.question.metric
        if metric.absent is None or self.nameless or self.error is not None:
            return
        for values, reads in question.reads.items():
            if values in self.seen:
                continue
            for read in reads:
                start = math.floor(read.start / metric.period_seconds) * metric.period_seconds
                point = Point(start, question.end, metric.absent)
                yield SignalPoints(SignalOf(read.resource.id, metric.into), (point,))


def value_of(point: Raw, period_seconds: float) -> float:
    """Number of a point; of a distribution its sum a second.

    Raises KeyError or ValueError for anything else.
    """
    value = point["value"]
    if "doubleValue" in value:
        return float(value["doubleValue"])
    if "int64Value" in value:
        return float(value["int64Value"])
    distribution = value["distributionValue"]
    total = int(distribution.get("count", 0)) * float(distribution.get("mean", 0))
    return total / period_seconds


def _factor(metric: Metric, unit: str) -> float:
    """Factor to the signal's unit: as the answer says it of a ratio, else as the metric does."""
    if metric.into.endswith("_ratio"):
        return _TO_RATIO.get(unit, metric.scale)
    return metric.scale


@lru_cache(maxsize=4096)
def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()


@lru_cache(maxsize=256)
def _parsed(label: str) -> _Label:
    if label.startswith(_SYSTEM_LABELS):
        return _Label("metadata", label.removeprefix(_SYSTEM_LABELS), "systemLabels")
    owner, _, name = label.partition(".label.")
    return _Label(owner, name)


def _label(series: Raw, label: str) -> str:
    owner, name, group = _parsed(label)
    return str(series[owner][group][name])


def _project(series: Raw) -> str:
    labels = series["resource"]["labels"]
    return str(labels["project_id"] if "project_id" in labels else labels["resource_container"])


def _place(label: str, value: str) -> str:
    """Value of a label, a zone as its region."""
    if _parsed(label).name in _PLACES:
        region, _ = region_and_zone(value)
        return region
    return value


def _identity(series: Raw) -> _Identity:
    resource = series["resource"]
    labels = resource.get("labels", {})
    own = series["metric"].get("labels", {})
    system = series.get("metadata", {}).get("systemLabels", {})
    return (
        str(resource.get("type", "")),
        frozenset((*labels.items(), *_texts(system))),
        frozenset(own.items()),
    )


def _texts(labels: Raw) -> Iterator[tuple[str, str]]:
    """System labels that are text; others are lists, or true and false."""
    return ((key, value) for key, value in labels.items() if isinstance(value, str))


def _complaint(page: Raw) -> CollectError | None:
    """What an answer with status 200 admits to have left out."""
    if errors := page.get("executionErrors"):
        return Unreachable(f"partial answer: {errors[0].get('message', 'execution error')}"[:200])
    if missing := page.get("unreachable"):
        return Unreachable(f"partial answer: unreachable {', '.join(missing)}"[:200])
    return None


def _old_enough(question: Question) -> int:
    """How many of the resources have run long enough to have written something."""
    old = 0
    for reads in question.reads.values():
        started = reads[0].resource.monitor.get("started", "")
        if not started or _seconds(started) < question.end - _YOUNG_SECONDS:
            old += 1
    return old
