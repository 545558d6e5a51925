"""ListMetrics: which series exist, for metrics whose dimensions no resource tells.

Those are split by a class (S3's StorageType) or spread over the boards of a machine.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.series import Dimension, Dimensions
from cloud_carbon_exporter.providers.spec import Metric, Read, Scope

_CLASSES_SECONDS = 86400.0
_BOARDS_SECONDS = 3600.0

KnownBy = frozenset[Dimension]
Existing = Mapping[KnownBy, Sequence[Dimensions]]
"""Dimensions a resource is known by -> those of all its series, what tells them apart last."""


class Split(NamedTuple):
    """Metric of an account and region whose series are told apart by one dimension."""

    account_id: str
    region: str
    namespace: str
    metric: str
    apart: str


def split_of(read: Read) -> Split | None:
    """Split that a read belongs to; None where its dimensions say all."""
    metric, location = read.metric, read.resource.location
    apart = metric.class_dimension or metric.spread
    if not apart:
        return None
    region = metric.region or location.region
    return Split(location.account_id, region, metric.namespace, metric.name, apart)


async def existing_series(
    client: AwsApi, reads: Sequence[Read], failures: dict[str, CollectError]
) -> Mapping[Split, Existing]:
    """Series that exist, by the metrics that these reads need them of; kept for a while.

    failures: kind -> why they are not known.
    """
    metrics: dict[Split, Metric] = {}
    kinds: dict[Split, set[str]] = defaultdict(set)
    for read in reads:
        split = split_of(read)
        if split is not None:
            metrics.setdefault(split, read.metric)
            kinds[split].add(read.resource.kind)
    existing: dict[Split, Existing] = {}

    async def find(split: Split, metric: Metric) -> None:
        seconds = _CLASSES_SECONDS if metric.class_dimension else _BOARDS_SECONDS

        async def ask() -> Existing:
            return await _list(client, split, metric)

        try:
            existing[split] = await client.cache.get(("existing", *split), seconds, ask)
        except CollectError as error:
            failures.update(dict.fromkeys(kinds[split], error))

    await asyncio.gather(*(find(split, metric) for split, metric in metrics.items()))
    return existing


async def _list(client: AwsApi, split: Split, metric: Metric) -> Existing:
    by_value: dict[KnownBy, dict[str, Dimensions]] = defaultdict(dict)
    # what has had no datum for two weeks is not listed, nor what is younger than 15 minutes
    params = {"Namespace": metric.namespace, "MetricName": metric.name}
    async for answer in client.answers(
        Scope("aws", split.account_id, split.region), "cloudwatch", "ListMetrics", params, units=1
    ):
        for dimensions in _dimensions(answer.get("Metrics", ())):
            value = dimensions.pop(split.apart, None)
            if value is None or not _is_of(metric, dimensions):
                continue
            names = (*metric.fixed, *metric.dimensions)
            known_by = frozenset(Dimension(name, dimensions[name]) for name in names)
            whole = (*map(Dimension._make, dimensions.items()), Dimension(split.apart, value))
            by_value[known_by].setdefault(value, whole)
    # in the order of their values, so that the same estate is asked for in the same words
    existing: dict[KnownBy, Sequence[Dimensions]] = {}
    for known_by, series in by_value.items():
        existing[known_by] = [series[value] for value in sorted(series)]
    return existing


def _dimensions(metrics: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    for listed in metrics:
        yield {pair["Name"]: pair["Value"] for pair in listed.get("Dimensions", ())}


def _is_of(metric: Metric, dimensions: Mapping[str, str]) -> bool:
    """Whether a series with these dimensions is of the metric.

    CloudWatch keeps one metric under several sets of dimensions: a class is told by exactly those
    named, a board may bear others besides.
    """
    names = {*metric.fixed, *metric.dimensions}
    return names == dimensions.keys() if metric.class_dimension else names <= dimensions.keys()
