"""Cloud Monitoring: one timeSeries.list call a metric type and project, joined on the labels the
specs name.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from cloud_carbon_exporter.errors import CollectError, Malformed, NotThere, Unreachable
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.spec import Metric, Raw, Read, Reading

PERMISSIONS = ("monitoring.timeSeries.list",)
_PAGE_POINTS = "100000"  # pageSize counts points, not series
_PROJECT_LABEL = "resource.label.project_id"
# Every running machine writes these, so that a wholly empty answer means that something is wrong.
_ALWAYS_WRITTEN = frozenset(
    {
        "compute.googleapis.com/instance/cpu/utilization",
        "cloudsql.googleapis.com/database/cpu/utilization",
    }
)
_YOUNG_SECONDS = 900
_UNREADABLE = (AttributeError, LookupError, OverflowError, TypeError, ValueError)

Key = tuple[str, ...]


@lru_cache(maxsize=4096)
def _seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Question:
    """One metric in one project (the scoping project where one is set), for all resources that have
    it.
    """

    metric: Metric
    project: str
    scoped: bool
    start: float
    end: float
    reads: Mapping[Key, Sequence[Read]]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels a series is joined on, in the order of the keys of `reads`."""
        return (*self.metric.dimensions, *((_PROJECT_LABEL,) if self.scoped else ()))

    def call(self) -> Call:
        """The API call that answers it."""
        metric = self.metric
        aligner, _, reducer = metric.statistic.partition("/")
        wanted = {
            "metric.type": metric.name,
            **({"resource.type": metric.namespace} if metric.namespace else {}),
        }
        accounts = {reads[0].resource.location.account_id for reads in self.reads.values()}
        if self.scoped and len(accounts) == 1:
            wanted[_PROJECT_LABEL] = accounts.pop()  # what is returned is paid for
        terms = (
            f'{label} = "{value}"' for label, value in (*wanted.items(), *metric.fixed.items())
        )
        params = [
            ("filter", " AND ".join(terms)),
            ("interval.startTime", _timestamp(self.start)),
            ("interval.endTime", _timestamp(self.end)),
            ("aggregation.alignmentPeriod", f"{metric.period_seconds:.0f}s"),
            ("aggregation.perSeriesAligner", aligner),
            ("view", "FULL"),
            ("pageSize", _PAGE_POINTS),
        ]
        if reducer:
            kept = (*self.labels, *((metric.class_dimension,) if metric.class_dimension else ()))
            params.append(("aggregation.crossSeriesReducer", reducer))
            params.extend(("aggregation.groupByFields", label) for label in kept)
        return Call(
            api="monitoring",
            operation="timeSeries.list",
            path=f"v3/projects/{self.project}/timeSeries",
            account_id=self.project,
            params=tuple(params),
            permissions=PERMISSIONS,
            units=lambda answer: len(answer.get("timeSeries", ())),
        )


@dataclass(slots=True)
class Answer:
    """What one Question brought. points: (resource id, signal) -> end of the period -> sum of the
    values, how many.

    skipped: reason -> series that could not be read. spoiled: whose they are: of several that are
        one sum, none counts.
    nameless: whether that is not known of one, so that nothing can be said to be absent.
    """

    points: dict[tuple[str, Signal], dict[float, tuple[float, int]]] = field(default_factory=dict)
    seen: set[Key] = field(default_factory=set)
    series: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    spoiled: set[Key] = field(default_factory=set)
    nameless: bool = False
    error: CollectError | None = None


def _key(read: Read, scoped: bool) -> Key | None:
    monitor = read.resource.monitor
    try:
        values = tuple(monitor[key] for key in read.metric.dimensions.values())
    except KeyError:
        return None
    return (*values, read.resource.location.account_id) if scoped else values


def questions(reads: Sequence[Read], until: float, scope: str) -> Iterator[Question]:
    """The calls that answer these reads: periods are whole and end before `until`, less what the
    metric is late.
    """
    groups: dict[tuple[int, str], list[Read]] = defaultdict(list)
    for read in reads:
        groups[id(read.metric), scope or read.resource.location.account_id].append(read)
    for (_, project), group in groups.items():
        metric = group[0].metric
        period = metric.period_seconds
        end = math.floor((until - metric.delay_seconds) / period) * period
        start = math.floor(min(read.start for read in group) / period) * period
        keyed: dict[Key, list[Read]] = defaultdict(list)
        for read in group:
            key = _key(read, bool(scope))
            if key is not None and read.start < end:
                keyed[key].append(read)
        if keyed:
            yield Question(metric, project, bool(scope), start, end, keyed)


def _value(point: Raw, period: float) -> float:
    """A number; of a distribution its sum a second. Raises KeyError or ValueError for anything
    else.
    """
    value = point["value"]
    if "doubleValue" in value:
        return float(value["doubleValue"])
    if "int64Value" in value:
        return float(value["int64Value"])
    distribution = value["distributionValue"]
    return int(distribution.get("count", 0)) * float(distribution.get("mean", 0)) / period


def _scale(metric: Metric, unit: str) -> float:
    """Factor to the signal's unit. Google states ratios as 0..1 shown as `10^2.%`, or as percent:
    the series says.
    """
    if metric.into.endswith("_ratio"):
        if unit == "%":
            return 0.01
        if unit == "10^2.%":
            return 1.0
    return metric.scale


@lru_cache(maxsize=256)
def _path(label: str) -> tuple[str, str]:
    where, _, name = label.partition(".label.")
    return where, name


def _label(series: Raw, label: str) -> str:
    where, name = _path(label)
    return str(series[where]["labels"][name])


def _take(question: Question, answer: Answer, key: Key, series: Raw) -> None:
    """Add one series of the resource with this key. Raises one of _UNREADABLE when it cannot be
    read.
    """
    metric = question.metric
    signal = metric.into
    if metric.class_dimension:
        signal = f"{signal}:{_label(series, metric.class_dimension)}"
    scale, period = _scale(metric, series.get("unit", "")), metric.period_seconds
    points = [
        (_seconds(point["interval"]["endTime"]), _value(point, period) * scale)
        for point in series["points"]
    ]
    for read in question.reads[key]:
        sums = answer.points.setdefault((read.resource.id, signal), {})
        for end, value in points:
            if read.start < end <= question.end:
                total, count = sums.get(end, (0.0, 0))
                sums[end] = total + value, count + 1


def _complaint(page: Raw) -> CollectError | None:
    """What an answer with status 200 admits to have left out."""
    if errors := page.get("executionErrors"):
        return Unreachable(f"partial answer: {errors[0].get('message', 'execution error')}"[:200])
    if missing := page.get("unreachable"):
        return Unreachable(f"partial answer: unreachable {', '.join(missing)}"[:200])
    return None


def _old_enough(question: Question) -> int:
    """How many of the resources have run long enough to have written something."""
    started = (reads[0].resource.monitor.get("started", "") for reads in question.reads.values())
    return sum(1 for when in started if not when or _seconds(when) < question.end - _YOUNG_SECONDS)


def _unreadable(error: Exception) -> Malformed:
    return Malformed(f"unreadable series: {type(error).__name__} {error}"[:200])


def _take_page(question: Question, answer: Answer, page: Raw) -> None:
    """Add one page; a series that cannot be read costs itself."""
    answer.error = answer.error or _complaint(page)
    for series in page.get("timeSeries", ()):
        answer.series += 1
        key: Key | None = None
        try:
            key = tuple(_label(series, label) for label in question.labels)
            if key in question.reads:
                answer.seen.add(key)
                _take(question, answer, key, series)
        except _UNREADABLE as error:
            answer.skipped[type(error).__name__] += 1
            answer.nameless = answer.nameless or key is None
            answer.spoiled.update(() if key is None else (key,))


async def _ask(rest: Rest, question: Question) -> Answer:
    answer = Answer()
    call = question.call()
    try:
        async for page in rest.pages(call):
            try:
                _take_page(question, answer, page)
            except _UNREADABLE as error:
                answer.error = _unreadable(error)
    except NotThere as error:
        # Nothing ever wrote this metric here (no agent), or Monitoring itself is off: only the
        # latter has a remedy.
        answer.error = error if error.hint else None
        answer.seen.update(question.reads)
    except CollectError as error:
        answer.error = error
    if answer.series and answer.skipped.total() == answer.series:
        answer.error = answer.error or Malformed(f"none of {answer.series} series can be read")
    silent = answer.error is None and not answer.series and question.metric.name in _ALWAYS_WRITTEN
    if silent and (count := _old_enough(question)):
        answer.error = Malformed(f"no series at all while {count} run: {question.metric.name}")
    if answer.error is not None:
        answer.error = call.named(answer.error)
    return answer


def _averaged(signal: Signal) -> bool:
    """Several series of one resource (nodes, locations): ratios average, quantities add up."""
    return signal.endswith("_ratio")


def _points(
    question: Question, answer: Answer
) -> Iterator[tuple[tuple[str, Signal], tuple[Point, ...]]]:
    period = question.metric.period_seconds
    spoiled = {read.resource.id for key in answer.spoiled for read in question.reads[key]}
    for (resource_id, signal), sums in answer.points.items():
        if resource_id in spoiled:
            continue
        divide = _averaged(signal)
        yield (
            (resource_id, signal),
            tuple(
                Point(end - period, end, total / count if divide else total)
                for end, (total, count) in sorted(sums.items())
                if math.isfinite(total)
            ),
        )
    absent = question.metric.absent
    if absent is None or answer.nameless or answer.error is not None:
        return
    for key, reads in question.reads.items():
        if key not in answer.seen:
            for read in reads:
                start = math.floor(read.start / period) * period
                yield (
                    (read.resource.id, question.metric.into),
                    (Point(start, question.end, absent),),
                )


async def read(rest: Rest, reads: Sequence[Read], until: float, scope: str = "") -> Reading:
    """Read all series up to `until`, through the scoping project where one is given."""
    asked = list(questions(reads, until, scope))
    answers = await asyncio.gather(*(_ask(rest, question) for question in asked))
    points: dict[tuple[str, Signal], tuple[Point, ...]] = {}
    failures: dict[str, CollectError] = {}
    skipped: Counter[tuple[str, str]] = Counter()
    for question, answer in zip(asked, answers, strict=True):
        points.update(_points(question, answer))
        kinds = _kinds(question.reads.values())
        skipped.update({(min(kinds), reason): count for reason, count in answer.skipped.items()})
        if answer.error is not None:
            failures.update(dict.fromkeys(kinds, answer.error))
    return Reading(points, failures, skipped)


def _kinds(groups: Iterable[Sequence[Read]]) -> set[str]:
    return {read.resource.kind for group in groups for read in group}
