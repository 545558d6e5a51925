"""Answers in the shape Google gives them (tests/replay/gcp_monitoring): joined, scaled, reduced.

The shape is that of answers which others recorded: reduced series bear the labels they are grouped
by, and the unit stands beside them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_monitoring import Series, answer
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import changed

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.spec import Read, Scope

ANSWERS = Path(__file__).parents[2] / "replay" / "gcp_monitoring"
LIST = "monitoring.projects.timeSeries.list"
SCOPE = Scope("gcp", "shop-prod")
END = datetime(2026, 9, 21, 13, 55, tzinfo=UTC).timestamp()
HOUR_BEFORE = END - 3600
LATER = END + 250  # Vertex AI's are two minutes later than others


def recorded(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    return told


def described(asset_type: str, **data: Any) -> Resource:
    resource = changed(asset_type, **data)
    assert resource is not None
    return resource


async def read(
    client: GcpClient, cloud: GoogleCloud, name: str, *resources: Resource
) -> list[float]:
    """The value of each resource, of the metric that the recording is of."""
    told = recorded(name)
    cloud.answers[LIST] = told
    asked = told["timeSeries"][0]["metric"]["type"]
    [spec] = [spec for spec in PROVIDER.services if spec.kind == resources[0].kind]
    [metric] = [metric for metric in spec.metrics if metric.name == asked]
    await client.connect()
    reads = [Read(resource, metric, HOUR_BEFORE) for resource in resources]
    reading = await client.series(reads, LATER)
    assert reading.failures == {}
    assert not reading.skipped
    return [reading.points[resource.id, metric.into][-1].value for resource in resources]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "asset_type", "expected"),
    [
        ("instance_cpu", "compute.googleapis.com/Instance", 0.0349),
        ("endpoint_duty_cycle", "aiplatform.googleapis.com/Endpoint", 0.8),
        ("tpu_cpu", "tpu.googleapis.com/Node", 0.4),
        # Bytes of TCP and of UDP are not the same ones.
        ("internal_tcp_and_udp", "compute.googleapis.com/ForwardingRule", 4e6),
        # One and a half of six vCPUs, in zones of the region; another's of the name is elsewhere.
        ("memcache_zones", "memcache.googleapis.com/Instance", 0.25),
    ],
)
async def test_an_answer_is_read_in_the_unit_that_stands_beside_its_series(
    explore: Explore, cloud: GoogleCloud, name: str, asset_type: str, expected: float
) -> None:
    [value] = await read(explore(), cloud, name, described(asset_type))
    assert value == pytest.approx(expected)


async def test_an_instance_of_many_regions_works_as_hard_as_its_regions_do(
    explore: Explore, cloud: GoogleCloud
) -> None:
    config = "projects/shop-prod/instanceConfigs/nam3"
    spanner = described("spanner.googleapis.com/Instance", config=config)
    [value] = await read(explore(), cloud, "spanner_nam3_cpu", spanner)
    assert value == pytest.approx(0.45)


def rule(region: str) -> Resource:
    data = {
        "name": "web",
        "loadBalancingScheme": "EXTERNAL",
        "region": f"https://www.googleapis.com/compute/v1/projects/shop-prod/regions/{region}",
        "backendService": "b",
    }
    name = f"//compute.googleapis.com/projects/shop-prod/regions/{region}/forwardingRules/web"
    asset_type = "compute.googleapis.com/ForwardingRule"
    asset = {"name": name, "assetType": asset_type, "resource": {"data": data}}
    [spec] = [spec for spec in PROVIDER.services if spec.accepts(asset)]
    described_rule = spec.resource(asset, SCOPE)
    assert described_rule is not None
    return described_rule


async def test_rules_of_one_name_send_what_each_sends_in_its_region(
    explore: Explore, cloud: GoogleCloud
) -> None:
    rules = rule("europe-west1"), rule("us-east1")
    assert await read(explore(), cloud, "rules_of_one_name", *rules) == [1e9, 2.5e8]


async def test_a_project_may_be_told_as_the_container_of_the_resource(
    explore: Explore, cloud: GoogleCloud
) -> None:
    primary = described("alloydb.googleapis.com/Instance")
    client = explore(metrics_scope="scoping")
    assert await read(client, cloud, "alloydb_of_a_scope", primary) == [0.25]


def test_the_fake_knows_no_label_that_google_does_not_list() -> None:
    invented = Series("run.googleapis.com/container/cpu/allocation_time", {"service": "api"}, 1.0)

    query = [
        ("filter", f'metric.type = "{invented.metric}"'),
        ("interval.endTime", "2026-09-21T13:55:00Z"),
        ("aggregation.alignmentPeriod", "300s"),
        ("aggregation.perSeriesAligner", "ALIGN_RATE"),
        ("view", "FULL"),
    ]
    with pytest.raises(AssertionError, match="is for nothing with labels"):
        answer([invented], query, END + 1)
