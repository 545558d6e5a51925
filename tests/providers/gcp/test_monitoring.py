"""Utilisation, read from the fake's Monitoring: joined, scaled, priced, honest about gaps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, pairwise
from typing import Any

import pytest
from tests.fakes import gcp_monitoring
from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.gcp_estate import moved, recorded
from tests.fakes.gcp_metric_types import METRICS as METRIC_TYPES
from tests.fakes.gcp_monitoring import Series
from tests.fakes.gcp_spoiled import moved_by
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import swept

from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.gcp.client.time_series_answer import value_of
from cloud_carbon_exporter.providers.gcp.client.time_series_request import questions
from cloud_carbon_exporter.providers.spec import Metric, Read, Reading

pytestmark = pytest.mark.slow

CPU = "compute.googleapis.com/instance/cpu/utilization"
LIST = "monitoring.projects.timeSeries.list"
BY_TOKEN = ("aiplatform/publisher_model",)
"""Kinds that a listing asks Monitoring for; left out where its calls are counted."""
STORED = "storage.googleapis.com/storage/v2/total_bytes"
METRICS = {spec.kind: spec.metrics for spec in PROVIDER.services}


def reads(resources: Iterable[Resource], start: float) -> list[Read]:
    """Reads of every metric that these resources can be joined with."""
    wanted: list[Read] = []
    for resource in resources:
        metrics = METRICS[resource.kind] if resource.components else ()
        wanted += [Read(resource, metric, start) for metric in metrics if joins(resource, metric)]
    return wanted


def joins(resource: Resource, metric: Metric) -> bool:
    """Whether a series of the metric can be known to be of the resource."""
    return resource.monitor.keys() >= set(metric.dimensions.values())


def _labels(number: int) -> dict[str, str]:
    return {
        "instance_id": str(4751091017865185000 + number),
        "zone": "europe-west1-b",
        "project_id": "shop-prod",
    }


def instance(number: int, value: float) -> Series:
    return Series(CPU, _labels(number), value, {"instance_name": "web-1"})


def board(number: int, gpu: str, value: float) -> Series:
    return Series(
        "agent.googleapis.com/gpu/utilization", _labels(number), value, {"gpu_number": gpu}
    )


class Measured:
    """What reading an estate brought."""

    def __init__(self, resources: Sequence[Resource], reading: Reading) -> None:
        self.by_name = {(resource.kind, resource.name): resource for resource in resources}
        self.reading = reading

    def points(self, kind: str, name: str, signal: str) -> tuple[Point, ...]:
        return self.reading.points[self.by_name[kind, name].id, signal]

    def value(self, kind: str, name: str, signal: str) -> float:
        return self.points(kind, name, signal)[-1].value


async def measure(
    client: GcpClient, until: float, seconds: float = 1800, kinds: str = ""
) -> Measured:
    everything = (await swept(client)).resources
    resources = [resource for resource in everything if resource.kind.startswith(kinds)]
    return Measured(resources, await client.series(reads(resources, until - seconds), until))


@pytest.fixture
def until() -> float:
    return time.time() - PROVIDER.settle_seconds


async def test_ratios_are_joined_on_the_id_and_stay_ratios(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    """Defect 6: usage in vCPU-seconds was a ratio, and joined on a name that zones repeat."""
    cloud.series = [instance(79, 0.25), instance(91, 0.75)]
    measured = await measure(explore(), until)
    assert ("compute/instance", "web-1") in measured.by_name
    values = {}
    for (resource_id, signal), points in measured.reading.points.items():
        if signal == "cpu_ratio":
            values[resource_id] = points[-1].value
    zones = "compute.googleapis.com/projects/shop-prod/zones"
    assert values[f"{zones}/europe-west1-b/instances/web-1"] == 0.25
    assert values[f"{zones}/us-central1-a/instances/web-1"] == 0.75


async def test_points_are_whole_periods_without_gap_up_to_the_settled_moment(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.series = [instance(86, 0.5)]
    points = (await measure(explore(), until)).points("compute/instance", "hpc", "cpu_ratio")
    assert len(points) in (6, 7)
    assert all(point.end - point.start == 300 and point.end % 300 == 0 for point in points)
    assert all(before.end == after.start for before, after in pairwise(points))
    assert until - 300 < points[-1].end <= until


async def test_one_call_a_metric_whatever_the_number_of_resources(
    explore: Explore, cloud: GoogleCloud, calls: Calls, until: float
) -> None:
    cloud.series = [instance(79, 0.25), instance(91, 0.75), instance(86, 0.5)]
    await measure(explore(exclude=BY_TOKEN), until, kinds="compute/instance")
    # Of the machines, of the boards, and of those with an agent, in GKE, and told by node there.
    assert cloud.calls[LIST] == 5
    assert calls.units["shop-prod", "timeSeries.list"] == 3  # what is billed: series returned


async def test_a_running_machine_without_series_is_not_measured(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.series = [instance(79, 0.25)]
    measured = await measure(explore(), until)
    assert (
        measured.by_name["compute/instance", "tiny"].id,
        "cpu_ratio",
    ) not in measured.reading.points
    assert "compute/instance" not in measured.reading.failures


async def test_no_series_at_all_while_machines_run_is_a_failure(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    measured = await measure(explore(), until)
    assert "no series at all while 11 run" in str(measured.reading.failures["compute/instance"])
    assert "sql/instance" in measured.reading.failures
    assert "container/cluster" not in measured.reading.failures


async def test_no_series_of_machines_just_started_is_none(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    started = datetime.fromtimestamp(until - 60).astimezone().isoformat()
    for asset in cloud.assets:
        if asset["assetType"] == "compute.googleapis.com/Instance":
            asset["resource"]["data"]["lastStartTimestamp"] = started
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.reading.failures == {}


async def test_percent_and_ratio_are_told_apart_by_the_unit(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    tpu = {"project_id": "shop-prod", "zone": "us-central2-b", "node_id": "v4"}
    cloud.series = [
        instance(82, 0.5),
        board(82, "0", 80.0),
        board(82, "1", 60.0),
        Series("tpu.googleapis.com/tpu/mxu/utilization", {**tpu, "worker_id": "0"}, 40.0),
    ]
    measured = await measure(explore(), until)
    assert measured.value("compute/instance", "trainer", "cpu_ratio") == 0.5
    assert measured.value("compute/instance", "trainer", "gpu_ratio") == pytest.approx(0.7)
    assert measured.value("tpu/node", "v4", "gpu_ratio") == pytest.approx(0.4)


async def test_cloud_sql_is_keyed_by_project_and_name(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    """Defect 7: the series' key is `project:instance`."""
    labels = {
        "project_id": "shop-prod",
        "database_id": "shop-prod:orders",
        "region": "europe-west1",
    }
    cloud.series = [Series("cloudsql.googleapis.com/database/cpu/utilization", labels, 0.33)]
    measured = await measure(explore(), until, kinds="sql/")
    assert measured.value("sql/instance", "orders", "cpu_ratio") == 0.33


async def test_buckets_by_class_with_what_is_soft_deleted(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    """Defect 8: bytes were taken for gigabytes."""
    metric = "storage.googleapis.com/storage/v2/total_bytes"
    bucket = {"project_id": "shop-prod", "bucket_name": "shop-assets", "location": "eu"}
    cloud.series = [
        Series(metric, bucket, 3 * 1024**3, {"storage_class": "STANDARD", "type": "live-object"}),
        Series(
            metric,
            bucket,
            1 * 1024**3,
            {"storage_class": "STANDARD", "type": "soft-deleted-object"},
        ),
        Series(metric, bucket, 5 * 1024**3, {"storage_class": "ARCHIVE", "type": "live-object"}),
    ]
    measured = await measure(explore(), until, seconds=3 * 3600, kinds="storage/")
    assert measured.value("storage/bucket", "shop-assets", "stored_gib:STANDARD") == 4
    assert measured.value("storage/bucket", "shop-assets", "stored_gib:ARCHIVE") == 5
    # A bucket without objects is not tracked, nor is one that was not measured yet.
    logs = measured.by_name["storage/bucket", "shop-logs"]
    assert (logs.id, "stored_gib") not in measured.reading.points
    [metric_] = METRICS["storage/bucket"]
    assert metric_.every_seconds >= 6 * 3600


async def test_cloud_run_follows_what_ran_and_sleeps_at_nothing(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    def revision(name: str) -> dict[str, str]:
        place = {"project_id": "shop-prod", "service_name": "api", "location": "europe-west1"}
        return {**place, "revision_name": name}

    prefix = "run.googleapis.com/container"
    cloud.series = [
        Series(f"{prefix}/cpu/allocation_time", revision("api-1"), 1.5),
        Series(f"{prefix}/cpu/allocation_time", revision("api-2"), 0.5),
        Series(f"{prefix}/memory/allocation_time", revision("api-1"), 0.75),
        Series(f"{prefix}/cpu/utilizations", revision("api-1"), (1.0, 0.6)),
    ]
    measured = await measure(explore(), until, kinds="run/")
    assert measured.value("run/service", "api", "capacity_units") == 2
    assert measured.value("run/service", "api", "memory_gib") == 0.75
    assert measured.value("run/service", "api", "cpu_ratio") == pytest.approx(0.6)
    assert measured.value("run/service", "thumbs", "capacity_units") == 0
    asleep = measured.points("run/service", "thumbs", "capacity_units")
    assert asleep[0].start <= until - 1800
    assert until - 300 < asleep[-1].end <= until


async def test_a_distribution_of_execution_times_is_executions_under_way(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    labels = {"project_id": "shop-prod", "function_name": "resize", "region": "europe-west1"}
    cloud.series = [
        Series("cloudfunctions.googleapis.com/function/execution_times", labels, (4.0, 5e8))
    ]
    measured = await measure(explore(), until, kinds="cloudfunctions/")
    assert measured.value(
        "cloudfunctions/cloud_function", "resize", "capacity_units"
    ) == pytest.approx(2)


async def test_redis_reads_the_primary_alone(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    name = "projects/shop-prod/locations/europe-west1/instances/cache"
    labels = {
        "project_id": "shop-prod",
        "instance_id": name,
        "region": "europe-west1",
        "node_id": "node-0",
    }
    metric = "redis.googleapis.com/stats/cpu_utilization"
    cloud.series = [
        Series(metric, labels, 0.6, {"role": "primary", "space": "user", "relationship": "parent"}),
        Series(
            metric, labels, 0.2, {"role": "primary", "space": "system", "relationship": "parent"}
        ),
        Series(
            metric,
            {**labels, "node_id": "node-1"},
            0.9,
            {"role": "replica", "space": "user", "relationship": "parent"},
        ),
    ]
    measured = await measure(explore(), until, kinds="redis/")
    assert measured.value("redis/instance", "cache", "cpu_ratio") == pytest.approx(
        0.4
    )  # of two vCPUs


async def test_the_same_series_twice_counts_once(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    """A sum of two series of one resource is of two series, not of one told twice."""
    labels = {"bucket_name": "shop-assets", "project_id": "shop-prod", "location": "eu"}
    kinds = ({"storage_class": "STANDARD", "type": "live-object"},)
    cloud.series = [Series(STORED, labels, 2.0**30, kind) for kind in kinds]
    client = explore()
    once = await measure(client, until, 7200, kinds="storage/")
    cloud.break_("monitoring", "twice")
    twice = await measure(client, until, 7200, kinds="storage/")
    assert twice.reading.points == once.reading.points
    assert any(points[-1].value == 1 for points in once.reading.points.values() if points)


@pytest.mark.parametrize(
    ("how", "said"), [("partial", "one shard did not answer"), ("unreachable", "projects/other")]
)
async def test_a_partial_answer_is_kept_and_counted(
    explore: Explore, cloud: GoogleCloud, until: float, how: str, said: str
) -> None:
    cloud.series = [instance(86, 0.5)]
    cloud.break_("monitoring", how)
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.value("compute/instance", "hpc", "cpu_ratio") == 0.5
    failure = measured.reading.failures["compute/instance"]
    assert said in str(failure)
    assert failure.reason == "unreachable"


async def test_a_metric_nobody_ever_wrote_is_no_failure(
    explore: Explore, cloud: GoogleCloud, until: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(METRIC_TYPES, "agent.googleapis.com/gpu/utilization")
    cloud.series = [instance(82, 0.5)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.reading.failures == {}


async def test_monitoring_switched_off_fails_and_names_the_remedy(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.break_("monitoring", "disabled")
    measured = await measure(explore(), until, kinds="run/")
    assert "gcloud services enable monitoring.googleapis.com" in str(
        measured.reading.failures["run/service"]
    )
    assert measured.reading.points == {}  # silence is not sleep


async def test_a_refused_read_names_the_permission(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.break_("monitoring", "permission")
    measured = await measure(explore(), until, kinds="compute/instance")
    assert "grant monitoring.timeSeries.list" in str(measured.reading.failures["compute/instance"])


async def test_each_project_is_asked_or_the_scoping_one(
    explore: Explore, cloud: GoogleCloud, calls: Calls, until: float
) -> None:
    cloud.projects["lab"] = "77"
    only = [
        item
        for item in recorded()
        if "/instances/hpc" in item["name"] or item["assetType"].endswith("/Project")
    ]
    cloud.assets = [*only, *moved(only, "lab", "77")]
    lab = {"instance_id": "4751091017865185086", "zone": "europe-west1-b", "project_id": "lab"}
    cloud.series = [instance(86, 0.5), Series(CPU, lab, 0.125)]
    for scope, paths in (("", 2), ("scoping", 1)):
        cloud.calls.clear()
        client = explore(organization_id="7", metrics_scope=scope, exclude=BY_TOKEN)
        resources = [
            item for item in (await swept(client)).resources if item.kind == "compute/instance"
        ]
        reading = await client.series(reads(resources, until - 900), until)
        values = {
            resource_id.split("/")[2]: points[-1].value
            for (resource_id, _), points in reading.points.items()
        }
        assert values == {"shop-prod": 0.5, "lab": 0.125}
        assert cloud.calls[LIST] == paths
    assert calls.units["scoping", "timeSeries.list"] == 2
    of_lab = [resource for resource in resources if resource.location.account_id == "lab"]
    await client.series(reads(of_lab, until - 900), until)
    assert (
        calls.units["scoping", "timeSeries.list"] == 3
    )  # the other project's series are not paid for


def spoil(
    monkeypatch: pytest.MonkeyPatch, cloud: GoogleCloud, how: Callable[[int, dict[str, Any]], Any]
) -> None:
    """Answer with each series as `how` makes it of its rank and itself."""
    answer = gcp_monitoring.answer

    def spoiled(*args: Any) -> list[Any]:
        return [how(rank, item) for rank, item in enumerate(answer(*args))]

    monkeypatch.setattr(gcp_monitoring, "answer", spoiled)
    cloud.checked = False


NOON = [{"interval": {"endTime": "noon"}}]


async def test_a_series_that_cannot_be_read_costs_itself(
    explore: Explore, cloud: GoogleCloud, until: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch, cloud, lambda rank, item: item if rank else {**item, "points": NOON})
    cloud.series = [instance(79, 0.25), instance(86, 0.5)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.value("compute/instance", "hpc", "cpu_ratio") == 0.5
    assert measured.reading.failures == {}
    assert measured.reading.skipped == {("compute/instance", "ValueError"): 1}


async def test_of_several_series_that_are_one_sum_all_must_be_read(
    explore: Explore, cloud: GoogleCloud, until: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a sum would pass for the whole."""
    first: dict[str, Any] = {}

    def twice(rank: int, item: dict[str, Any]) -> dict[str, Any]:
        first.update({} if rank else item)
        return {**first, "points": NOON} if rank else item

    spoil(monkeypatch, cloud, twice)
    cloud.series = [instance(79, 0.25), instance(86, 0.5)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.reading.points == {}
    assert measured.reading.failures == {}
    assert sum(measured.reading.skipped.values()) == 1


@pytest.mark.parametrize(
    "nonsense", [{"points": NOON}, "x", None, 7, {"resource": {"labels": 1e308}}]
)
async def test_series_of_which_none_can_be_read_fail_their_kind(
    explore: Explore,
    cloud: GoogleCloud,
    until: float,
    monkeypatch: pytest.MonkeyPatch,
    nonsense: Any,
) -> None:
    spoil(monkeypatch, cloud, lambda rank, item: nonsense)
    cloud.series = [instance(79, 0.25), instance(86, 0.5)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert measured.reading.points == {}
    assert measured.reading.failures["compute/instance"].reason == "malformed"
    assert sum(measured.reading.skipped.values()) == 2


@pytest.mark.parametrize("nonsense", [{"points": NOON}, {"resource": {"labels": {}}}])
async def test_what_cannot_be_read_is_not_said_to_be_absent(
    explore: Explore,
    cloud: GoogleCloud,
    until: float,
    monkeypatch: pytest.MonkeyPatch,
    nonsense: dict[str, Any],
) -> None:
    """Where absence means zero, a spoiled series must not pass for it."""
    spoil(monkeypatch, cloud, lambda rank, item: item if rank else {**item, **nonsense})
    metric = "run.googleapis.com/container/cpu/allocation_time"
    place = {"project_id": "shop-prod", "location": "europe-west1"}
    cloud.series = [
        Series(metric, {**place, "service_name": name, "revision_name": "1"}, 2.0)
        for name in ("api", "x")
    ]
    measured = await measure(explore(), until, kinds="run/service")
    assert (
        measured.by_name["run/service", "api"].id,
        "capacity_units",
    ) not in measured.reading.points


async def test_what_is_no_number_is_no_point(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    cloud.checked = False
    cloud.series = [instance(79, 0.25)]
    client = explore()
    await client.connect()
    cloud.break_("monitoring", "odd numbers")
    measured = await measure(client, until, kinds="compute/instance")
    values = {point.value for point in chain.from_iterable(measured.reading.points.values())}
    assert values == {1e308, -1.0}, "which are for collect to refuse"
    assert measured.reading.failures == {}


async def test_yesterdays_points_are_not_taken_for_the_present(
    explore: Explore, cloud: GoogleCloud, until: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shifted(rank: int, item: dict[str, Any]) -> dict[str, Any]:
        days = 1 if rank else -1  # tomorrow's are no better
        return {**item, "points": [moved_by(days, point) for point in item["points"]]}

    spoil(monkeypatch, cloud, shifted)
    cloud.series = [instance(79, 0.25), instance(86, 0.5)]
    measured = await measure(explore(), until, kinds="compute/instance")
    assert not any(measured.reading.points.values())
    assert measured.reading.failures == {}


async def test_bytes_of_datasets_and_slots_of_projects(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    sales = {"project_id": "shop-prod", "dataset_id": "sales"}
    cloud.series = [
        Series(
            "bigquery.googleapis.com/storage/stored_bytes", sales, 2.0 * 1024**3, {"table": "a"}
        ),
        Series(
            "bigquery.googleapis.com/storage/stored_bytes", sales, 1.0 * 1024**3, {"table": "b"}
        ),
        Series(
            "bigquery.googleapis.com/slots/allocated_for_project",
            {"project_id": "shop-prod"},
            100.0,
        ),
    ]
    measured = await measure(explore(), until, seconds=6 * 3600, kinds="bigquery/")
    assert measured.value("bigquery/dataset", "sales", "stored_gib") == 3
    assert measured.value("bigquery/project", "shop-prod", "capacity_units") == 100
    # Stored bytes may be three hours late: the fake tells none that is younger, by its own clock.
    last = measured.points("bigquery/dataset", "sales", "stored_gib")[-1]
    assert last.end <= time.time() - 3 * 3600


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"doubleValue": 0.5}, 0.5),
        ({"int64Value": "12"}, 12),
        ({"distributionValue": {"count": "30", "mean": 2.5}}, 0.25),
        ({"distributionValue": {}}, 0),
    ],
)
def test_values_of_points(value: dict[str, Any], expected: float) -> None:
    assert value_of({"value": value}, 300) == expected


async def test_resources_without_the_key_are_not_asked_for(explore: Explore, until: float) -> None:
    metric = METRICS["compute/instance"][0]
    resource = next(item for item in (await swept(explore())).resources if item.name == "web-2")
    unnamed = replace(resource, monitor={})
    assert list(questions([Read(unnamed, metric, until - 900)], until, "")) == []


def test_nothing_new_is_no_call() -> None:
    assert list(questions([], 0, "")) == []


async def test_a_read_that_begins_at_the_end_asks_nothing(
    explore: Explore, cloud: GoogleCloud, until: float
) -> None:
    client = explore(exclude=BY_TOKEN)
    resources = [
        item for item in (await swept(client)).resources if item.kind == "compute/instance"
    ]
    await client.series(reads(resources, until), until)
    assert cloud.calls[LIST] == 0
