"""GetMetricStatistics: one series a call, of which a payer has a million a month free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.optional import STATISTICS
from cloud_carbon_exporter.providers.aws.client.series import Group, Readings, Series
from cloud_carbon_exporter.providers.spec import Scope

OPERATION = "GetMetricStatistics"
POINTS_PER_CALL = 1440
"""Datapoints one call may bring, says its reference."""


def can_read(series: Series, until: float) -> bool:
    """Whether a series is to be read for free, and one call holds all its Points."""
    periods = (until - series.start) / series.read.metric.period_seconds
    return series.read.free and periods <= POINTS_PER_CALL


async def read(client: AwsApi, group: Group, same: Sequence[Series], readings: Readings) -> None:
    """Read one series, which several resources may share."""
    metric = same[0].read.metric
    params = {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in same[0].dimensions],
        "StartTime": same[0].start,
        "EndTime": readings.until // group.period * group.period,
        "Period": int(group.period),
        "Statistics": [metric.statistic],
    }
    scope = Scope("aws", group.account_id, group.region)
    try:
        with client.refusals.asking(group.account_id, STATISTICS, group.region):
            answer = await client.call(scope, "cloudwatch", OPERATION, params, units=1)
        values = _values(answer, metric.statistic)
    except CollectError as error:
        readings.fail(same, error)
        return
    for series in same:
        readings.add(series, values, fill=True)


def _values(answer: Mapping[str, Any], statistic: str) -> Mapping[float, float]:
    """Values by Unix time. Raises Malformed."""
    values: dict[float, float] = {}
    try:
        # in no order at all, says the reference; and no period without a datum is among them
        for datapoint in answer["Datapoints"]:
            values[float(datapoint["Timestamp"])] = float(datapoint[statistic])
    except (KeyError, TypeError, ValueError) as error:
        unreadable = f"unreadable result: {type(error).__name__}"
        raise Malformed(unreadable, provider="aws", operation=OPERATION) from error
    return values
