"""Queries and usage, held against a real Prometheus and the names of several versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import astuple, replace

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.kubernetes.prometheus import Prometheus
from cloud_carbon_exporter.kubernetes.queries import OF_PODS, QUERIES
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.usage import NodeUsage, Usage, UsageReading
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held
from tests.kubernetes.real_prometheus import prometheus
from tests.kubernetes.recording import (
    CAPACITY,
    GIB,
    NODES,
    ONE,
    TASK,
    TWO,
    USED,
    VERSIONS,
    Series,
    recording,
)

pytestmark = pytest.mark.e2e

WEB = Workload("shop", "Deployment", "web")
CNI = Workload("kube-system", "DaemonSet", "cni")
NIGHTLY = Workload("jobs", "CronJob", "nightly")
DEBUG = Workload("default", "Pod", "debug")
STATIC = Workload("kube-system", "StaticPod", "proxy")
DB = Workload("data", "StatefulSet", "db")

ON_ONE = {
    WEB: Held(0.5, 0.75, 0.75 * GIB, 2.0 * GIB, 2.0 * GIB),
    CNI: Held(0.02, 0.025, 0.1 * GIB, 0, 0.1 * GIB),
    DEBUG: Held(0, 0, 0.01 * GIB, 0, 0.01 * GIB),
    STATIC: Held(0.01, 0.1, 0.05 * GIB, 0, 0.05 * GIB),
    DB: Held(0.3, 0, 1.0 * GIB, 1.0 * GIB, 1.0 * GIB),
}
ON_TWO = {
    WEB: Held(0.2, 0.5, 3.0 * GIB, 2.0 * GIB, 3.0 * GIB),
    CNI: Held(0.03, 0.025, 0.1 * GIB, 0, 0.1 * GIB),
    NIGHTLY: Held(0.6, 0, 0.2 * GIB, 0, 0.2 * GIB),
}


async def usage_of(url: str, **matchers: str) -> Usage:
    counted: list[str] = []
    settings = ClusterSettings(cluster="prod", url=url, matchers=matchers)
    asked = Prometheus(settings, lambda operation, outcome: counted.append(operation))
    try:
        reading = UsageReading()
        for name in QUERIES:
            if name in OF_PODS:
                reading.take_pods(name, (await asked.ask_of_pods(name)).samples)
            else:
                reading.take(name, (await asked.ask(name)).samples)
    finally:
        await asked.close()
    assert counted == list(QUERIES)  # one query a metric, however many pods
    return reading.usage()


def by_name(usage: Usage) -> dict[str, NodeUsage]:
    return {node.name: node for node in usage.nodes}


@pytest.mark.parametrize("name", VERSIONS)
async def test_usage_is_the_same_whatever_the_version_calls_it(name: str, tmp_path: Path) -> None:
    version = VERSIONS[name]
    with prometheus(recording(version), tmp_path) as url:
        usage = await usage_of(url)
    nodes = by_name(usage)
    assert {node.name: node.provider_id for node in usage.nodes} == NODES
    assert nodes[TASK].workloads == {}
    for node, expected in ((ONE, ON_ONE), (TWO, ON_TWO)):
        found = nodes[node].workloads
        assert found.keys() == expected.keys()
        for workload, held in expected.items():
            sidecar = 0.5 * GIB if version.sidecars and (node, workload) == (TWO, WEB) else 0.0
            asked = held.memory_bytes_asked + sidecar
            wanted = replace(held, memory_bytes_asked=asked)
            assert astuple(found[workload]) == pytest.approx(astuple(wanted), rel=1e-6)
        told = nodes[node].node
        assert (told.cores, told.memory_bytes) == (CAPACITY["cpu"], CAPACITY["memory"])
        assert told.cores_used == pytest.approx(USED[node][0])
        assert told.memory_bytes_used == pytest.approx(USED[node][1])
    assert usage.disks == ({"aws/vol-0ccc": DB} if version.volumes else {})


async def test_a_node_that_is_gone_is_told_of_for_an_hour(tmp_path: Path) -> None:
    version = VERSIONS["kube-state-metrics 2"]
    gone = Series("kube_node_info", {"node": "spot", "provider_id": "aws:///a/i-0ddd"}, 1)
    with prometheus([*recording(version), gone._replace(ends=600)], tmp_path) as url:
        usage = await usage_of(url)
    assert usage.former == ("aws/i-0ddd",)
    assert by_name(usage).keys() == NODES.keys()


def labelled(series: list[Series], **labels: str) -> list[Series]:
    return [one._replace(labels={**one.labels, **labels}) for one in series]


async def test_two_clusters_in_one_prometheus_are_told_apart_by_matchers(tmp_path: Path) -> None:
    one = recording(VERSIONS["kube-state-metrics 2"])
    other = [
        series._replace(value=series.value * 2 if series.counter else series.value)
        for series in one
    ]
    both = [*labelled(one, cluster="prod"), *labelled(other, cluster="test")]
    with prometheus(both, tmp_path) as url:
        usage = await usage_of(url, cluster="prod")
        assert by_name(usage)[ONE].workloads[WEB].cores == pytest.approx(0.5)
        with pytest.raises(Malformed, match=r"several clusters: prod, test \(name one"):
            await usage_of(url)
        with pytest.raises(CollectError, match="no kube_node_info"):
            await usage_of(url, cluster='none"such')


async def test_boards_are_told_by_dcgm_however_it_is_scraped_and_once(tmp_path: Path) -> None:
    version = VERSIONS["kube-state-metrics 2"]
    board = {"gpu": "0", "UUID": "GPU-a", "Hostname": ONE}
    second = {"gpu": "1", "UUID": "GPU-b", "Hostname": ONE}
    where = {"namespace": "shop", "pod": "web-5d9f-aaaaa"}
    asked = {**where, "container": "app", "node": ONE, "resource": "nvidia_com_gpu"}
    series = [
        *recording(version),
        Series("kube_node_status_capacity", {"node": ONE, "resource": "nvidia_com_gpu"}, 2),
        Series("kube_pod_container_resource_requests", asked, 1),
        Series("DCGM_FI_DEV_GPU_UTIL", {**board, **where}, 60),
        Series("DCGM_FI_DEV_GPU_UTIL", second, 20),
    ]
    exporter = {"namespace": "gpu", "pod": "dcgm-exporter-x"}
    exported = [
        *series[:-2],
        Series(
            "DCGM_FI_DEV_GPU_UTIL",
            {**board, **exporter, "exported_namespace": "shop", "exported_pod": "web-5d9f-aaaaa"},
            60,
        ),
        Series("DCGM_FI_DEV_GPU_UTIL", {**second, **exporter}, 20),
    ]
    # The exporter's own pod is its Hostname where nobody tells it the node's.
    elsewhere = {**board, **where, "Hostname": "dcgm-exporter-x", "node": ONE}
    of_pod = [
        *series[:-2],
        Series("DCGM_FI_DEV_GPU_UTIL", elsewhere, 60),
        Series("DCGM_FI_DEV_GPU_UTIL", {**second, "Hostname": "dcgm-exporter-x", "node": ONE}, 20),
    ]
    both = [*series, *exported[-2:]]
    for number, told in enumerate((series, exported, both, of_pod)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with prometheus(told, folder) as url:
            node = by_name(await usage_of(url))[ONE]
        assert node.node.board_work == 80
        held = node.workloads[WEB]
        assert (held.boards_asked, held.board_work) == (0.5, 60)
