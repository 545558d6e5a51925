"""Grams a dollar: dollars of OpenCost and cloudcost-exporter beside ours, with labels in common."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.boards import BOARDS, FOREIGN, panels
from tests.deploy.files import DEPLOY, load, names_in
from tests.deploy.files import KUBERNETES_RULES as RULES
from tests.deploy.test_kubernetes_rules import as_input, holds, near, of_ours
from tests.deploy.test_prometheus import promtool
from tests.docs.test_examples import of
from tests.e2e.programs import fetch
from tests.kubernetes.real_prometheus import prometheus
from tests.kubernetes.recording import GIB, ONE, PODS, TWO, Pod, Series, Version, recording

COST = DEPLOY / "prometheus" / "kubernetes" / "cost.yml"
CORE_USD = {ONE: 0.03, TWO: 0.04}
GIB_USD = {ONE: 0.004, TWO: 0.005}
DISK_GIB, DISK_USD = 20.0, 0.0001
GRAMS = {"shop": 0.002, "data": 0.001, "__idle__": 0.003}
"""Grams a second, of power as of manufacture, as the exporter splits them."""

DOLLARS = re.compile("usd_per_hour|hourly_cost")

RUNNING = [pod for pod in PODS if pod.phase == "Running"]


def given(pod: Pod) -> tuple[float, float]:
    """Cores and GiB, by container the larger of use and request."""
    cores = sum(max(used, asked) for used, _, asked, _ in pod.containers.values())
    memory = sum(max(used, asked) for _, used, _, asked in pod.containers.values())
    return cores, memory / GIB


def of_opencost() -> Iterator[Series]:
    """As its exporter has them: labels of pkg/costmodel/metrics.go."""
    own = {"job": "opencost", "arch": "amd64", "region": "eu-west-3", "instance_type": "m5.large"}
    for node in (ONE, TWO):
        labels = {**own, "instance": node, "node": node, "provider_id": "i-0"}
        yield Series("node_cpu_hourly_cost", labels, CORE_USD[node])
        yield Series("node_ram_hourly_cost", labels, GIB_USD[node])
        yield Series("node_gpu_hourly_cost", labels, 0.0)
        yield Series("node_total_hourly_cost", labels, 0.1)
    for pod in RUNNING:
        where = {"namespace": pod.namespace, "pod": pod.name, "node": pod.node}
        for container, (cores, memory, cores_asked, memory_asked) in pod.containers.items():
            labels = {"job": "opencost", **where, "container": container, "instance": pod.node}
            yield Series("container_cpu_allocation", labels, max(cores, cores_asked))
            amount = max(memory, memory_asked)
            yield Series("container_memory_allocation_bytes", labels, amount)
    volume = {"job": "opencost", "persistentvolume": "pvc-1"}
    yield Series("pv_hourly_cost", {**volume, "volumename": "pvc-1"}, DISK_USD)
    claim = {"namespace": "data", "pod": "db-0", "persistentvolumeclaim": "files-db-0"}
    yield Series("pod_pvc_allocation", {**volume, **claim}, DISK_GIB * GIB)


def of_cloudcost(instance: str) -> Iterator[Series]:
    """As its exporter has them: labels of docs/metrics/aws/ec2.md."""
    for node in (ONE, TWO):
        labels = {"job": "cloudcost", instance: node, "instance_id": "i-0", "cluster_name": "prod"}
        name = "cloudcost_aws_ec2_instance"
        yield Series(f"{name}_cpu_usd_per_core_hour", labels, CORE_USD[node])
        yield Series(f"{name}_memory_usd_per_gib_hour", labels, GIB_USD[node])


def split() -> Iterator[Series]:
    """The exporter's split, by namespace."""
    for namespace, grams in GRAMS.items():
        for workload in ("web", "db"):
            labels = {
                "cluster": "prod",
                "namespace": namespace,
                "workload_kind": "Deployment" if workload == "web" else "StatefulSet",
                "workload": workload,
            }
            for part in ("operational", "embodied"):
                name = f"cloud_carbon_kubernetes_{part}_emissions_grams_per_second"
                yield Series(name, labels, grams / 2)


def dollars(pods: Iterable[Pod], *, by_pod: bool = False) -> float:
    """What they cost by hand. by_pod: the larger of use and request of a pod, not a container."""
    whole = 0.0
    for pod in pods:
        cores, memory = given(pod)
        if by_pod:
            columns = list(zip(*pod.containers.values(), strict=True))
            used, kept, asked, kept_asked = [sum(column) for column in columns]
            cores, memory = max(used, asked), max(kept, kept_asked) / GIB
        whole += cores * CORE_USD[pod.node] + memory * GIB_USD[pod.node]
    return whole


def in_namespace(name: str) -> list[Pod]:
    return [pod for pod in RUNNING if pod.namespace == name]


def check(series: Iterable[Series], checks: list[dict[str, Any]], folder: Path) -> None:
    test = {
        "rule_files": [str(RULES), str(COST)],
        "evaluation_interval": "1m",
        "group_eval_order": ["cloud-carbon-kubernetes", "cloud-carbon-kubernetes-cost"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [as_input(each) for each in series],
                "promql_expr_test": checks,
            }
        ],
    }
    path = folder / "test.yml"
    path.write_text(yaml.safe_dump(test), encoding="utf-8")
    assert "FAILED" not in promtool("test", "rules", path)


@pytest.mark.server
def test_dollars_of_opencost_have_the_labels_of_ours(tmp_path: Path) -> None:
    record = "cloud_workload:opencost_usd_per_hour:sum"
    web = dollars(in_namespace("shop"))
    checks = [
        near(f'{record}{{namespace="shop",workload_kind="Deployment",workload="web"}}', web),
        near(
            f'{record}{{namespace="data",workload_kind="StatefulSet",workload="db"}}',
            dollars(in_namespace("data")) + DISK_GIB * DISK_USD,
        ),
        near(record, dollars(RUNNING) + DISK_GIB * DISK_USD),
        holds(f'count({record}{{namespace=~"__.*"}} or vector(0)) - 1', 0),
    ]
    check([*recording(Version()), *of_opencost()], checks, tmp_path)


@pytest.mark.server
@pytest.mark.parametrize("instance", ["instance", "exported_instance"])
def test_dollars_of_cloudcost_exporter_do_too(instance: str, tmp_path: Path) -> None:
    record = "cloud_workload:cloudcost_usd_per_hour:sum"
    checks = [
        near(record, dollars(RUNNING, by_pod=True)),
        near(f'{record}{{namespace="shop"}}', dollars(in_namespace("shop"), by_pod=True)),
    ]
    check([*recording(Version()), *of_cloudcost(instance)], checks, tmp_path)


@pytest.mark.server
@pytest.mark.parametrize("cost", ["opencost", "cloudcost"])
@pytest.mark.parametrize("way", ["rules", "exporter"])
def test_the_dashboard_divides_either_by_either(way: str, cost: str, tmp_path: Path) -> None:
    priced = of_opencost() if cost == "opencost" else of_cloudcost("instance")
    series = [*recording(Version()), *priced, *(of_ours() if way == "rules" else split())]
    asked = [
        target["expr"]
        for panel in panels(BOARDS["cloud-carbon-kubernetes"])
        for target in panel["targets"]
        if FOREIGN.search(target["expr"])
    ]
    assert len(asked) == 2
    checks: list[dict[str, Any]] = []
    for query in asked:
        everything = re.sub(r"\$[a-z]+", ".*", query)
        checks.append(
            holds(
                f"count(({everything}) and on (namespace) "
                f'(label_replace(vector(1), "namespace", "shop", "", "")))'
            )
        )
        checks.append(holds(f"min({everything}) > bool 0"))
    if way == "exporter":
        grams = 3600 * GRAMS["shop"] * 2
        ratio = grams / dollars(in_namespace("shop"), by_pod=cost == "cloudcost")
        divided = [re.sub(r"\$[a-z]+", ".*", query) for query in asked if "3600" in query]
        (query,) = divided
        shop = f'({query}) and on (namespace) label_replace(vector(1), "namespace", "shop", "", "")'
        checks.append(near(shop, ratio))
    check(series, checks, tmp_path)


def answered(url: str, query: str) -> Mapping[tuple[tuple[str, str], ...], float]:
    asked = urllib.parse.urlencode({"query": query, "time": f"{time.time():.0f}"})
    body, _ = fetch(f"{url}/api/v1/query?{asked}")
    found: dict[tuple[tuple[str, str], ...], float] = {}
    for series in json.loads(body)["data"]["result"]:
        found[tuple(sorted(series["metric"].items()))] = float(series["value"][1])
    return found


@pytest.mark.e2e
def test_what_the_page_divides_a_real_prometheus_divides(tmp_path: Path) -> None:
    asked = [block.text for block in of("promql") if DOLLARS.search(block.text)]
    assert len(asked) == 2
    of_workload = {"namespace": "shop", "workload_kind": "Deployment", "workload": "web"}
    web = dollars(in_namespace("shop"))
    recorded = Series("cloud_workload:opencost_usd_per_hour:sum", of_workload, web)
    with prometheus([*of_opencost(), *split(), recorded], tmp_path) as url:
        by_namespace, by_workload = [answered(url, query) for query in asked]
    grams = 3600 * GRAMS["shop"]
    assert by_namespace[("namespace", "shop"),] == pytest.approx(2 * grams / web)
    assert (("namespace", "__idle__"),) not in by_namespace
    assert by_workload == {tuple(sorted(of_workload.items())): pytest.approx(grams / web)}


def test_rules_of_cost_name_what_stands_above_them() -> None:
    known = {rule["record"] for group in load(RULES)["groups"] for rule in group["rules"]}
    for group in load(COST)["groups"]:
        for rule in group["rules"]:
            assert names_in(rule["expr"]) <= known
            known.add(rule["record"])
