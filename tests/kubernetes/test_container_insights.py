"""Usage by Container Insights: the nodes as one pool, in few calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.kubernetes.container_insights import (
    NAMESPACE,
    ContainerInsights,
    open_client,
)
from cloud_carbon_exporter.kubernetes.machines import Machines
from cloud_carbon_exporter.kubernetes.node_pool import Pooled, PoolNode, pool_usage
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.splitting import Splitter
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload
from cloud_carbon_exporter.model.node_split import split
from tests.fakes.aws import AwsFake
from tests.fakes.aws_replay import CountingMeter
from tests.kubernetes.estate import row

REGION = "eu-west-3"
NOON = 1_790_078_400.0
END = NOON - 300
SETTINGS = ClusterSettings(
    cluster="prod", source="container_insights", called="shop", location=REGION
)
WEB, AGENT = Workload("shop", "", "web"), Workload("kube-system", "", "agent")


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[AwsFake]:
    """A cluster of two nodes: 40 % and 20 % of their processors are used."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    started = await AwsFake().start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", started.url)
    for number, (cores, memory) in enumerate(((40.0, 50.0), (20.0, 30.0))):
        node = {"NodeName": f"ip-{number}", "InstanceId": f"i-0{number}"}
        put(started, "node_cpu_utilization", node, [cores] * 5)
        put(started, "node_memory_utilization", node, [memory] * 5)
    put(started, "node_cpu_utilization", {}, [30.0] * 5)
    put(started, "cluster_node_count", {}, [2.0] * 5)
    web = {"PodName": "web", "Namespace": "shop"}
    # two pods, each with a datum a minute
    put(started, "pod_cpu_utilization", web, [15.0] * 10)
    put(started, "pod_cpu_utilization", {**web, "FullPodName": "web-1"}, [15.0] * 5)
    put(started, "pod_memory_utilization", web, [10.0] * 10)
    put(started, "pod_memory_reserved_capacity", web, [25.0] * 10)
    put(started, "pod_cpu_reserved_capacity", web, [20.0] * 10)
    agent = {"PodName": "agent", "Namespace": "kube-system"}
    put(started, "pod_cpu_utilization", agent, [5.0] * 10)
    put(started, "pod_memory_utilization", agent, [5.0] * 10)
    yield started
    await started.stop()


def put(fake: AwsFake, metric: str, dimensions: dict[str, str], values: list[float]) -> None:
    """Data of one period, and of another cluster, which are twenty times as large."""
    at = {END - 300 + 300 * n / len(values): value for n, value in enumerate(values)}
    for cluster, factor in (("shop", 1), ("other", 20)):
        data = {moment: value * factor for moment, value in at.items()}
        fake.cloudwatch.put(REGION, NAMESPACE, metric, {**dimensions, "ClusterName": cluster}, data)


async def asked(
    settings: ClusterSettings = SETTINGS, meter: CountingMeter | None = None, times: int = 1
) -> Usage:
    source = ContainerInsights(settings, open_client(settings, meter or CountingMeter()))
    try:
        for _ in range(times):
            usage = await source.usage(lambda: NOON)
    finally:
        await source.close()
    return usage


async def test_each_node_is_shared_as_all_of_them_are(fake: AwsFake) -> None:
    one, two = (await asked()).nodes
    assert (one.name, one.provider_id) == ("ip-0", "aws:///eu-west-3/i-00")
    assert one.node[:5] == (1.0, 1.0, 0.0, 0.4, 0.5)
    # of 0.6 nodes in use 0.3 are the web's, two thirds of it on the busier node
    assert one.workloads[WEB].cores == pytest.approx(0.2)
    assert two.workloads[WEB].cores == pytest.approx(0.1)
    assert one.workloads[AGENT].cores == pytest.approx(0.1 * 2 / 3)
    assert one.workloads[WEB].memory_bytes == pytest.approx(0.2 * 0.5 / 0.8)
    assert one.workloads[WEB].memory_bytes_held == pytest.approx(0.25), "what is asked for"
    assert one.workloads[WEB].cores_asked == 0


async def test_the_split_adds_up(fake: AwsFake) -> None:
    rows = [row("i-00"), row("i-01")]
    usage = await asked(replace(SETTINGS, idle="by-request"))
    assert usage.nodes[0].workloads[WEB].cores_asked == pytest.approx(0.2)
    found = Splitter().split(SETTINGS, usage, Machines().by_key(rows), set())
    assert found.states == {"split": 2}
    for node in found.nodes:
        assert node.portions.keys() == {WEB, AGENT, UNKNOWN, IDLE}
        assert sum([portion.watts for portion in node.portions.values()]) == pytest.approx(1)


async def test_calls_are_few_and_their_price_is_counted(fake: AwsFake) -> None:
    meter = CountingMeter()
    await asked(meter=meter, times=3)
    # the series are listed once an hour; then one call for all, paid for by the series
    assert meter.units["cloudwatch", "ListMetrics"] == 2
    assert len(fake.cloudwatch.requests) == 3
    assert meter.units["cloudwatch", "GetMetricData"] == 3 * (1 + 2 * 2 + 2 * 3)


async def test_a_part_of_an_answer_is_none(fake: AwsFake) -> None:
    fake.cloudwatch.status["pod_memory_utilization"] = "InternalError"
    with pytest.raises(CollectError, match="9 of 11 series"):
        await asked()


async def test_a_cluster_without_the_agent_is_said(fake: AwsFake) -> None:
    with pytest.raises(CollectError, match=r"no node of lab .*whether its agent"):
        await asked(replace(SETTINGS, called="lab"))


shares = st.floats(0, 1)


@given(
    st.lists(st.tuples(shares, shares), min_size=1, max_size=5),
    st.lists(st.tuples(shares, shares, shares, shares), max_size=6),
    st.integers(0, 6),
)
def test_whatever_is_told_a_node_is_shared_out_whole(
    nodes: list[tuple[float, float]],
    workloads: list[tuple[float, float, float, float]],
    most: int,
) -> None:
    of_nodes = {f"n{n}": PoolNode("", *shares) for n, shares in enumerate(nodes)}
    pooled = {Workload("a", "", f"w{n}"): Pooled(*each) for n, each in enumerate(workloads)}
    usage = pool_usage(of_nodes, pooled, most)
    for node in usage.nodes:
        told = split(node.node, node.workloads)
        for column in zip(*told.values(), strict=True):
            assert sum(column) == pytest.approx(1)
            assert min(column) >= 0
    total = sum([held.cores for node in usage.nodes for held in node.workloads.values()])
    used, known = sum([cores for cores, _ in nodes]), sum([each[0] for each in workloads])
    assert total == pytest.approx(min(used, known), abs=1e-9)
