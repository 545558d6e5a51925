"""Utilisation read one series a call, by GetMetricStatistics: a payer has a million such requests a
month free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.series import Group, Key, Series, added, points_of
from cloud_carbon_exporter.providers.spec import Scope

OPERATION = "GetMetricStatistics"
POINTS_PER_CALL = 1440
"""Datapoints one call may bring, says its reference."""


def can_read(one: Series, until: float) -> bool:
    """Whether a series is to be read for free, and one call holds all its Points."""
    return one.read.free and (until - one.start) / one.read.metric.period_seconds <= POINTS_PER_CALL


async def read(
    client: AwsApi,
    group: Group,
    same: Sequence[Series],
    until: float,
    points: dict[Key, tuple[Point, ...]],
    failures: dict[str, CollectError],
) -> Iterable[Key]:
    """Read one series, which several resources may share, into `points`. Returns the keys if it
    could not be read.
    """
    account_id, region, period = group
    metric = same[0].read.metric
    params = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in same[0].dimensions],
        "StartTime": same[0].start,
        "EndTime": until // period * period,
        "Period": int(period),
        "Statistics": [metric.statistic],
    }
    scope = Scope("aws", account_id, region)
    try:
        answer = await client.call(scope, "cloudwatch", OPERATION, params, units=1)
        values = _values(answer, metric.statistic)
    except CollectError as error:
        failures.update({one.read.resource.kind: error for one in same})
        return [one.key for one in same]
    for one in same:
        found = points_of(one, values, until, fill=True)
        if found:
            points[one.key] = added(points.get(one.key, ()), found)
    return ()


def _values(answer: Mapping[str, Any], statistic: str) -> Mapping[float, float]:
    """Unix time -> value. The answer is in no order. Raises Malformed."""
    try:
        return {
            float(point["Timestamp"]): float(point[statistic]) for point in answer["Datapoints"]
        }
    except (KeyError, TypeError, ValueError) as error:
        unreadable = f"unreadable result: {type(error).__name__}"
        raise Malformed(unreadable, provider="aws", operation=OPERATION) from error
