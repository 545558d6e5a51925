"""Metric types and monitored resources of Google, from its own lists: gcp_metrics.csv, _resources.

The lists are https://docs.cloud.google.com/monitoring/api/metrics_<list> and .../api/resources, as
Google generated them on 2026-04-10. Where a list was not found to say how late a metric is
(documented: no), it is taken to be as late as the nearest of its kind.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LISTS = "https://docs.cloud.google.com/monitoring/api/metrics_"
PROJECTS = frozenset({"project_id", "resource_container"})
"""Labels that tell whose a resource is; each type has the one or the other."""
PLACES = frozenset({"location", "region", "zone"})


@dataclass(frozen=True, slots=True)
class MetricType:
    """Metric type.

    kind: GAUGE, DELTA or CUMULATIVE. resources: types of resources it is written for. labels: its
    own. hidden_seconds: how long after a sample it may not be visible.
    """

    kind: str
    value_type: str
    unit: str
    resources: tuple[str, ...]
    labels: frozenset[str]
    sampled_seconds: float
    hidden_seconds: float
    documented: bool
    source: str


@dataclass(frozen=True, slots=True)
class ResourceType:
    """Type of monitored resource.

    one_of: labels that name one of a project wherever it stands; empty where a name is of one in
    its region only.
    """

    labels: frozenset[str]
    one_of: frozenset[str]


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _metric_type(row: Mapping[str, str]) -> MetricType:
    return MetricType(
        row["kind"],
        row["value_type"],
        row["unit"],
        tuple(row["resources"].split()),
        frozenset(row["labels"].split()),
        float(row["sampled_seconds"]),
        float(row["hidden_seconds"]),
        row["documented"] == "yes",
        LISTS + row["list"],
    )


METRICS: dict[str, MetricType] = {
    row["name"]: _metric_type(row) for row in _rows("gcp_metrics.csv")
}

RESOURCES: dict[str, ResourceType] = {
    row["type"]: ResourceType(frozenset(row["labels"].split()), frozenset(row["one_of"].split()))
    for row in _rows("gcp_resources.csv")
}
