"""Utilisation from CloudWatch: GetMetricData, 500 series a call, whatever kinds they belong to.

What the payer has free is read a series a call instead, by GetMetricStatistics.

One call holds the series of one account, region and period. The price counts series asked for, not
calls or datapoints, so a call may reach further back than one of its series needs; what is older
than a Read's start is dropped.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, Malformed, PermissionMissing, Unreachable
from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.aws.client import metric_statistics
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.series import (
    Dimensions,
    Group,
    Key,
    Series,
    added,
    points_of,
)
from cloud_carbon_exporter.providers.spec import Metric, Read, Reading, Scope

SERIES_PER_CALL = 500
"""Queries one GetMetricData call may hold, says its reference."""
_CLASSES_SECONDS = 86400.0
_BOARDS_SECONDS = 3600.0
_INCOMPLETE = {"InternalError": Unreachable, "Forbidden": PermissionMissing}

Split = tuple[
    str, str, str, str, str
]  # account, region, namespace, metric, the dimension that tells classes apart
Existing = Mapping[
    frozenset[tuple[str, str]], tuple[Dimensions, ...]
]  # dimensions known -> of all that exist


async def series(client: AwsApi, reads: Sequence[Read], until: float) -> Reading:
    """Read all series up to `until`; a call that fails fails the kinds in it, and its own series
    are read again.
    """
    points: dict[Key, tuple[Point, ...]] = {}
    failures: dict[str, CollectError] = {}
    groups = await _grouped(client, reads, failures)
    every = [one for wanted in groups.values() for one in wanted]
    parts = Counter(one.key for one in every)
    calls = [
        call
        for group, wanted in groups.items()
        for call in _calls(client, group, _asked(wanted, until, group[2]), until, points, failures)
    ]
    lost = {key for unread in await asyncio.gather(*calls) for key in unread}
    for key in lost:
        if parts[key] > 1:  # the others alone would be too little
            points.pop(key, None)
    made = (
        {one.name for one in every} - {one.name for one in every if one.key in lost}
        if failures
        else ()
    )
    return Reading(points, failures, made=frozenset(made))


def where(read: Read) -> tuple[str, str]:
    """The account and region a series is kept in."""
    location = read.resource.location
    return location.account_id, read.metric.region or location.region


def _split(read: Read) -> Split:
    metric = read.metric
    return *where(read), metric.namespace, metric.name, metric.class_dimension or metric.spread


async def _grouped(
    client: AwsApi, reads: Sequence[Read], failures: dict[str, CollectError]
) -> dict[Group, list[Series]]:
    existing = await _existing(client, reads, failures)
    groups: dict[Group, list[Series]] = defaultdict(list)
    for read in reads:
        metric, monitor = read.metric, read.resource.monitor
        if any(
            key not in monitor
            for key in (*metric.dimensions.values(), *filter(None, (metric.over,)))
        ):
            continue  # the resource has no such series
        named = tuple(metric.fixed.items()) + tuple(
            (name, monitor[key]) for name, key in metric.dimensions.items()
        )
        group = (*where(read), metric.period_seconds)
        start = read.start // metric.period_seconds * metric.period_seconds
        scale = metric.scale / float(monitor[metric.over]) if metric.over else metric.scale
        if not (metric.class_dimension or metric.spread):
            groups[group].append(Series(read, metric.into, named, start, scale))
            continue
        found = existing.get(_split(read), {}).get(frozenset(named), ())
        if metric.spread and metric.into.endswith("_ratio"):
            scale /= len(found) or 1
        for dimensions in found:
            into = f"{metric.into}:{dimensions[-1][1]}" if metric.class_dimension else metric.into
            groups[group].append(Series(read, into, dimensions, start, scale))
    return groups


def _asked(wanted: list[Series], until: float, period: float) -> list[list[Series]]:
    """The series to ask for, the longest first. What several resources share (tasks of a service)
    stands once.
    """
    shared: dict[tuple[str, str, str, Dimensions], list[Series]] = {}
    for one in sorted(
        (one for one in wanted if one.start + period <= until), key=lambda one: one.start
    ):
        metric = one.read.metric
        shared.setdefault(
            (metric.namespace, metric.name, metric.statistic, one.dimensions), []
        ).append(one)
    return list(shared.values())


def _calls(
    client: AwsApi,
    group: Group,
    asked: list[list[Series]],
    until: float,
    points: dict[Key, tuple[Point, ...]],
    failures: dict[str, CollectError],
) -> Iterator[Coroutine[Any, Any, Iterable[Key]]]:
    """One call for each series that is to be free, and one for as many others as it may hold."""
    others: list[list[Series]] = []
    for same in asked:
        if metric_statistics.can_read(same[0], until):
            yield metric_statistics.read(client, group, same, until, points, failures)
        else:
            others.append(same)
    for first in range(0, len(others), SERIES_PER_CALL):
        yield _read_batch(
            client, group, others[first : first + SERIES_PER_CALL], until, points, failures
        )


def query(series_id: str, one: Series) -> dict[str, Any]:
    """The MetricDataQuery of one series."""
    metric = one.read.metric
    return {
        "Id": series_id,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in one.dimensions],
            },
            "Period": int(metric.period_seconds),
            "Stat": metric.statistic,
        },
    }


async def _read_batch(
    client: AwsApi,
    group: Group,
    batch: list[list[Series]],
    until: float,
    points: dict[Key, tuple[Point, ...]],
    failures: dict[str, CollectError],
) -> Iterable[Key]:
    """Read one call's worth of series into `points`. Returns the keys of those that could not be
    read.
    """
    account_id, region, period = group
    params = {
        "MetricDataQueries": [query(f"m{number}", same[0]) for number, same in enumerate(batch)],
        "StartTime": batch[0][0].start,
        "EndTime": until // period * period,
        "ScanBy": "TimestampAscending",
    }
    found: dict[int, dict[float, float]] = defaultdict(dict)
    failed: dict[int, CollectError] = {}
    every = [one for same in batch for one in same]
    kinds = {one.read.resource.kind for one in every}
    try:
        scope = Scope("aws", account_id, region)
        async for answer in client.answers(
            scope, "cloudwatch", "GetMetricData", params, units=len(batch)
        ):
            _take(answer, len(batch), found, failed)
    except CollectError as error:
        failures.update(dict.fromkeys(kinds, error))
        return [one.key for one in every]
    except (KeyError, TypeError, ValueError) as error:
        unreadable = Malformed(
            f"unreadable result: {type(error).__name__}", provider="aws", operation="GetMetricData"
        )
        failures.update(dict.fromkeys(kinds, unreadable))
        return [one.key for one in every]
    for number, incomplete in failed.items():
        failures.update(
            dict.fromkeys((one.read.resource.kind for one in batch[number]), incomplete)
        )
    for number, values in found.items():
        for one in batch[number]:
            read = points_of(one, values, until, fill=number not in failed)
            if read:
                points[one.key] = added(points.get(one.key, ()), read)
    return [one.key for number in failed for one in batch[number]]


def _take(
    answer: Mapping[str, Any],
    asked: int,
    found: dict[int, dict[float, float]],
    failed: dict[int, CollectError],
) -> None:
    """Add one page of results; a series may be spread over several pages (PartialData)."""
    results = answer.get("MetricDataResults")
    if not isinstance(results, list):
        raise Malformed(
            "no MetricDataResults in the answer", provider="aws", operation="GetMetricData"
        )
    for result in results:
        number = int(result["Id"][1:])
        if not 0 <= number < asked:
            raise Malformed(
                "a result for a series nobody asked for", provider="aws", operation="GetMetricData"
            )
        error = _INCOMPLETE.get(result.get("StatusCode", "Complete"))
        if error is not None:
            failed[number] = error(
                f"StatusCode {result['StatusCode']}", provider="aws", operation="GetMetricData"
            )
        timestamps, values = result.get("Timestamps", ()), result.get("Values", ())
        found[number].update(zip(map(float, timestamps), map(float, values), strict=True))


async def _existing(
    client: AwsApi, reads: Sequence[Read], failures: dict[str, CollectError]
) -> Mapping[Split, Existing]:
    """For metrics split by a class (S3's StorageType) or spread over boards: which series exist, by
    ListMetrics.
    """
    wanted: dict[Split, tuple[Metric, set[str]]] = {}
    for read in reads:
        if read.metric.class_dimension or read.metric.spread:
            wanted.setdefault(_split(read), (read.metric, set()))[1].add(read.resource.kind)
    found: dict[Split, Existing] = {}

    async def find(split: Split, metric: Metric, kinds: set[str]) -> None:
        seconds = _CLASSES_SECONDS if metric.class_dimension else _BOARDS_SECONDS
        try:
            found[split] = await client.cache.get(
                ("existing", *split), seconds, lambda: _list_existing(client, split, metric)
            )
        except CollectError as error:
            failures.update(dict.fromkeys(kinds, error))

    await asyncio.gather(*(find(split, metric, kinds) for split, (metric, kinds) in wanted.items()))
    return found


async def _list_existing(client: AwsApi, split: Split, metric: Metric) -> Existing:
    """Series by the dimensions a resource is known by; one for each class or board, which comes
    last.
    """
    series: dict[frozenset[tuple[str, str]], dict[str, Dimensions]] = defaultdict(dict)
    params = {"Namespace": metric.namespace, "MetricName": metric.name}
    names, apart = {*metric.fixed, *metric.dimensions}, metric.class_dimension or metric.spread
    async for answer in client.answers(
        Scope("aws", split[0], split[1]), "cloudwatch", "ListMetrics", params, units=1
    ):
        for listed in answer.get("Metrics", ()):
            dimensions = {one["Name"]: one["Value"] for one in listed.get("Dimensions", ())}
            value = dimensions.pop(apart, None)
            if value is None or not names <= dimensions.keys():
                continue
            if metric.class_dimension and names != dimensions.keys():
                continue
            known = frozenset((name, dimensions[name]) for name in names)
            series[known].setdefault(value, (*dimensions.items(), (apart, value)))
    return {
        known: tuple(every[value] for value in sorted(every)) for known, every in series.items()
    }
