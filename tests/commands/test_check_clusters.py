"""`check` of clusters: what each knows, what is missing of it, and what failed."""

from __future__ import annotations

import time

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.commands.check_clusters import try_clusters
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from tests.fakes.prometheus import FakePrometheus, Vector

POD = {"namespace": "shop", "pod": "web-1"}
NODES: Vector = [({"node": "n", "provider_id": "aws:///a/i-01"}, 1.0)]
PODS: Vector = [({**POD, "node": "n"}, 1.0)]


async def tried(answers: dict[str, Vector], status: int = 200) -> tuple[str, str]:
    async with FakePrometheus(answers, time.time()) as prometheus:
        prometheus.status = status
        cluster = ClusterSettings(cluster="prod", url=prometheus.url)
        (found,) = await try_clusters([cluster], Budget(time.time))
    assert found.cluster == "prod"
    return found.detail, found.error


async def test_what_a_cluster_knows_is_told() -> None:
    whole: dict[str, Vector] = {
        "nodes": NODES,
        "pods": PODS,
        "cores": [(POD, 0.5)],
        "node_cores": [({"node": "n"}, 1.0)],
    }
    assert await tried(whole) == ("nodes: 1, workloads: 1", "")


async def test_what_is_missing_for_an_exact_split_is_told() -> None:
    detail, error = await tried({"nodes": [({"node": "n"}, 1.0)], "pods": PODS})
    assert not error
    assert "nothing tells what nodes use in all" in detail
    assert "is cAdvisor scraped?" in detail
    assert "no node has a provider id" in detail


async def test_a_prometheus_that_refuses_is_a_failure() -> None:
    detail, error = await tried({}, 403)
    assert not detail
    assert "kubernetes prod nodes: status 403" in error


async def test_without_clusters_nothing_is_asked() -> None:
    assert await try_clusters([], Budget(time.time)) == []
