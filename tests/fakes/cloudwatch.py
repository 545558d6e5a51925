"""CloudWatch in memory, as far as the exporter uses it: reading and listing metrics, over AWS' JSON
protocol.

Every request and every response is checked against botocore's model of the service, so a call that
AWS would refuse for its form is refused here, and no answer holds what AWS' could not.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

Dimensions = frozenset[tuple[str, str]]
Key = tuple[str, str, str, Dimensions]  # region, namespace, metric, dimensions

SERIES_PER_CALL = 500
POINTS_ALONE = 1440
METRICS_PER_PAGE = 500
_ID = re.compile(r"^[a-z][a-zA-Z0-9_]*$")


class RefusedError(Exception):
    """The request is not one AWS would take."""


@cache
def _model() -> Any:
    from botocore.session import Session

    return Session().get_service_model("cloudwatch")


def _conforms(value: Mapping[str, Any], shape: Any) -> None:
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        raise RefusedError(report.generate_report())


@dataclass
class CloudWatchFake:
    """Samples by series; see `put`. `requests` holds every GetMetricData as (region, params),
    `alone` every GetMetricStatistics.

    datapoints_per_page: how many Points one answer may hold before it is cut, with PartialData and
        a token.
    status: metric name -> StatusCode to answer for its series. validate: off only where a benchmark
        would measure it.
    """

    samples: dict[Key, dict[float, float]] = field(default_factory=lambda: defaultdict(dict))
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    alone: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    datapoints_per_page: int = 100_800
    status: dict[str, str] = field(default_factory=dict)
    validate: bool = True

    def put(
        self,
        region: str,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        samples: Mapping[float, float],
    ) -> None:
        """Add samples of one series: Unix time -> value."""
        self.samples[region, namespace, metric, frozenset(dimensions.items())].update(samples)

    def answer(self, operation: str, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one call. Raises RefusedError."""
        handlers = {
            "GetMetricData": self._get_metric_data,
            "GetMetricStatistics": self._get_metric_statistics,
            "ListMetrics": self._list_metrics,
        }
        shapes = _model().operation_model(operation)
        if self.validate:
            _conforms(params, shapes.input_shape)
        answer = handlers[operation](region, params)
        if self.validate:
            _conforms(answer, shapes.output_shape)
        return answer

    def _get_metric_data(self, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.requests.append((region, params))
        queries = params["MetricDataQueries"]
        ids = [query["Id"] for query in queries]
        start, end = float(params["StartTime"]), float(params["EndTime"])
        if len(queries) > SERIES_PER_CALL:
            raise RefusedError(f"{len(queries)} queries, {SERIES_PER_CALL} allowed")
        if len(set(ids)) != len(ids) or not all(_ID.match(each) for each in ids):
            raise RefusedError("ids must be unique and begin with a lower-case letter")
        if not start < end:
            raise RefusedError("StartTime must be before EndTime")
        points = [
            (query, at, value)
            for query in queries
            for at, value in self._points(region, query, start, end)
        ]
        if params.get("ScanBy") != "TimestampAscending":
            points.reverse()
        first = int(params.get("NextToken") or 0)
        page = points[first : first + self.datapoints_per_page]
        more = first + len(page) < len(points)
        found: dict[str, tuple[list[float], list[float]]] = {each: ([], []) for each in ids}
        for query, at, value in page:
            found[query["Id"]][0].append(at)
            found[query["Id"]][1].append(value)
        cut = {query["Id"] for query, _, _ in points[first + len(page) :]}
        results = [
            {
                "Id": query["Id"],
                "Label": query["MetricStat"]["Metric"]["MetricName"],
                "Timestamps": found[query["Id"]][0],
                "Values": found[query["Id"]][1],
                "StatusCode": self.status.get(
                    query["MetricStat"]["Metric"]["MetricName"],
                    "PartialData" if query["Id"] in cut else "Complete",
                ),
            }
            for query in queries
        ]
        answer: dict[str, Any] = {"MetricDataResults": results, "Messages": []}
        return answer | ({"NextToken": str(first + len(page))} if more else {})

    def _get_metric_statistics(self, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.alone.append((region, params))
        start, end = float(params["StartTime"]), float(params["EndTime"])
        if not start < end or (end - start) / params["Period"] > POINTS_ALONE:
            raise RefusedError(
                f"from {start} to {end} is empty, or more than {POINTS_ALONE} datapoints"
            )
        (statistic,) = params["Statistics"]
        query = {"MetricStat": {"Metric": params, "Period": params["Period"], "Stat": statistic}}
        found = self._points(region, query, start, end)
        found = found[1::2] + found[::2]  # in no order, as its reference says
        datapoints = [{"Timestamp": at, statistic: value, "Unit": "None"} for at, value in found]
        return {"Label": params["MetricName"], "Datapoints": datapoints}

    def _points(
        self, region: str, query: Mapping[str, Any], start: float, end: float
    ) -> list[tuple[float, float]]:
        wanted, period = query["MetricStat"], query["MetricStat"]["Period"]
        metric = wanted["Metric"]
        named = frozenset((one["Name"], one["Value"]) for one in metric.get("Dimensions", ()))
        buckets: dict[float, list[float]] = defaultdict(list)
        for at, value in self.samples.get(
            (region, metric["Namespace"], metric["MetricName"], named), {}
        ).items():
            begin = at // period * period
            if start <= begin < end:
                buckets[begin].append(value)
        return [(at, _STATISTICS[wanted["Stat"]](values)) for at, values in sorted(buckets.items())]

    def _list_metrics(self, region: str, params: Mapping[str, Any]) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        for where, namespace, metric, dimensions in self.samples:
            if (
                where == region
                and params.get("Namespace", namespace) == namespace
                and params.get("MetricName", metric) == metric
            ):
                pairs = [{"Name": name, "Value": value} for name, value in sorted(dimensions)]
                found.append({"Namespace": namespace, "MetricName": metric, "Dimensions": pairs})
        first = int(params.get("NextToken") or 0)
        page = found[first : first + METRICS_PER_PAGE]
        more = first + len(page) < len(found)
        return {"Metrics": page} | ({"NextToken": str(first + len(page))} if more else {})


_STATISTICS: Mapping[str, Callable[[list[float]], float]] = {
    "Average": lambda values: math.fsum(values) / len(values),
    "Sum": math.fsum,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
}
