"""OpenCost's and Kepler's allocation of one node beside ours: the table of docs/kubernetes.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from cloud_carbon_exporter.model.clusters import IDLE, UNKNOWN, Workload
from cloud_carbon_exporter.model.node_parts import node_parts
from cloud_carbon_exporter.model.node_split import Held, Node, split
from tests.kubernetes.recording import CAPACITY, GIB, ONE, USED
from tests.kubernetes.test_real_prometheus import ON_ONE
from tests.model.machines import footprint, resource

PAGE = Path(__file__).parents[2] / "docs" / "kubernetes.md"
CORES, BYTES = CAPACITY["cpu"], CAPACITY["memory"]
Amounts = dict[Workload, float]

# opencost/opencost, configs/default.json: dollars an hour of a core, and of a GB
OPENCOST_PRICES = {"cores": 0.031611, "memory": 0.004237}


def kepler(
    watts: float, usage_ratio: float, used: float, workloads: Mapping[Workload, Held]
) -> Amounts:
    """internal/monitor/node.go and pod.go: active = power x usage ratio, a pod's by CPU time."""
    active = watts * usage_ratio
    shares = {name: active * held.cores / used for name, held in workloads.items()}
    shares[UNKNOWN] = active - sum(shares.values())  # processes of the node, in no pod
    shares[IDLE] = watts - active
    return shares


def opencost_parts(
    price: float, prices: Mapping[str, float], amounts: Mapping[str, float]
) -> dict[str, float]:
    """pkg/costmodel/costmodel.go: a node's price by the ratio of the prices of its parts."""
    weights = {name: prices[name] * amounts[name] for name in prices}
    whole = sum(weights.values())
    return {name: price * weight / whole for name, weight in weights.items()}


def opencost(watts: float, workloads: Mapping[Workload, Held]) -> Amounts:
    """spec/opencost-specv01.md: max(request, usage) of each resource; the rest of it is idle."""
    amounts = {"cores": CORES, "memory": BYTES / GIB}
    parts = opencost_parts(watts, OPENCOST_PRICES, amounts)
    shares: Amounts = {}
    for name, held in workloads.items():
        cores = max(held.cores, held.cores_asked)
        memory = held.memory_bytes_held
        shares[name] = parts["cores"] * cores / CORES + parts["memory"] * memory / BYTES
    shares[IDLE] = watts - sum(shares.values())
    return shares


def ours(workloads: Mapping[Workload, Held]) -> Amounts:
    """The split of an m5.large at the load of the recording."""
    machine, loads = resource("aws", "m5.large"), {"cpu_ratio": USED[ONE][0] / CORES}
    whole = footprint(machine, loads)
    parts = node_parts(machine, loads, whole)
    assert parts is not None
    node = Node(CORES, BYTES, 0, *USED[ONE])
    shares: Amounts = {}
    for name, portion in parts.portions(split(node, workloads)).items():
        if portion.watts or portion.grams:
            shares[name] = portion.watts * whole.power_watts.value
    return shares


def rows() -> dict[Workload, tuple[float, float, float]]:
    """Percent of the node's watts: ours, OpenCost's, Kepler's."""
    mine = ours(ON_ONE)
    watts = sum(mine.values())
    used = USED[ONE][0]
    others = opencost(watts, ON_ONE), kepler(watts, used / CORES, used, ON_ONE)
    found: dict[Workload, tuple[float, float, float]] = {}
    for name in (*ON_ONE, UNKNOWN, IDLE):
        first, second, third = (each.get(name, 0.0) for each in (mine, *others))
        found[name] = (100 * first / watts, 100 * second / watts, 100 * third / watts)
    return found


def test_keplers_own_examples_come_out_as_in_its_guide() -> None:
    """docs/developer/power-attribution-guide.md, examples 1 and 2."""
    one = Workload("a", "Pod", "x")
    assert kepler(40, 0.25, 1.0, {one: Held(0.2)})[one] == pytest.approx(2)
    assert kepler(40, 0.25, 1.0, {one: Held(0.2)})[IDLE] == pytest.approx(30)
    assert kepler(60, 1 / 3, 1.0, {one: Held(0.2)})[one] == pytest.approx(4)


def test_opencosts_own_example_comes_out_as_in_its_specification() -> None:
    """spec/opencost-specv01.md: 1 GPU, 1 CPU and 1 GB for 35 USD at prices of 30, 30 and 10."""
    prices = {"gpu": 30.0, "cores": 30.0, "memory": 10.0}
    parts = opencost_parts(35, prices, dict.fromkeys(prices, 1.0))
    assert parts == pytest.approx({"gpu": 15, "cores": 15, "memory": 5})


def test_all_three_give_away_the_whole_node() -> None:
    for column in zip(*rows().values(), strict=True):
        assert sum(column) == pytest.approx(100)
        assert min(column) >= -1e-9


def test_the_table_of_the_page_is_what_the_formulas_give() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for workload, expected in rows().items():
        name = workload.name or workload.namespace
        found = re.search(rf"^\| `{name}` \|(.+)\|$", text, re.MULTILINE)
        assert found, name
        told = [float(number) for number in re.findall(r"([\d.]+) %", found[1])]
        assert told == [pytest.approx(number, abs=0.05) for number in expected], name


if __name__ == "__main__":
    for workload, numbers in rows().items():
        print(workload, " | ".join(f"{number:.1f} %" for number in numbers))
