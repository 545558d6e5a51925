"""A day of a cluster by a real Prometheus, on a virtual clock: its parts come to its nodes."""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from aiohttp import ClientSession, web

from cloud_carbon_exporter.collect import Collector
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.exposition import Settings as ExpositionSettings
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.reporting.clusters import groups
from cloud_carbon_exporter.service.opening import open_collector
from tests.kubernetes.real_prometheus import prometheus_of
from tests.kubernetes.recording import GIB
from tests.kubernetes.test_collector import joules, machines, of_nodes

DAY = 24.0
ROUND, STEP = 900.0, 60
STARTS = int(time.time()) // 3600 * 3600 - 30 * 3600
"""Of the first hour; a Prometheus keeps two weeks."""

OUTAGE, DARK = (10.0, 10.5), (15.0, 16.0)
"""Hours in which the Prometheus fails, and in which the kubelet of one node is not scraped."""

WEB = Workload("shop", "Deployment", "web")
NIGHTLY = Workload("jobs", "CronJob", "nightly")
AGENT = Workload("kube-system", "DaemonSet", "agent")


class Pod(NamedTuple):
    """A pod, its hours, the node it is on, and what it uses and asks for."""

    namespace: str
    name: str
    owner: tuple[str, str]
    node: int
    hours: tuple[float, float]
    cores: float
    gib: float
    cores_asked: float = 0.1
    gib_asked: float = 0.5


PODS = (
    *[
        Pod("kube-system", f"agent-{n}", ("DaemonSet", "agent"), n, (0, DAY), 0.03, 0.1)
        for n in range(3)
    ],
    Pod("shop", "web-a-1", ("ReplicaSet", "web-a"), 0, (0, 12.2), 0.4, 1.0),
    Pod("shop", "web-a-2", ("ReplicaSet", "web-a"), 1, (0, 12.4), 0.3, 1.0),
    # a new version is rolled out at noon, and by day there is one pod more
    Pod("shop", "web-b-1", ("ReplicaSet", "web-b"), 0, (12.1, DAY), 0.5, 1.2),
    Pod("shop", "web-b-2", ("ReplicaSet", "web-b"), 2, (12.3, DAY), 0.3, 1.2),
    Pod("shop", "web-b-3", ("ReplicaSet", "web-b"), 1, (13, 18), 0.2, 1.2),
    Pod("jobs", "nightly-1-x", ("Job", "nightly-1"), 2, (1, 4.5), 0.9, 0.5, 0.0, 0.0),
    Pod("default", "debug", ("", ""), 1, (8, 8.4), 0.1, 0.1, 0.0, 0.0),
)


def samples(
    provider_ids: Mapping[str, str],
) -> Iterator[tuple[str, str, tuple[float, float], float]]:
    """Metric, labels, hours, and the value, or the rate of a counter."""
    for number, provider_id in enumerate(provider_ids.values()):
        node = f'node="n{number}"'
        yield "kube_node_info", f'{node},provider_id="{provider_id}"', (0, DAY), 1
        for resource, size in (("cpu", 2.0), ("memory", 8.0 * GIB)):
            yield "kube_node_status_capacity", f'{node},resource="{resource}"', (0, DAY), size
        lit = [(0.0, DARK[0]), (DARK[1], DAY)] if number == 1 else [(0.0, DAY)]
        for hours in lit:
            root = f'id="/",{node},job="kubelet"'
            yield "container_cpu_usage_seconds_total", root, hours, 1.4
            yield "container_memory_working_set_bytes", root, hours, 3.0 * GIB
    for pod in PODS:
        who = f'namespace="{pod.namespace}",pod="{pod.name}"'
        kind, name = pod.owner
        created = f'created_by_kind="{kind or "<none>"}",created_by_name="{name or "<none>"}"'
        yield "kube_pod_info", f'{who},node="n{pod.node}",{created}', pod.hours, 1
        for resource, asked in (("cpu", pod.cores_asked), ("memory", pod.gib_asked * GIB)):
            labels = f'{who},container="app",node="n{pod.node}",resource="{resource}"'
            if asked:
                yield "kube_pod_container_resource_requests", labels, pod.hours, asked
        used = f'{who},container="app",id="/kubepods/{pod.name}",job="kubelet"'
        yield "container_cpu_usage_seconds_total", used, pod.hours, pod.cores
        yield "container_memory_working_set_bytes", used, pod.hours, pod.gib * GIB
    for version in ("web-a", "web-b"):
        owner = 'owner_kind="Deployment",owner_name="web"'
        yield (
            "kube_replicaset_owner",
            f'namespace="shop",replicaset="{version}",{owner}',
            (0, DAY),
            1,
        )
    job = 'namespace="jobs",job_name="nightly-1",owner_kind="CronJob",owner_name="nightly"'
    yield "kube_job_owner", job, (0, DAY), 1


def openmetrics(provider_ids: Mapping[str, str]) -> str:
    """All samples of the day as text, a family in one piece, and one round more."""
    families: dict[str, list[str]] = {}
    for metric, labels, hours, value in samples(provider_ids):
        lines = families.setdefault(metric, [])
        first, last = (STARTS + hour * 3600 for hour in hours)
        last += 2 * ROUND if hours[1] == DAY else 0
        moment = math.ceil(first / STEP) * STEP
        while moment <= last:
            said = value * (moment - first) if metric.endswith("_total") else value
            lines.append(f"{metric}{{{labels}}} {said} {moment}")
            moment += STEP
    text: list[str] = []
    for metric, lines in families.items():
        kind = "counter" if metric.endswith("_total") else "gauge"
        text += [f"# TYPE {metric.removesuffix('_total')} {kind}", *lines]
    return "\n".join([*text, "# EOF\n"])


class Clock:
    """The time the collector, and its Prometheus, live in. url: of the real one."""

    def __init__(self) -> None:
        self.now = float(STARTS)
        self.url = ""

    @property
    def hour(self) -> float:
        return (self.now - STARTS) / 3600

    def within(self, hours: tuple[float, float]) -> bool:
        return hours[0] <= self.hour < hours[1]


@asynccontextmanager
async def moved(clock: Clock) -> AsyncIterator[str]:
    """Address of what asks the real Prometheus at the time of the clock, as if that were now."""
    async with ClientSession() as session:

        async def ask(request: web.Request) -> web.Response:
            if clock.within(OUTAGE) or not clock.url:
                return web.Response(status=503)
            at = int(clock.now)
            asked = {"query": request.query["query"], "time": str(at)}
            async with session.get(f"{clock.url}/api/v1/query", params=asked) as answer:
                body = await answer.text()
                now = f'"value":[{time.time():.0f},'
                return web.Response(
                    status=answer.status, text=re.sub(rf'"value":\[{at}(\.0)?,', now, body)
                )

        app = web.Application()
        app.router.add_get("/api/v1/query", ask)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()


def collector(clock: Clock, url: str) -> Collector[Exposition]:
    settings = load(["-demo.enabled", "-demo.resources=120"], {}).settings
    cluster = ClusterSettings(cluster="prod", url=url)
    return open_collector(
        replace(settings, clusters=(cluster,)),
        Renderer(ExpositionSettings(version="0", model_version="0")),
        clock=lambda: clock.now,
    )


def watts(snapshot: Snapshot, workload: Workload) -> float:
    rows = snapshot.clusters.rows
    return math.fsum(row.now.power_watts.value for row in rows if row.workload == workload)


def check_moment(snapshot: Snapshot, nodes: Mapping[str, str], clock: Clock) -> None:
    """What is split now is the nodes, whatever went on in that hour; the report agrees."""
    of_nodes_now = [row for row in snapshot.rows if row.resource.id in nodes]
    drawn = math.fsum(row.footprint.power_watts.value for row in of_nodes_now)
    told = [row.now.power_watts.value for row in snapshot.clusters.rows]
    assert math.fsum(told) == pytest.approx(drawn, rel=1e-9)
    assert min(told) >= 0
    (state,) = snapshot.clusters.states
    assert state.up is not clock.within(OUTAGE)
    assert state.nodes == {"split": len(nodes)}
    parts = [group.now.power_watts.value for group in groups(snapshot, ("namespace",))]
    assert math.fsum(parts) == pytest.approx(snapshot.total().power_watts.value, rel=1e-9)
    if not clock.within((OUTAGE[0], OUTAGE[1] + 0.1)):
        assert (watts(snapshot, NIGHTLY) > 0) is clock.within((1, 4.6)), clock.hour
        assert watts(snapshot, WEB) > watts(snapshot, AGENT) > 0


@pytest.mark.e2e
async def test_a_day_of_a_cluster_by_a_real_prometheus(tmp_path: Path) -> None:
    clock = Clock()
    async with moved(clock) as url:
        running = collector(clock, url)
        clock.now -= ROUND
        await running.refresh()
        nodes = machines(running.snapshot)
        with prometheus_of(openmetrics(nodes), tmp_path) as clock.url:
            nodes_before, risen = of_nodes(running.snapshot, nodes), 0.0
            before: dict[Workload, float] = {}
            of_days: dict[int, float] = {}
            clock.now = STARTS + ROUND
            while clock.hour <= DAY:
                await running.refresh()
                snapshot = running.snapshot
                check_moment(snapshot, nodes, clock)
                counted = joules(snapshot)
                for workload, value in counted.items():
                    assert value >= before.get(workload, 0.0)
                    risen += value - before.get(workload, 0.0)
                before = counted
                for each in snapshot.clusters.days:
                    of_days[each.day] = of_days.get(each.day, 0.0) + each.joules
                assert math.fsum(of_days.values()) == pytest.approx(risen)
                assert risen == pytest.approx(of_nodes(snapshot, nodes) - nodes_before)
                clock.now += ROUND
        await running.close()
    assert risen > 0
    assert len(of_days) == 2 or STARTS % 86_400 == 0
    assert before[WEB] > before[AGENT] > 0
    assert before[IDLE] > 0 and before[UNKNOWN] > 0
    # one Deployment over its rollout; no series of what has gone for hours
    assert set(before) <= {WEB, AGENT, IDLE, UNKNOWN, Workload("shop", "", "__other__"), *GONE}


GONE = {Workload("default", "", "__other__"), Workload("jobs", "", "__other__")}
