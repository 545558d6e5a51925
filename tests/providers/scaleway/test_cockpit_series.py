"""Series asked of Cockpit, held against names that others than we tell."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.promql import is_published, names_in

TABLE = Path(__file__).with_name("cockpit_series.csv")

# Resource types of Cockpit's own ListProducts; each series begins with the type it is of.
TYPES = (
    "instance_server",
    "mgdb_instance",
    "object_storage_bucket",
    "rdb_instance_mysql",
    "rdb_instance_postgresql",
    "rkv_cluster",
    "serverless_container",
    "serverless_function",
    "generative_apis",  # of no recorded answer; the FAQ of Generative APIs tells its series
)


def told() -> dict[str, str]:
    """Series that are told, and how."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] for row in rows)
    return {row["series"]: row["told"] for row in rows}


METRICS = [(spec.kind, metric) for spec in PROVIDER.services for metric in spec.metrics]


@pytest.mark.parametrize(("kind", "query"), [(kind, metric.name) for kind, metric in METRICS])
def test_every_series_asked_for_is_told_by_others(kind: str, query: str) -> None:
    names = told()
    assert names_in(query), kind
    assert is_published(query, frozenset(names))


def test_every_series_told_is_asked_for_and_begins_with_a_type_of_cockpit() -> None:
    wanted = [pattern for _, metric in METRICS for pattern in names_in(metric.name)]
    for name, how in told().items():
        assert any(pattern.fullmatch(name) for pattern in wanted), name
        assert name.startswith(tuple(f"{one}_" for one in TYPES)), name
        assert how in ("by name", "by a user", "by its type")


def test_the_cpu_of_serverless_is_per_cent_whatever_its_name_says() -> None:
    of_serverless = [metric for _, metric in METRICS if "_cpu_usage_ratio" in metric.name]
    assert [metric.scale for metric in of_serverless] == [0.01, 0.01]
