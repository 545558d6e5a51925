"""timeSeries.list of Cloud Monitoring, as its reference describes it: filter, align, reduce."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# kind, type, unit, monitored resource of what the exporter reads
# (https://cloud.google.com/monitoring/api/metrics_gcp).
METRICS: dict[str, tuple[str, str, str, str]] = {
    "agent.googleapis.com/gpu/utilization": ("GAUGE", "DOUBLE", "%", "gce_instance"),
    "aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle": (
        "GAUGE",
        "DOUBLE",
        "%",
        "aiplatform.googleapis.com/Endpoint",
    ),
    "aiplatform.googleapis.com/prediction/online/cpu/utilization": (
        "GAUGE",
        "DOUBLE",
        "%",
        "aiplatform.googleapis.com/Endpoint",
    ),
    "alloydb.googleapis.com/cluster/storage/usage": (
        "GAUGE",
        "INT64",
        "By",
        "alloydb.googleapis.com/Cluster",
    ),
    "alloydb.googleapis.com/instance/cpu/average_utilization": (
        "GAUGE",
        "DOUBLE",
        "10^2.%",
        "alloydb.googleapis.com/Instance",
    ),
    "bigquery.googleapis.com/slots/allocated_for_project": (
        "GAUGE",
        "INT64",
        "1",
        "bigquery_project",
    ),
    "bigquery.googleapis.com/storage/stored_bytes": ("GAUGE", "INT64", "By", "bigquery_dataset"),
    "bigtable.googleapis.com/cluster/cpu_load": ("GAUGE", "DOUBLE", "1", "bigtable_cluster"),
    "bigtable.googleapis.com/disk/bytes_used": ("GAUGE", "INT64", "By", "bigtable_cluster"),
    "cloudfunctions.googleapis.com/function/execution_times": (
        "DELTA",
        "DISTRIBUTION",
        "ns",
        "cloud_function",
    ),
    "cloudsql.googleapis.com/database/cpu/utilization": (
        "GAUGE",
        "DOUBLE",
        "10^2.%",
        "cloudsql_database",
    ),
    "compute.googleapis.com/instance/cpu/utilization": (
        "GAUGE",
        "DOUBLE",
        "10^2.%",
        "gce_instance",
    ),
    "compute.googleapis.com/instance/uptime": ("DELTA", "DOUBLE", "s{uptime}", "gce_instance"),
    "firestore.googleapis.com/storage/data_and_index_storage_bytes": (
        "GAUGE",
        "INT64",
        "By",
        "firestore.googleapis.com/Database",
    ),
    "kubernetes.io/container/cpu/request_cores": ("GAUGE", "DOUBLE", "{cpu}", "k8s_container"),
    "kubernetes.io/container/cpu/request_utilization": ("GAUGE", "DOUBLE", "1", "k8s_container"),
    "kubernetes.io/container/memory/request_bytes": ("GAUGE", "INT64", "By", "k8s_container"),
    "loadbalancing.googleapis.com/https/response_bytes_count": (
        "DELTA",
        "INT64",
        "By",
        "https_lb_rule",
    ),
    "memcache.googleapis.com/node/cpu/utilization": ("GAUGE", "DOUBLE", "10^2.%", "memcache_node"),
    "memorystore.googleapis.com/instance/cpu/average_utilization": (
        "GAUGE",
        "DOUBLE",
        "10^2.%",
        "memorystore.googleapis.com/Instance",
    ),
    "oracledatabase.googleapis.com/autonomousdatabase/cpu_utilization": (
        "GAUGE",
        "DOUBLE",
        "%",
        "oracledatabase.googleapis.com/AutonomousDatabase",
    ),
    "redis.googleapis.com/cluster/cpu/average_utilization": (
        "GAUGE",
        "DOUBLE",
        "10^2.%",
        "redis.googleapis.com/Cluster",
    ),
    "redis.googleapis.com/stats/cpu_utilization": ("DELTA", "DOUBLE", "s{CPU}", "redis_instance"),
    "router.googleapis.com/nat/sent_bytes_count": ("DELTA", "INT64", "By", "nat_gateway"),
    "run.googleapis.com/container/cpu/allocation_time": (
        "DELTA",
        "DOUBLE",
        "s{CPU}",
        "cloud_run_revision",
    ),
    "run.googleapis.com/container/cpu/utilizations": (
        "DELTA",
        "DISTRIBUTION",
        "10^2.%",
        "cloud_run_revision",
    ),
    "run.googleapis.com/container/memory/allocation_time": (
        "DELTA",
        "DOUBLE",
        "GiBy.s",
        "cloud_run_revision",
    ),
    "spanner.googleapis.com/instance/cpu/utilization": (
        "GAUGE",
        "DOUBLE",
        "10^2.%",
        "spanner_instance",
    ),
    "spanner.googleapis.com/instance/storage/used_bytes": (
        "GAUGE",
        "INT64",
        "By",
        "spanner_instance",
    ),
    "storage.googleapis.com/storage/v2/total_bytes": ("GAUGE", "DOUBLE", "By", "gcs_bucket"),
    "tpu.googleapis.com/tpu/mxu/utilization": ("GAUGE", "DOUBLE", "%", "tpu_worker"),
    "tpu.googleapis.com/cpu/utilization": ("GAUGE", "DOUBLE", "%", "tpu_worker"),
}

_SYSTEM = "metadata.system_labels."
_TERM = re.compile(r'([\w.]+) = "([^"]*)"(?: AND |$)')


@dataclass(frozen=True, slots=True)
class Series:
    """Stream of samples.

    value: constant; of a DELTA its sum a second; of a distribution (count a second, mean).
    since, until: when its resource was there. system_labels: metadata of it.
    """

    metric: str
    labels: Mapping[str, str]
    value: float | tuple[float, float]
    metric_labels: Mapping[str, str] = field(default_factory=dict)
    resource_type: str = ""
    since: float = 0
    until: float = math.inf
    system_labels: Mapping[str, str] = field(default_factory=dict)


class BadQuestion(ValueError):
    """400: what Monitoring says of a question it does not take."""


def _terms(text: str) -> dict[str, str]:
    if "".join(match[0] for match in _TERM.finditer(text)) != text or text.endswith(" AND "):
        raise BadQuestion(f"unreadable filter: {text}")
    return dict(_TERM.findall(text))


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Query:
    """A question, read."""

    terms: Mapping[str, str]
    start: float
    end: float
    period: float
    aligner: str
    reducer: str
    group_by: tuple[str, ...]

    @property
    def metric(self) -> str:
        return self.terms["metric.type"]


def read(query: Sequence[tuple[str, str]], now: float) -> Query:
    """Read the parameters. Raises BadQuestion as Monitoring would."""
    said = dict(query)
    for name in ("filter", "interval.endTime", "view"):
        if name not in said:
            raise BadQuestion(f"{name} is required")
    asked = Query(
        _terms(said["filter"]),
        _seconds(said.get("interval.startTime", said["interval.endTime"])),
        _seconds(said["interval.endTime"]),
        float(said["aggregation.alignmentPeriod"].removesuffix("s")),
        said["aggregation.perSeriesAligner"],
        said.get("aggregation.crossSeriesReducer", "REDUCE_NONE"),
        tuple(value for name, value in query if name == "aggregation.groupByFields"),
    )
    if "metric.type" not in asked.terms:
        raise BadQuestion("the filter must name one metric type")
    if asked.end > now or asked.start > asked.end:
        raise BadQuestion("the interval is not in the past")
    if asked.period < 60:
        raise BadQuestion("alignmentPeriod is at least 60s")
    if asked.group_by and asked.reducer == "REDUCE_NONE":
        raise BadQuestion("groupByFields without a reducer")
    if int(said.get("pageSize", 1)) > 100_000:
        raise BadQuestion("pageSize is too large")
    return asked


def _check_aligner(asked: Query) -> None:
    kind, value_type, _, _ = METRICS[asked.metric]
    if asked.aligner in ("ALIGN_RATE", "ALIGN_DELTA") and kind == "GAUGE":
        raise BadQuestion(f"{asked.aligner} cannot be applied to a GAUGE")
    if asked.aligner == "ALIGN_RATE" and value_type == "DISTRIBUTION":
        raise BadQuestion("ALIGN_RATE cannot be applied to a DISTRIBUTION")
    if asked.aligner == "ALIGN_MEAN" and (kind != "GAUGE" or value_type == "DISTRIBUTION"):
        raise BadQuestion("ALIGN_MEAN is for numeric gauges")


def _label(series: Series, name: str) -> str:
    if name.startswith(_SYSTEM):
        return series.system_labels.get(name.removeprefix(_SYSTEM), "")
    where, _, label = name.partition(".label.")
    labels = {"resource": series.labels, "metric": series.metric_labels}.get(where)
    if labels is None:
        raise BadQuestion(f"no such field: {name}")
    return labels.get(label, "")


def _matches(series: Series, terms: Mapping[str, str]) -> bool:
    for name, wanted in terms.items():
        if name == "metric.type":
            held = series.metric
        elif name == "resource.type":
            held = series.resource_type or METRICS[series.metric][3]
        else:
            held = _label(series, name)
        if held != wanted:
            return False
    return True


def _distribution(group: Iterable[Series], seconds: float) -> dict[str, Any]:
    pairs = [sample.value for sample in group if isinstance(sample.value, tuple)]
    count = sum(rate for rate, _ in pairs) * seconds
    mean = sum(rate * mean for rate, mean in pairs) * seconds / count if count else 0
    return {"distributionValue": {"count": str(round(count)), "mean": mean}}


def _value(asked: Query, group: Sequence[Series], value_type: str) -> dict[str, Any]:
    if value_type == "DISTRIBUTION":
        whole = _distribution(group, asked.period)
        return (
            {"doubleValue": whole["distributionValue"]["mean"]}
            if asked.reducer == "REDUCE_MEAN"
            else whole
        )
    total = sum(sample.value for sample in group if not isinstance(sample.value, tuple))
    if asked.reducer == "REDUCE_MEAN":
        total /= len(group)
    if value_type == "INT64" and asked.aligner == "ALIGN_DELTA" and asked.reducer != "REDUCE_MEAN":
        return {"int64Value": str(round(total))}
    return {"doubleValue": total}


def _up(asked: Query, group: Iterable[Series], end: float) -> dict[str, Any]:
    """Seconds a machine ran in a period; nothing for another metric than uptime."""
    if asked.metric != "compute.googleapis.com/instance/uptime":
        return {}
    seconds = 0.0
    for series in group:
        seconds += max(0.0, min(series.until, end) - max(series.since, end - asked.period))
    return {"doubleValue": seconds}


def _nested(names: Iterable[str], key: Iterable[str]) -> dict[str, dict[str, str]]:
    labels: dict[str, dict[str, str]] = {"resource": {}, "metric": {}, "system": {}}
    for name, value in zip(names, key, strict=True):
        if name.startswith(_SYSTEM):
            labels["system"][name.removeprefix(_SYSTEM)] = value
            continue
        where, _, label = name.partition(".label.")
        labels[where][label] = value
    return labels


def _ends(asked: Query, group: Iterable[Series]) -> Iterator[float]:
    """Ends of the periods, newest first: they count back from the end of the interval."""
    since = min(sample.since for sample in group)
    until = max(sample.until for sample in group)
    for number in itertools.count():
        end = asked.end - number * asked.period
        if end <= max(asked.start, since):
            return
        if end - asked.period < until:
            yield end


def answer(
    estate: Iterable[Series], query: Sequence[tuple[str, str]], now: float
) -> list[dict[str, Any]]:
    """The time series that answer a question, newest point first. Raises BadQuestion."""
    asked = read(query, now)
    if asked.metric not in METRICS:
        raise LookupError(f'Cannot find metric(s) that match type = "{asked.metric}".')
    _check_aligner(asked)
    kind, value_type, unit, resource_type = METRICS[asked.metric]
    groups: dict[tuple[str, ...], list[Series]] = defaultdict(list)
    for series in estate:
        if _matches(series, asked.terms):
            reduced = asked.reducer != "REDUCE_NONE"
            whole = (*sorted(series.labels.items()), *sorted(series.metric_labels.items()))
            key = (
                tuple(_label(series, name) for name in asked.group_by)
                if reduced
                else tuple(map(str, whole))
            )
            groups[key].append(series)
    answered = []
    for key, group in groups.items():
        if asked.reducer != "REDUCE_NONE":
            labels = _nested(asked.group_by, key)
        else:
            labels = {"resource": dict(group[0].labels), "metric": dict(group[0].metric_labels)}
        value = _value(asked, group, value_type)
        system = {"metadata": {"systemLabels": labels["system"]}} if labels.get("system") else {}
        values = {
            "doubleValue": "DOUBLE",
            "int64Value": "INT64",
            "distributionValue": "DISTRIBUTION",
        }
        delta = kind == "DELTA" and asked.aligner == "ALIGN_DELTA"
        answered.append(
            {
                "metric": {"type": asked.metric, "labels": labels["metric"]},
                "resource": {
                    "type": group[0].resource_type or resource_type,
                    "labels": labels["resource"],
                },
                **system,
                "metricKind": "DELTA" if delta else "GAUGE",
                "valueType": values[next(iter(value))],
                "unit": unit,
                "points": [
                    {
                        "interval": {
                            "startTime": _time(end - asked.period if delta else end),
                            "endTime": _time(end),
                        },
                        "value": _up(asked, group, end) or value,
                    }
                    for end in _ends(asked, group)
                ],
            }
        )
    return [series for series in answered if series["points"]]
