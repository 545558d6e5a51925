"""Rules that split nodes inside Prometheus: over a recorded cluster, by the names of versions."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_carbon_exporter.exposition import FAMILIES
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.node_parts import NodeParts, node_parts
from cloud_carbon_exporter.model.types import Location, Resource
from tests.deploy.boards import FOREIGN
from tests.deploy.files import DEPLOY, load, names_in
from tests.deploy.files import KUBERNETES_RULES as RULES
from tests.deploy.test_prometheus import promtool
from tests.kubernetes.recording import CAPACITY, GIB, ONE, TWO, Series, Version, recording
from tests.model.machines import footprint

BOARD = DEPLOY / "grafana" / "dashboards" / "cloud-carbon-kubernetes.json"
VERSIONS = {
    "kube-state-metrics 2": Version(),
    "kube-state-metrics 1.9": Version(old_requests=True),
    "scraped twice": Version(twice=True),
    "containerd, /metrics/resource as well": Version(pause="", resource=True),
    "a cAdvisor of its own as well": Version(apart=True),
}
WATTS = {ONE: 30.0, TWO: 50.0}
IDS = {ONE: "aws:///eu-west-3a/i-0aaa", TWO: "aws:///eu-west-3b/i-0bbb"}
CPU, MEMORY = 0.69, 0.31


def of_ours() -> list[Series]:
    """The exporter's figures of both nodes, with slim labels, and of a machine that is no node."""
    series: list[Series] = []
    watts = {**{IDS[node]: value for node, value in WATTS.items()}, "aws:///eu-west-3a/i-0ddd": 9.0}
    for provider_id, value in watts.items():
        labels = {"job": "cloud-carbon", "instance": "x", "cloud_resource_id": provider_id[-6:]}
        info = {**labels, "provider_id": provider_id, "kind": "ec2/instance"}
        series.append(Series("cloud_carbon_resource_info", info, 1))
        series.append(Series("cloud_carbon_power_watts", labels, value))
        for kind in ("operational", "embodied"):
            name = f"cloud_carbon_{kind}_emissions_grams_per_second"
            series.append(Series(name, labels, value / 1000))
    return series


def as_input(series: Series) -> dict[str, str]:
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels.items())
    # a sample a minute, for twenty minutes
    values = f"0+{60 * series.value!r}x20" if series.counter else f"{series.value!r}x20"
    return {"series": f"{series.metric}{{{labels}}}", "values": values}


def expected_watts() -> dict[tuple[str, str, str], float]:
    """What the pods of the recording have, worked out by hand of its numbers."""
    cores, memory = CAPACITY["cpu"], CAPACITY["memory"] / GIB
    one, two = WATTS[ONE], WATTS[TWO]
    return {
        ("shop", "Deployment", "web"): one * (CPU * 0.5 / cores + MEMORY * 2.0 / memory)
        + two * (CPU * 0.2 / cores + MEMORY * 3.0 / memory),
        ("kube-system", "DaemonSet", "cni"): one * (CPU * 0.02 / cores + MEMORY * 0.1 / memory)
        + two * (CPU * 0.03 / cores + MEMORY * 0.1 / memory),
        ("jobs", "CronJob", "nightly"): two * (CPU * 0.6 / cores + MEMORY * 0.2 / memory),
        ("data", "StatefulSet", "db"): one * (CPU * 0.3 / cores + MEMORY * 1.0 / memory),
        ("default", "Pod", "debug"): one * MEMORY * 0.01 / memory,
        ("kube-system", "Pod", f"proxy-{ONE}"): one * (CPU * 0.01 / cores + MEMORY * 0.05 / memory),
    }


def holds(expression: str, value: float = 1) -> dict[str, Any]:
    """A check of promtool."""
    samples = [{"labels": "{}", "value": value}]
    return {"expr": expression, "eval_time": "15m", "exp_samples": samples}


def near(expression: str, value: float) -> dict[str, Any]:
    return holds(f"abs(sum({expression}) - {value!r}) < bool 0.000001")


@pytest.mark.server
@pytest.mark.parametrize("name", VERSIONS)
def test_workloads_and_idle_come_to_the_nodes(name: str, tmp_path: Path) -> None:
    expected = expected_watts()
    record = "cloud_workload:cloud_carbon_power_watts:sum"
    checks = [holds(f"count({record})", len(expected) + 1)]
    for (namespace, kind, workload), value in expected.items():
        labels = f'namespace="{namespace}",workload_kind="{kind}",workload="{workload}"'
        checks.append(near(f"{record}{{{labels}}}", value))
    idle = sum(WATTS.values()) - sum(expected.values())
    checks.append(near(f'{record}{{namespace="__idle__"}}', idle))
    for what, whole in (
        ("power_watts", 80.0),
        ("operational_emissions_grams_per_second", 0.08),
        ("embodied_emissions_grams_per_second", 0.08),
    ):
        checks.append(near(f"cloud_workload:cloud_carbon_{what}:sum", whole))
        checks.append(holds(f"min(cloud_workload:cloud_carbon_{what}:sum) >= bool 0"))
    check([*recording(VERSIONS[name]), *of_ours()], checks, tmp_path)


def check(series: list[Series], checks: list[dict[str, Any]], folder: Path) -> None:
    """Checks of promtool over series and rules; all must hold."""
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
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


def split_by_the_exporter() -> list[Series]:
    """What the exporter shows of a cluster that it splits itself."""
    names = [family.name for family in FAMILIES if "carbon_kubernetes_" in family.name]
    series: list[Series] = []
    for namespace in ("shop", "__idle__", "__unknown__"):
        labels = {"cluster": "prod", "namespace": namespace}
        series += [Series(name, labels, 1.5) for name in names]
    return series


@pytest.mark.server
@pytest.mark.parametrize("way", ["rules", "exporter"])
def test_the_dashboard_shows_either_way(way: str, tmp_path: Path) -> None:
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    up = {"cluster": "prod"}
    series = [
        Series("cloud_carbon_exporter_kubernetes_up", up, 1),
        Series("cloud_carbon_exporter_kubernetes_nodes", {**up, "state": "serverless"}, 1),
    ]
    if way == "rules":
        series += [*recording(Version()), *of_ours()]
    else:
        series += split_by_the_exporter()
    checks: list[dict[str, Any]] = []
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            if FOREIGN.search(target["expr"]):
                continue
            query = re.sub(r"\$[a-z]+", ".*", target["expr"])
            unknown_alone = way == "rules" and "__unknown__" in query and "__idle__" not in query
            if not unknown_alone:
                checks.append(holds(f"count({query}) > bool 0"))
    assert len(checks) > 8
    check(series, checks, tmp_path)


@pytest.mark.server
def test_the_rules_are_well_formed() -> None:
    assert "rules found" in promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)


def rules() -> list[dict[str, Any]]:
    return [rule for group in load(RULES)["groups"] for rule in group["rules"]]


def test_rules_name_what_the_exporter_has_and_what_stands_above_them() -> None:
    known = {family.name for family in FAMILIES}
    for rule in rules():
        assert names_in(rule["expr"]) <= known
        known.add(rule["record"])


@pytest.mark.slow
def test_the_shares_of_memory_are_those_of_the_model() -> None:
    """Medians over all machine types without boards, at 30 % load."""
    power: list[float] = []
    made: list[float] = []
    for row in facts.rows("machine_types"):
        parts = parts_of(row["provider"], row["type"])
        by_name = {part.name: part for part in parts.parts}
        if "boards" not in by_name and "memory" in by_name:
            power.append(by_name["memory"].watts / parts.watts)
            made.append(by_name["memory"].grams / parts.grams)
    said = {rule["record"]: rule["expr"] for rule in rules()[:2]}
    for what, shares in (("power", power), ("manufacture", made)):
        share = float(said[f"cloud_carbon:kubernetes_memory_share_of_{what}"].strip("vector()"))
        assert share == pytest.approx(statistics.median(shares), abs=0.02)
    for shares, said_low, said_high in ((power, 0.16, 0.50), (made, 0.19, 0.84)):
        quantiles = statistics.quantiles(shares, n=20)
        assert quantiles[0] == pytest.approx(said_low, abs=0.02)
        assert quantiles[-1] == pytest.approx(said_high, abs=0.02)


def parts_of(provider: str, name: str) -> NodeParts:
    region = {"aws": "eu-west-3", "gcp": "europe-west9", "scaleway": "fr-par"}[provider]
    held = components(machine(provider, name))
    one = Resource(name, "instance", name, Location(provider, "1", region), held)
    loads = {"cpu_ratio": 0.3}
    parts = node_parts(one, loads, footprint(one, loads))
    assert parts is not None
    return parts
