"""Utilisation from CloudWatch: what is to be read, in as few calls as its two operations allow.

One call holds the series of one account, region and period. What the payer has free is read a
series a call, by GetMetricStatistics; all else by GetMetricData.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from cloud_carbon_exporter.providers.aws.client import metric_data, metric_statistics
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.existing_series import (
    Existing,
    Split,
    existing_series,
    split_of,
)
from cloud_carbon_exporter.providers.aws.client.series import (
    Dimension,
    Dimensions,
    Group,
    Key,
    Readings,
    Series,
)
from cloud_carbon_exporter.providers.spec import Metric, Read, Reading


async def read(client: AwsApi, reads: Sequence[Read], until: float) -> Reading:
    """Read all series up to `until`.

    A call that fails fails the kinds in it, and its own series are read again.
    """
    readings = Readings(until)
    existing = await existing_series(client, reads, readings.failures)
    groups: dict[Group, list[Series]] = defaultdict(list)
    for asked in reads:
        groups[_group(asked)] += _series(asked, existing)
    # a signal may be the sum of several series, of one read or of several
    every = list(chain.from_iterable(groups.values()))
    series_of = Counter(series.key for series in every)
    calls: list[Coroutine[None, None, None]] = []
    for group, wanted in groups.items():
        calls += _calls(client, group, _shared(wanted, until, group.period), readings)
    await asyncio.gather(*calls)
    for key in readings.lost:
        if series_of[key] > 1:  # what the others brought alone would be too little
            readings.points.pop(key, None)
    made = _made(every, readings.lost) if readings.failures else frozenset()
    return Reading(readings.points, readings.failures, made=made)


def _made(every: Iterable[Series], lost: set[Key]) -> frozenset[tuple[str, str]]:
    """Reads of which no series was lost."""
    wanted: set[tuple[str, str]] = set()
    unread: set[tuple[str, str]] = set()
    for series in every:
        (unread if series.key in lost else wanted).add(series.name)
    return frozenset(wanted - unread)


def _group(read: Read) -> Group:
    location, metric = read.resource.location, read.metric
    return Group(location.account_id, metric.region or location.region, metric.period_seconds)


def _series(read: Read, existing: Mapping[Split, Existing]) -> Iterator[Series]:
    """Series of one read: one, or as many as there are classes or boards."""
    metric, monitor = read.metric, read.resource.monitor
    needed = {*metric.dimensions.values()}
    if metric.over:
        needed.add(metric.over)
    if not needed <= monitor.keys():
        return  # the resource has no such series
    known_by = _known_by(metric, monitor)
    # a datum stands for the period that begins with it
    start = read.start // metric.period_seconds * metric.period_seconds
    scale = metric.scale / float(monitor[metric.over]) if metric.over else metric.scale
    split = split_of(read)
    if split is None:
        yield Series(read, metric.into, known_by, start, scale)
        return
    all_series = existing.get(split, {}).get(frozenset(known_by), ())
    # the mean over the boards of a machine is a sum of each one's share
    if metric.spread and metric.into.endswith("_ratio"):
        scale /= len(all_series) or 1
    for dimensions in all_series:
        storage_class = dimensions[-1].value
        into = f"{metric.into}:{storage_class}" if metric.class_dimension else metric.into
        yield Series(read, into, dimensions, start, scale)


def _known_by(metric: Metric, monitor: Mapping[str, str]) -> Dimensions:
    """Dimensions that the resource itself tells."""
    dimensions = [Dimension(name, value) for name, value in metric.fixed.items()]
    dimensions += [Dimension(name, monitor[key]) for name, key in metric.dimensions.items()]
    return tuple(dimensions)


def _shared(wanted: Sequence[Series], until: float, period: float) -> list[list[Series]]:
    """The series to ask for, the longest first.

    What several resources share (tasks of a service) stands together, to be asked for once.
    """
    shared: dict[tuple[str, str, str, Dimensions], list[Series]] = {}
    # the price counts series, not time: those that reach back furthest share their calls
    for series in sorted(wanted, key=_start):
        metric = series.read.metric
        if series.start + period <= until - metric.delay_seconds:
            name = (metric.namespace, metric.name, metric.statistic, series.dimensions)
            shared.setdefault(name, []).append(series)
    return list(shared.values())


def _start(series: Series) -> float:
    return series.start


def _calls(
    client: AwsApi, group: Group, asked: Sequence[Sequence[Series]], readings: Readings
) -> Iterator[Coroutine[None, None, None]]:
    """One call for each series that is to be free, and one for as many others as it may hold."""
    others: list[Sequence[Series]] = []
    for same in asked:
        if metric_statistics.can_read(same[0], readings.until):
            yield metric_statistics.read(client, group, same, readings)
        else:
            others.append(same)
    for first in range(0, len(others), metric_data.SERIES_PER_CALL):
        batch = others[first : first + metric_data.SERIES_PER_CALL]
        yield metric_data.read(client, group, batch, readings)
