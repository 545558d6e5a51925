"""GetMetricData: 500 series a call, whatever kinds they belong to.

The price counts series asked for, not calls or datapoints, so a call may reach further back than
one of its series needs; what is older than a Read's start is dropped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from cloud_carbon_exporter.errors import CollectError, Malformed, PermissionMissing, Unreachable
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.errors import one_line
from cloud_carbon_exporter.providers.aws.client.series import Group, Readings, Series
from cloud_carbon_exporter.providers.spec import Scope

SERIES_PER_CALL = 500
"""Queries one call may hold, says its reference."""
_OPERATION = "GetMetricData"
_COMPLETE = "Complete"
# StatusCode of a series that was not read to its end -> what kind of failure that is. PartialData
# is one only where no page follows; an InternalError is made good by the page that its NextToken
# leads to (API reference, MetricDataResult): so the last page that tells of a series decides.
_INCOMPLETE = {
    "InternalError": Unreachable,
    "Forbidden": PermissionMissing,
    "PartialData": Unreachable,
}


async def read(
    client: AwsApi, group: Group, batch: Sequence[Sequence[Series]], readings: Readings
) -> None:
    """Read one call's worth of series, the one that reaches back furthest first.

    batch: series that several resources share stand together.
    """
    queries = [_query(f"m{number}", same[0]) for number, same in enumerate(batch)]
    # one window for all: its start is inclusive, its end exclusive, and CloudWatch answers faster
    # where both lie on a boundary of the period
    params = {
        "MetricDataQueries": queries,
        "StartTime": batch[0][0].start,
        "EndTime": readings.until // group.period * group.period,
        "ScanBy": "TimestampAscending",  # else the newest come first
    }
    results = _Results(len(batch))
    scope = Scope("aws", group.account_id, group.region)
    try:
        async for answer in client.answers(
            scope, "cloudwatch", _OPERATION, params, units=len(batch)
        ):
            results.take(answer)
    except CollectError as error:
        # what the pages before told to its end was read
        results.broke_off(error)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        every = chain.from_iterable(batch)
        readings.fail(every, _malformed(f"unreadable result: {type(error).__name__}"))
        return
    failures = results.failures()
    for number, incomplete in failures.items():
        readings.fail(batch[number], incomplete)
    # what came of a series that broke off is kept, but its silence says nothing
    for number in results.told:
        for series in batch[number]:
            readings.add(series, results.values[number], fill=number not in failures)


def _query(series_id: str, series: Series) -> dict[str, Any]:
    """MetricDataQuery of one series."""
    metric = series.read.metric
    return {
        "Id": series_id,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions],
            },
            "Period": int(metric.period_seconds),
            "Stat": metric.statistic,
        },
    }


class _Results:
    """Results of one call by the number of the series, gathered from its pages.

    values: number -> values by Unix time. told: number -> the newest StatusCode of the series.
    """

    def __init__(self, asked: int) -> None:
        self._asked = asked
        self._messages: list[str] = []
        self._error: CollectError | None = None
        self.values: dict[int, dict[float, float]] = defaultdict(dict)
        self.told: dict[int, str] = {}

    def take(self, answer: Mapping[str, Any]) -> None:
        """Add one page; a series may be spread over several (PartialData)."""
        results = answer.get("MetricDataResults")
        if not isinstance(results, list):
            raise _malformed("no MetricDataResults in the answer")
        for message in answer.get("Messages") or ():
            self._messages.append(str(message.get("Value") or message.get("Code")))
        for result in results:
            number = int(result["Id"][1:])  # an Id must begin with a small letter: m0, m1, ...
            if not 0 <= number < self._asked:
                raise _malformed("a result for a series nobody asked for")
            timestamps, values = result.get("Timestamps") or (), result.get("Values") or ()
            read = zip(map(float, timestamps), map(float, values), strict=True)
            self.values[number].update(read)
            self.told[number] = str(result.get("StatusCode") or _COMPLETE)

    def broke_off(self, error: CollectError) -> None:
        """Note why no further page came."""
        self._error = error

    def failures(self) -> Mapping[int, CollectError]:
        """Why each series that was not told to its end was not."""
        failures: dict[int, CollectError] = {}
        for number in range(self._asked):
            status = self.told.get(number)
            if status != _COMPLETE:
                failures[number] = self._error or self._failure(status)
        return failures

    def _failure(self, status: str | None) -> CollectError:
        if status is not None:
            kind = _INCOMPLETE.get(status, Malformed)
            return kind(f"StatusCode {one_line(status)}", provider="aws", operation=_OPERATION)
        # a series without a datum has an empty result; one without a result was not looked at
        why = one_line("; ".join(self._messages)) or "nothing says why"
        return Unreachable(f"a series has no result: {why}", provider="aws", operation=_OPERATION)


def _malformed(text: str) -> Malformed:
    return Malformed(text, provider="aws", operation=_OPERATION)
