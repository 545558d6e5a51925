"""Clusters of GKE Autopilot: their pods share them once, by what they ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.kubernetes.clusters import Clusters
from cloud_carbon_exporter.kubernetes.sources import FromPrometheus
from cloud_carbon_exporter.kubernetes.usage import NodeUsage, Usage
from cloud_carbon_exporter.model.clusters import ClusterKey, Workload
from cloud_carbon_exporter.model.node_split import Held, Node
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.types import Component, Location
from tests.fakes.prometheus import FakePrometheus
from tests.kubernetes.estate import GIB, NOON, StillFeed, clusters, settings
from tests.kubernetes.test_feed import Told
from tests.model.machines import footprint, holding

WEB, DB = Workload("shop", "Deployment", "web"), Workload("data", "StatefulSet", "db")


def autopilot(host_type: str = "autopilot") -> Row:
    """A cluster whose pods ask for 2 cores and 4 GiB, and its control plane."""
    resource = replace(
        holding(
            Component("fixed", "gcp/gke-control-plane", 3, assumed="it is not shown"),
            Component("vcpu", "e2", 2.0, load="cpu_ratio"),
            Component("memory", "", 4.0),
        ),
        id="container.googleapis.com/projects/p/locations/europe-west1/clusters/prod",
        kind="container/cluster",
        name="prod",
        location=Location("gcp", "p", "europe-west1"),
        info={"host_type": host_type},
    )
    loads = {"cpu_ratio": 0.5}
    return Row(resource, footprint(resource, loads), loads)


def node(name: str, held: dict[Workload, Held]) -> NodeUsage:
    return NodeUsage(name, f"gce://p/europe-west1-b/{name}", Node(), held)


USAGE = Usage(
    (
        node("gk3-prod-1", {WEB: Held(0.1, 1.0, GIB, 2 * GIB, 2 * GIB)}),
        node("gk3-prod-2", {WEB: Held(0.1, 0.5, 0, GIB, GIB), DB: Held(0.4, 0.5, 0, GIB, GIB)}),
    ),
    {},
)


def told(row: Row) -> Clusters:
    feed = StillFeed(settings())
    feed.tell(USAGE, NOON)
    return clusters(feed)


def test_its_pods_share_it_by_what_they_ask_for_and_come_to_all_of_it() -> None:
    row = autopilot()
    news = told(row).news((row,), (), NOON, advance=True)
    watts = {each.workload: each.now.power_watts.value for each in news.rows}
    assert watts.keys() == {WEB, DB}
    assert watts[WEB] == pytest.approx(3 * watts[DB]), "of cores and of memory"
    assert sum(watts.values()) == pytest.approx(row.footprint.power_watts.value)
    assert {each.cluster for each in news.rows} == {ClusterKey("gcp", "p", "prod")}
    (state,) = news.states
    assert (state.up, state.error, dict(state.nodes)) == (True, "", {"serverless": 2})


def test_another_cluster_is_not_taken_for_it() -> None:
    row = autopilot("standard")
    news = told(row).news((row,), (), NOON, advance=True)
    assert news.rows == ()
    assert news.states[0].up, "there is no machine to be split, and nothing is amiss"


async def test_what_its_pods_ask_for_is_read_whatever_becomes_of_idle_parts() -> None:
    told = Told()
    for name in ("gk3-1", "gke-1"):
        provider_id = f"gce://p/z/{name}"
        answers = {"nodes": [({"node": name, "provider_id": provider_id}, 1.0)]}
        async with FakePrometheus(answers, NOON) as prometheus:
            source = FromPrometheus(replace(settings(), url=prometheus.url), told)
            await source.usage(lambda: NOON)
            await source.close()
            assert "cores_asked" in prometheus.asked
