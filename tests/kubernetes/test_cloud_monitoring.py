"""Usage by Cloud Monitoring: one call a metric, the same split, and what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import cast

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.kubernetes import cloud_monitoring
from cloud_carbon_exporter.kubernetes.cloud_monitoring import METRICS, CloudMonitoring
from cloud_carbon_exporter.kubernetes.feed import ClusterFeed
from cloud_carbon_exporter.kubernetes.machines import Machines
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.spending import MONTH_SECONDS
from cloud_carbon_exporter.kubernetes.splitting import Splitter
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload
from cloud_carbon_exporter.model.node_split import Held
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Location
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.gcp.client.http import Rest
from tests.http.clients import PlantedTokens
from tests.kubernetes.estate import GIB, NOON
from tests.kubernetes.gke import CLUSTER, ONE, PROJECT, TWO, Monitoring
from tests.kubernetes.test_feed import Told
from tests.model.machines import footprint
from tests.model.machines import resource as machine

SETTINGS = ClusterSettings(
    cluster="prod", source="cloud_monitoring", called=CLUSTER, project=PROJECT
)
WEB = Workload("shop", "Deployment", "web")
AGENT = Workload("kube-system", "DaemonSet", "agent")


@pytest.fixture
async def monitoring(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Monitoring]:
    """Cloud Monitoring, where the client finds it."""
    async with Monitoring().running() as served:
        monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING", served.url)
        monkeypatch.setattr(
            cloud_monitoring,
            "open_rest",
            lambda settings, meter: Rest(cast(Tokens, PlantedTokens()), meter, 5),
        )
        yield served
    assert served.violations == []


async def asked(settings: ClusterSettings = SETTINGS) -> Usage:
    source = CloudMonitoring(settings, cloud_monitoring.open_rest(settings, Told()))
    try:
        return await source.usage(lambda: NOON)
    finally:
        await source.close()


@pytest.mark.parametrize("page", [1, 1000])
async def test_usage_is_by_node_and_what_stands_above_the_pods(
    monitoring: Monitoring, page: int
) -> None:
    monitoring.page = page
    usage = await asked()
    one, two = usage.nodes
    assert (one.name, one.provider_id) == (ONE, f"gce://{PROJECT}//{ONE}")
    assert one.node[:5] == (2.0, 8.0 * GIB, 0.0, 1.0, 4.0 * GIB)
    assert one.workloads == {
        WEB: Held(0.5, 0, GIB, 2 * GIB, 2 * GIB, 1, 80, 0),
        AGENT: Held(0.1, 0, GIB / 2, 0, GIB / 2),
    }
    assert two.workloads.keys() == {AGENT, Workload("default", "Pod", "")}
    assert usage.disks == {}


async def test_one_call_a_metric_for_this_cluster_alone(monitoring: Monitoring) -> None:
    await asked(replace(SETTINGS, location="europe-west1", idle="by-request"))
    assert monitoring.asked == {metric.name: 1 for metric in METRICS}
    for filtered in monitoring.filters:
        assert 'resource.label.cluster_name = "shop"' in filtered
        assert 'resource.label.location = "europe-west1"' in filtered
    memory = [filtered for filtered in monitoring.filters if "used_bytes" in filtered]
    assert len(memory) == 2
    assert all('metric.label.memory_type = "non-evictable"' in each for each in memory)


async def test_what_is_asked_for_is_not_read_where_idle_parts_stand_apart(
    monitoring: Monitoring,
) -> None:
    await asked()
    assert "container/cpu/request_cores" not in monitoring.asked


async def test_a_metric_that_nobody_writes_is_not_missed(
    monitoring: Monitoring,
) -> None:
    monitoring.missing = {"container/accelerator/request", "container/accelerator/duty_cycle"}
    held = (await asked()).nodes[0].workloads[WEB]
    assert (held.boards_asked, held.board_work) == (0, 0)


async def test_a_cluster_that_nothing_is_known_of_is_said(monitoring: Monitoring) -> None:
    monitoring.missing = {metric.name for metric in METRICS}
    with pytest.raises(CollectError, match="no node of this cluster has metrics"):
        await asked()


async def test_a_part_of_an_answer_is_none(monitoring: Monitoring) -> None:
    monitoring.partial = "a zone is down"
    with pytest.raises(CollectError, match="partial: a zone is down"):
        await asked()


async def test_two_clusters_of_one_name_are_not_mixed(monitoring: Monitoring) -> None:
    monitoring.locations = ["europe-west1", "us-east1"]
    with pytest.raises(CollectError, match=r"europe-west1, us-east1 \(say its location\)"):
        await asked()


def row(zone: str, name: str) -> Row:
    found = machine("gcp", "n2-standard-2")
    at = Location("gcp", PROJECT, "europe-west1", zone)
    id_ = f"//compute.googleapis.com/projects/{PROJECT}/zones/{zone}/instances/{name}"
    resource = replace(found, id=id_, kind="compute/instance", name=name, location=at)
    loads = {"cpu_ratio": 0.5}
    return Row(resource, footprint(resource, loads), loads)


async def test_the_split_is_the_same_function_and_its_parts_add_up(
    monitoring: Monitoring,
) -> None:
    usage = await asked()
    rows = [row("europe-west1-b", ONE), row("europe-west1-c", TWO)]
    found = Splitter().split(SETTINGS, usage, Machines().by_key(rows), set())
    assert found.states == {"split": 2}
    for node in found.nodes:
        assert sum([part.watts for part in node.portions.values()]) == pytest.approx(1)
        assert sum([part.grams for part in node.portions.values()]) == pytest.approx(1)
    assert found.nodes[0].portions.keys() == {WEB, AGENT, UNKNOWN, IDLE}


async def test_a_name_that_two_machines_of_a_project_have_is_neither(
    monitoring: Monitoring,
) -> None:
    usage = await asked()
    rows = [row("europe-west1-b", ONE), row("europe-west1-c", ONE), row("europe-west1-b", TWO)]
    found = Splitter().split(SETTINGS, usage, Machines().by_key(rows), set())
    assert found.states == {"unmatched": 1, "split": 1}


async def test_what_it_costs_is_written_down_and_held_to_a_budget(
    monitoring: Monitoring,
) -> None:
    now = [NOON]
    budget, told = Budget(lambda: now[0]), Told()
    settings = replace(SETTINGS, budget_dollars=0.03)
    feed = ClusterFeed(
        [settings], 300, told, told.error, told, lambda: now[0], lambda: NOON, bills=budget
    )
    await feed.refresh()
    series = 2 * 4 + 4 + 2 + 1 + 1 + 1
    cost = series * 0.50 / 1e6
    assert budget.use().dollars["gcp", PROJECT, "monitoring"] == pytest.approx(cost)
    between = cost / 0.03 * MONTH_SECONDS
    assert 720 < between < 900, "the least of a source that is paid for is 15 minutes"
    reads = monitoring.asked.total()
    now[0] += 0.89 * 900
    await feed.refresh()
    assert monitoring.asked.total() == reads
    now[0] += 0.02 * 900
    await feed.refresh()
    assert monitoring.asked.total() == 2 * reads
    (read,) = feed.reads()
    assert read.usable(now[0] + 1799, 900) is read.usage, "it is not stale before the next read"
    await feed.close()


async def test_a_small_budget_makes_it_seldom_and_ends_it(monitoring: Monitoring) -> None:
    now = [NOON]
    budget, told = Budget(lambda: now[0]), Told()
    settings = replace(SETTINGS, budget_dollars=0.00001)
    feed = ClusterFeed(
        [settings], 300, told, told.error, told, lambda: now[0], lambda: NOON, bills=budget
    )
    await feed.refresh()
    reads = monitoring.asked.total()
    now[0] += 86400
    await feed.refresh()
    assert monitoring.asked.total() == reads
    now[0] += 32 * 86400  # the next month
    await feed.refresh()
    assert monitoring.asked.total() == 2 * reads
    await feed.close()
