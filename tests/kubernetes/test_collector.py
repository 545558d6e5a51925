"""A day of a cluster on a virtual clock: from discovery to counters, by the whole collector."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect import Collector
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.exposition import Settings as ExpositionSettings
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload
from cloud_carbon_exporter.model.provider_ids import provider_id
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.service.opening import open_collector
from tests.fakes.prometheus import FakePrometheus, Vector

HOUR = 1_764_000_000.0
ROUND = 900.0
NODES = 3
WEB, NIGHTLY = Workload("shop", "StatefulSet", "web"), Workload("jobs", "Job", "nightly")


def machines(snapshot: Snapshot) -> dict[str, str]:
    """Some instances that run, by id, each with its provider id."""
    found: dict[str, str] = {}
    for row in snapshot.rows:
        if row.resource.kind == "ec2/instance" and row.footprint.power_watts.value > 0:
            found[row.resource.id] = provider_id(row.resource)
    return dict(sorted(found.items())[:NODES])


def told(provider_ids: Mapping[str, str], hour: float) -> dict[str, Vector]:
    """What a Prometheus says at an hour of the day: the job runs by night alone."""
    nodes = list(provider_ids.values())
    pods = [({"namespace": "shop", "pod": f"web-{n}"}, n, WEB) for n in range(len(nodes))]
    if hour < 6:
        pods.append(({"namespace": "jobs", "pod": "nightly-x"}, 0, NIGHTLY))
    info = []
    for labels, number, workload in pods:
        owner = {"created_by_kind": workload.kind, "created_by_name": workload.name}
        info.append(({**labels, **owner, "node": f"n{number}"}, 1.0))
    return {
        "nodes": [({"node": f"n{n}", "provider_id": said}, 1.0) for n, said in enumerate(nodes)],
        "pods": info,
        "cores": [(labels, 0.5 + hour / 24) for labels, _, _ in pods],
        "memory": [(labels, 2.0**30) for labels, _, _ in pods],
        "node_cores": [({"node": f"n{n}"}, 1.75) for n in range(len(nodes))],
        "node_memory": [({"node": f"n{n}"}, 2.0**31) for n in range(len(nodes))],
    }


class Day:
    """A collector of a demo with one cluster, and the time it lives in."""

    def __init__(self, prometheus: FakePrometheus, mode: str = "background") -> None:
        self.now = HOUR
        arguments = ["-demo.enabled", "-demo.resources=120", f"-collect.mode={mode}"]
        settings = load(arguments, {}).settings
        cluster = ClusterSettings(cluster="prod", url=prometheus.url)
        self.prometheus = prometheus
        self.collector: Collector[Exposition] = open_collector(
            replace(settings, clusters=(cluster,)),
            Renderer(ExpositionSettings(version="0", model_version="0")),
            clock=lambda: self.now,
        )

    async def round(self) -> Snapshot:
        """Collect, fifteen minutes after the last time."""
        self.now += ROUND
        self.prometheus.now = time.time()
        await self.collector.refresh()
        return self.collector.snapshot


def joules(snapshot: Snapshot) -> dict[Workload, float]:
    found: dict[Workload, float] = {}
    for row in snapshot.clusters.rows:
        if row.totals is not None:
            found[row.workload] = found.get(row.workload, 0.0) + row.totals.energy_joules
    return found


def of_nodes(snapshot: Snapshot, nodes: Mapping[str, str]) -> float:
    totals = [row.totals for row in snapshot.rows if row.resource.id in nodes]
    return math.fsum(each.energy_joules for each in totals if each)


@pytest.mark.slow
async def test_a_day_of_a_cluster_comes_to_its_nodes() -> None:
    async with FakePrometheus({}, time.time()) as prometheus:
        day = Day(prometheus)
        nodes = machines(await day.round())
        assert len(nodes) == NODES
        assert not day.collector.snapshot.clusters.states[0].up
        assert day.collector.snapshot.clusters.rows == ()
        nodes_before, risen = of_nodes(day.collector.snapshot, nodes), 0.0
        before: dict[Workload, float] = {}
        for number in range(96):
            prometheus.answers = told(nodes, number / 4)
            prometheus.status = 503 if number in (40, 41) else 200
            snapshot = await day.round()
            state = snapshot.clusters.states[0]
            assert state.nodes == {"split": NODES}
            assert state.up is (number not in (40, 41))
            drawn = math.fsum(
                row.footprint.power_watts.value for row in snapshot.rows if row.resource.id in nodes
            )
            rows = snapshot.clusters.rows
            shared = math.fsum(row.now.power_watts.value for row in rows)
            assert shared == pytest.approx(drawn)
            counted = joules(snapshot)
            for workload, value in counted.items():
                assert value >= before.get(workload, 0.0)
                risen += value - before.get(workload, 0.0)
            before = counted
            # the nodes' time before the cluster was first read is counted late, as unknown
            assert risen == pytest.approx(of_nodes(snapshot, nodes) - nodes_before)
        assert before[WEB] > 0 and before[IDLE] > 0 and before[UNKNOWN] > 0
        assert NIGHTLY not in before  # it has gone for hours, and has no series any more
        await day.collector.close()


async def test_the_nodes_stay_where_the_prometheus_fails() -> None:
    async with FakePrometheus({}, time.time()) as prometheus:
        day = Day(prometheus)
        prometheus.status, prometheus.body = 500, b"no"
        snapshot = await day.round()
        await day.collector.close()
    assert machines(snapshot)
    (state,) = snapshot.clusters.states
    assert "status 500" in state.error
    assert snapshot.clusters.rows == ()
    assert ("kubernetes", "nodes", "unreachable") in snapshot.api.errors


async def test_scrape_mode_shows_the_split_without_counters() -> None:
    async with FakePrometheus({}, time.time()) as prometheus:
        day = Day(prometheus, "scrape")
        nodes = machines(await day.round())
        prometheus.answers = told(nodes, 12)
        snapshot = await day.round()
        await day.collector.close()
    assert {row.totals for row in snapshot.clusters.rows} == {None}
    assert {row.workload for row in snapshot.clusters.rows} == {WEB, IDLE, UNKNOWN}
