"""Utilisation from Cockpit: what is asked, how it is joined, and what happens without a token."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from tests.fakes.scaleway import COCKPIT_TOKEN, OTHER_PROJECT, PROJECT, FakeScaleway, Fault
from tests.providers.scaleway.support import by_name, connected

from cloud_carbon_exporter.errors import PermissionMissing, Unreachable
from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory
from cloud_carbon_exporter.providers.scaleway.client.promql import names_in
from cloud_carbon_exporter.providers.spec import Metric, Read

NOW = 1_800_000_120.0  # 120 s past a step
VCPUS = "instance_server_vcpu_count"
CPU = "instance_server_cpu_seconds_total"


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as fake:
        yield fake


def metric_of(kind: str, into: str = "cpu_ratio") -> Metric:
    metrics = next(spec.metrics for spec in PROVIDER.services if spec.kind == kind)
    return next(metric for metric in metrics if metric.into == into)


def reads(resources: Sequence[Resource], metric: Metric, start: float = NOW - 900) -> list[Read]:
    return [Read(resource, metric, start) for resource in resources]


async def servers(client: ScalewayClient) -> dict[str, Resource]:
    return await by_name(client, "instance/server")


def busy(fake: FakeScaleway, resources: Sequence[Resource], value: float = 0.25) -> None:
    fake.series[CPU] = [({"resource_id": server.id}, value) for server in resources]
    fake.series[VCPUS] = [({"resource_id": server.id}, 4) for server in resources]


async def test_a_kind_of_which_there_are_no_series_is_told(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        cpu = metric_of("instance/server")
        reading = await client.series(reads([web], cpu), NOW)
        assert reading.unpublished == {"instance/server": cpu.name}
        assert not reading.points
        assert not reading.failures
        client.memory = Memory()
        busy(fake, [web])
        assert not (await client.series(reads([web], cpu), NOW)).unpublished


async def test_one_query_reads_all_servers_of_a_project_and_region(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        all_servers = await servers(client)
        mine = [
            server for server in all_servers.values() if server.monitor["project_id"] == PROJECT
        ]
        busy(fake, mine)
        reading = await client.series(reads(mine, metric_of("instance/server")), NOW)
    assert reading.failures == {}
    assert set(reading.points) == {(server.id, "cpu_ratio") for server in mine}
    assert reading.points[mine[0].id, "cpu_ratio"] == (
        Point(1_799_999_400, 1_799_999_700, 0.25),
        Point(1_799_999_700, 1_800_000_000, 0.25),
    ), "whole steps between the start and now: none before, none unfinished"
    assert len(fake.queries) == 1
    assert fake.queries[0]["step"] == "300"


async def test_points_follow_one_another_from_read_to_read(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        busy(fake, [web])
        metric = metric_of("instance/server")
        first = (await client.series(reads([web], metric), NOW)).points[web.id, "cpu_ratio"]
        then = (await client.series([Read(web, metric, first[-1].end)], NOW + 700)).points[
            web.id, "cpu_ratio"
        ]
        nothing = await client.series([Read(web, metric, then[-1].end)], NOW + 700)
    ends = [point.end for point in (*first, *then)]
    assert [point.start for point in (*first, *then)][1:] == ends[:-1]
    assert nothing.points == {}


async def test_each_project_and_region_has_its_own_source_and_token(fake: FakeScaleway) -> None:
    fake.tokens = {"token-one", "token-two"}
    tokens = (f"{PROJECT}/fr-par=token-one", f"{OTHER_PROJECT}=token-two")
    async with connected(fake, cockpit_tokens=tokens) as client:
        both = [
            server
            for server in (await servers(client)).values()
            if server.name in ("web-1", "paused-1")
        ]
        busy(fake, both)
        reading = await client.series(reads(both, metric_of("instance/server")), NOW)
    assert {resource_id for resource_id, _ in reading.points} == {server.id for server in both}
    assert sum("query_range" in path for path in fake.calls) == 2


async def test_without_a_token_nothing_is_measured_and_one_hint_is_given(
    fake: FakeScaleway, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(fake) as client:
        everyone = list((await servers(client)).values())
        busy(fake, everyone)
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                reading = await client.series(reads(everyone, metric_of("instance/server")), NOW)
    assert (reading.points, reading.failures) == ({}, {})
    hints = [
        record.getMessage() for record in caplog.records if "Cockpit token" in record.getMessage()
    ]
    assert len(hints) == 1
    assert "SCW_COCKPIT_TOKEN" in hints[0]
    assert not any(path.startswith("cockpit") for path in fake.calls)


async def test_a_refused_token_is_a_failed_measurement_that_says_what_to_do(
    fake: FakeScaleway,
) -> None:
    async with connected(fake, cockpit_token="of-another-project") as client:
        web = (await servers(client))["web-1"]
        busy(fake, [web])
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
        assert await servers(client), "listing goes on"
    failure = reading.failures["instance/server"]
    assert isinstance(failure, PermissionMissing)
    assert "one project and region" in failure.hint
    assert "of-another-project" not in str(failure)
    assert reading.points == {}


async def test_a_failing_source_does_not_take_the_others_with_it(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        both = [
            server
            for server in (await servers(client)).values()
            if server.name in ("web-1", "paused-1")
        ]
        busy(fake, both)
        fake.faults[f"{OTHER_PROJECT}/fr-par/prometheus/api/v1/query_range"] = Fault(status=500)
        reading = await client.series(reads(both, metric_of("instance/server")), NOW)
    assert {resource_id for resource_id, _ in reading.points} == {
        server.id for server in both if server.name == "web-1"
    }
    assert isinstance(reading.failures["instance/server"], Unreachable)


async def test_names_that_are_not_published_are_not_asked(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        fake.series = {CPU: [({"resource_id": web.id}, 1.0)]}  # no vcpu count to divide by
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
    assert (reading.points, reading.failures, fake.queries) == ({}, {}, [])


async def test_a_project_without_cockpit_is_not_measured(fake: FakeScaleway) -> None:
    fake.cockpits = set()
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
    assert (reading.points, reading.failures) == ({}, {})


async def test_what_is_no_number_is_no_point(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        busy(fake, [web], value=float("nan"))
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
    assert reading.points == {}


@pytest.mark.parametrize("shifted_seconds", [-86400, 86400])
async def test_yesterdays_points_are_not_taken_for_the_present(
    fake: FakeScaleway, shifted_seconds: float
) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        busy(fake, [web])
        fake.shifted_seconds = shifted_seconds
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
    assert (reading.points, reading.failures) == ({}, {})


def matrix(*rows: Any) -> Fault:
    return Fault(status=200, body=json.dumps({"status": "success", "data": {"result": rows}}))


async def test_a_series_that_cannot_be_read_costs_itself(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        everyone = await servers(client)
        web, batch, *_ = (
            server for server in everyone.values() if server.monitor["project_id"] == PROJECT
        )
        sound = {"metric": {"resource_id": web.id}, "values": [[NOW - 120, "0.5"]]}
        busy(fake, [web])
        fake.faults["query_range"] = matrix(
            {"metric": {"resource_id": batch.id}, "values": [["noon", {}]]}, 7, sound
        )
        reading = await client.series(reads([web, batch], metric_of("instance/server")), NOW)
        assert set(reading.points) == {(web.id, "cpu_ratio")}
        assert reading.failures == {}
        assert sum(reading.skipped.values()) == 2
        fake.faults["query_range"] = matrix(7, {"metric": {"resource_id": web.id}})
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
    assert reading.points == {}
    assert reading.failures["instance/server"].reason == "malformed"


@pytest.mark.parametrize(
    "body", ["{}", "[]", '{"status": "error", "error": "no"}', '{"data": {"result": "none"}}']
)
async def test_an_answer_of_another_shape_fails_its_kind(fake: FakeScaleway, body: str) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        busy(fake, [web])
        fake.faults["query_range"] = Fault(status=200, body=body)
        reading = await client.series(reads([web], metric_of("instance/server")), NOW)
    assert reading.points == {}
    assert reading.failures["instance/server"].reason == "malformed"


async def test_buckets_are_joined_by_name_and_kept_by_class(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        photos = (await by_name(client, "object/bucket"))["photos"]
        fake.series["object_storage_bucket_usage_bytes_total"] = [
            ({"resource_name": "photos", "storage_class": "STANDARD"}, 3 * 2**30),
            ({"resource_id": "photos", "storage_class": "GLACIER"}, 5 * 2**30),
            ({"resource_id": "another", "storage_class": "STANDARD"}, 9 * 2**30),
        ]
        reading = await client.series(
            reads([photos], metric_of("object/bucket", "stored_gib")), NOW
        )
    values = {signal: points[-1].value for (_, signal), points in reading.points.items()}
    assert values == {"stored_gib:STANDARD": 3, "stored_gib:GLACIER": 5}


async def test_a_container_that_sleeps_writes_nothing_which_is_none_running(
    fake: FakeScaleway,
) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        api = (await by_name(client, "containers/container"))["api"]
        metric = metric_of("containers/container", "capacity_units")
        unknown = await client.series(reads([api], metric), NOW)
        assert unknown.points == {}, "nothing is known where the product publishes nothing at all"
        client.memory._answers.clear()
        fake.series["serverless_container_instances_total"] = [({"resource_id": "another"}, 2)]
        asleep = await client.series(reads([api], metric), NOW)
        assert [point.value for point in asleep.points[api.id, "capacity_units"]] == [0, 0]
        fake.series["serverless_container_instances_total"] = [({"resource_id": api.id}, 2)]
        awake = await client.series(reads([api], metric), NOW)
        assert [point.value for point in awake.points[api.id, "capacity_units"]] == [2, 2]


async def test_simultaneous_reads_find_the_source_once(fake: FakeScaleway) -> None:
    async with connected(fake, cockpit_token=COCKPIT_TOKEN) as client:
        web = (await servers(client))["web-1"]
        busy(fake, [web])
        metric = metric_of("instance/server")
        await asyncio.gather(*(client.series(reads([web], metric), NOW) for _ in range(5)))
    assert fake.calls["cockpit/v1/regions/fr-par/data-sources"] == 1
    assert sum(count for path, count in fake.calls.items() if path.endswith("__name__/values")) == 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('rate(a_total{mode!~"idle"}[5m]) / b{}', ["a_total", "b"]),
        ('1 - rate({__name__=~"x_(y|z)_total", mode="idle"}[5m])', ["x_(y|z)_total"]),
    ],
)
def test_the_names_of_a_query(query: str, names: list[str]) -> None:
    assert [pattern.pattern for pattern in names_in(query)] == names


def test_every_query_names_its_series() -> None:
    queries: list[str] = []
    for spec in PROVIDER.services:
        queries += (metric.name for metric in spec.metrics)
    assert len(queries) >= 9
    assert all(map(names_in, queries))
