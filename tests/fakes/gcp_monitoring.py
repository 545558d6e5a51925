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

from tests.fakes import gcp_discovery
from tests.fakes.gcp_metric_types import METRICS, PROJECTS, RESOURCES

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


def valid_for(aligner: str, kind: str, value_type: str) -> bool:
    """Whether an aligner may be applied, as the API's own document says of each."""
    [said] = re.findall(r"valid for ([^.]+)\.", gcp_discovery.aligners()[aligner]) or [""]
    # Where no type of value is named, each will do.
    of_values = [word for word in ("numeric", "distribution", "Boolean") if word in said]
    values = "distribution" if value_type == "DISTRIBUTION" else "numeric"
    return kind in said and (not of_values or values in of_values)


def _check_aligner(asked: Query) -> None:
    known = METRICS[asked.metric]
    if not valid_for(asked.aligner, known.kind, known.value_type):
        what = f"{known.kind} {known.value_type} {asked.metric}"
        raise BadQuestion(f"{asked.aligner} cannot be applied to {what}")


def project_of(series: Series) -> str:
    """Project of its resource, by the label that tells it."""
    return next((series.labels[label] for label in PROJECTS if label in series.labels), "")


def _type(series: Series) -> str:
    """Type of resource it is of: as said, or the first of its metric's that has its labels.

    Raises AssertionError where none has, so that no test invents labels.
    """
    metric = METRICS[series.metric]
    for resource in (series.resource_type,) if series.resource_type else metric.resources:
        if series.labels.keys() <= RESOURCES[resource].labels | PROJECTS:
            return resource
    raise AssertionError(f"{series.metric} is for nothing with labels {sorted(series.labels)}")


def _check_labels(series: Series) -> None:
    if strange := (series.metric_labels.keys() - METRICS[series.metric].labels):
        raise AssertionError(f"{series.metric} has no label {', '.join(sorted(strange))}")


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
            held = _type(series)
        elif name == "project":
            held = project_of(series)
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
        if not value:
            continue  # what is not there is not kept either
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


def unit_of(query: Sequence[tuple[str, str]]) -> str:
    """Unit of an answer, which stands beside its series."""
    said = dict(query)
    unit = METRICS[_terms(said["filter"])["metric.type"]].unit
    return f"{unit}/s" if said["aggregation.perSeriesAligner"] == "ALIGN_RATE" else unit


def answer(
    estate: Iterable[Series], query: Sequence[tuple[str, str]], now: float
) -> list[dict[str, Any]]:
    """The time series that answer a question, newest point first. Raises BadQuestion."""
    asked = read(query, now)
    if asked.metric not in METRICS:
        raise LookupError(f'Cannot find metric(s) that match type = "{asked.metric}".')
    _check_aligner(asked)
    known = METRICS[asked.metric]
    # "It is not possible to reduce across different resource types" (monitoring.v3, groupByFields).
    groups: dict[tuple[str, tuple[str, ...]], list[Series]] = defaultdict(list)
    for series in estate:
        if _matches(series, asked.terms):
            _check_labels(series)
            reduced = asked.reducer != "REDUCE_NONE"
            whole = (*sorted(series.labels.items()), *sorted(series.metric_labels.items()))
            key = (
                tuple(_label(series, name) for name in asked.group_by)
                if reduced
                else tuple(map(str, whole))
            )
            groups[_type(series), key].append(series)
    answered = []
    for (resource_type, key), group in groups.items():
        if asked.reducer != "REDUCE_NONE":
            labels = _nested(asked.group_by, key)
        else:
            labels = {"resource": dict(group[0].labels), "metric": dict(group[0].metric_labels)}
        value = _value(asked, group, known.value_type)
        system = {"metadata": {"systemLabels": labels["system"]}} if labels.get("system") else {}
        values = {
            "doubleValue": "DOUBLE",
            "int64Value": "INT64",
            "distributionValue": "DISTRIBUTION",
        }
        delta = known.kind != "GAUGE" and asked.aligner == "ALIGN_DELTA"
        answered.append(
            {
                "metric": {"type": asked.metric, "labels": labels["metric"]},
                "resource": {
                    "type": resource_type,
                    "labels": labels["resource"],
                },
                **system,
                "metricKind": "DELTA" if delta else "GAUGE",
                "valueType": values[next(iter(value))],
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
