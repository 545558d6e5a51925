"""Requests to Cloud Monitoring: which timeSeries.list calls answer which reads."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from cloud_carbon_exporter.providers.gcp.client.http import Call
from cloud_carbon_exporter.providers.spec import Metric, Read

PERMISSIONS = ("monitoring.timeSeries.list",)
# pageSize counts points, not series; 100,000 is the most it takes.
_PAGE_POINTS = "100000"
_PROJECT_LABELS = ("resource.label.project_id", "resource.label.resource_container")
"""Labels that tell the project of a series: types of resources have the one or the other
(https://docs.cloud.google.com/monitoring/api/resources). To group by one that is not there does no
harm.
"""

LabelValues = tuple[str, ...]
"""What a series is joined on: the values of the labels of its question, in their order."""


@dataclass(frozen=True, slots=True)
class Question:
    """One metric in one project, for all resources that have it.

    project: the scoping project where one is set, which scoped says. reads: those of each resource.
    """

    metric: Metric
    project: str
    scoped: bool
    start: float
    end: float
    reads: Mapping[LabelValues, Sequence[Read]]

    @property
    def _kept(self) -> Iterator[str]:
        """Labels that are not reduced away: those a series is joined on, and what it is split by.

        The type of the resource is always kept ("this field implicitly contains resource.type",
        monitoring.v3, groupByFields).
        """
        metric = self.metric
        yield from metric.dimensions
        if metric.spread:
            yield metric.spread
        if self.scoped:
            yield from _PROJECT_LABELS
        if metric.class_dimension:
            yield metric.class_dimension

    def call(self) -> Call:
        """The API call that answers it."""
        metric = self.metric
        aligner, _, reducer = metric.statistic.partition("/")
        params = [
            ("filter", self._filter()),
            ("interval.startTime", timestamp(self.start)),
            ("interval.endTime", timestamp(self.end)),
            ("aggregation.alignmentPeriod", f"{metric.period_seconds:.0f}s"),
            ("aggregation.perSeriesAligner", aligner),
            ("view", "FULL"),
            ("pageSize", _PAGE_POINTS),
        ]
        if reducer:
            params.append(("aggregation.crossSeriesReducer", reducer))
            params.extend(("aggregation.groupByFields", label) for label in self._kept)
        return time_series_call(self.project, params)

    def _filter(self) -> str:
        metric = self.metric
        terms = [f'metric.type = "{metric.name}"']
        if metric.namespace:
            terms.append(f'resource.type = "{metric.namespace}"')
        accounts = {reads[0].resource.location.account_id for reads in self.reads.values()}
        # A scoping project sees the series of others too, and what is returned is paid for.
        if self.scoped and len(accounts) == 1:
            terms.append(f'project = "{accounts.pop()}"')
        for label, value in metric.fixed.items():
            terms.append(f'{label} = "{value}"')
        return " AND ".join(terms)


class _Group(NamedTuple):
    """What reads share that one question may answer. metric: the identity of it."""

    metric: int
    project: str


def questions(reads: Sequence[Read], until: float, scope: str) -> Iterator[Question]:
    """Questions that answer these reads.

    Periods are whole and end before `until`, less what the metric is late.
    """
    groups: dict[_Group, list[Read]] = defaultdict(list)
    for read in reads:
        project = scope or read.resource.location.account_id
        groups[_Group(id(read.metric), project)].append(read)
    for group, members in groups.items():
        metric = members[0].metric
        period = metric.period_seconds
        end = math.floor((until - metric.delay_seconds) / period) * period
        start = math.floor(min(read.start for read in members) / period) * period
        by_values: dict[LabelValues, list[Read]] = defaultdict(list)
        for read in members:
            values = _label_values(read, bool(scope))
            if values is not None and read.start < end:
                by_values[values].append(read)
        if by_values:
            yield Question(metric, group.project, bool(scope), start, end, by_values)


def _label_values(read: Read, scoped: bool) -> LabelValues | None:
    """Values of the labels of a resource's series; None where its description lacks one."""
    monitor = read.resource.monitor
    try:
        values = tuple(monitor[key] for key in read.metric.dimensions.values())
    except KeyError:
        return None
    if read.metric.over and read.metric.over not in monitor:
        return None
    return (*values, read.resource.location.account_id) if scoped else values


def time_series_call(project: str, params: Iterable[tuple[str, str]]) -> Call:
    """Call of timeSeries.list. What is billed of it is the series it returns."""
    return Call(
        api="monitoring",
        operation="timeSeries.list",
        path=f"v3/projects/{project}/timeSeries",
        account_id=project,
        params=tuple(params),
        permissions=PERMISSIONS,
        units=lambda answer: len(answer.get("timeSeries", ())),
    )


def timestamp(seconds: float) -> str:
    """A moment as a query of Google has it: whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
