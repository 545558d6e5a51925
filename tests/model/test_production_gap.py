"""Gap to production: hosts of a cloud beside what their chips were measured to draw."""

from __future__ import annotations

import pytest
from bench.fit.metal import MetalHost, estimated, hosts
from tests.over_all import over_all

from cloud_carbon_exporter.model.facts import figure, rows
from cloud_carbon_exporter.model.hosts import POOLED
from cloud_carbon_exporter.model.loads import LEVELS
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.power import draw, is_whole_machine
from cloud_carbon_exporter.model.production_gap import FACT, IDS, gap
from cloud_carbon_exporter.model.server import parse
from cloud_carbon_exporter.model.thread_watts import host, thread


@pytest.mark.parametrize("host", hosts(), ids=lambda host: host.name)
@pytest.mark.parametrize("level", LEVELS)
def test_a_host_draws_what_its_chips_do_and_little_more(host: MetalHost, level: str) -> None:
    chips, ours = host.chips(level), estimated(host, level)
    assert 0.9 <= ours.value / chips <= 1.9
    assert ours.lower <= chips <= ours.upper


def families() -> list[str]:
    """Parts of the threads of every family."""
    parts: set[str] = set()
    for row in rows("families"):
        if not row["pattern"]:
            held = components(machine(row["provider"], row["family"], vcpus=2, memory_gib=8))
            parts.update(part.part for part in held if part.kind == "vcpu")
    return sorted(part for part in parts if parse(part) is None)


@over_all("part", families())
def test_no_thread_of_a_cloud_draws_less_than_one_of_the_benchmark(part: str) -> None:
    drawn, benchmark = draw("vcpu", part), thread(part.partition(" or ")[0])
    for level, watts, measured in zip(LEVELS, drawn.watts, benchmark.watts, strict=True):
        down, _ = drawn.errors[list(LEVELS).index(level)].reach()
        assert watts >= measured.value * (1 - 1e-12)
        assert watts - down <= measured.value * (1 + 1e-12)


PACKAGE_AT_REST = {"Rome (Zen 2)": 65, "Milan (Zen 3)": 100}
"""Watts of a socket that AnandTech read (review of EPYC Milan, March 2021: package idle power)."""


@over_all("part", families())
def test_a_host_of_amd_may_draw_at_rest_what_reviewers_read(part: str) -> None:
    """They read parts of 225 W of TDP and more; of a smaller one as much less, behind a supply."""
    efficiency = figure("model.supply.idle_efficiency_ratio").value
    for one in part.split(POOLED):
        read = PACKAGE_AT_REST.get(thread(one).microarchitecture, 0)
        sockets, threads = host(one)
        tdp = thread(one).tdp_watts.value * threads / sockets
        drawn = draw("vcpu", one)
        most = (drawn.watts[0] + drawn.errors[0].reach()[1]) * threads / sockets
        assert most >= read * min(1, tdp / 225) / efficiency


def test_a_thread_of_a_cloud_draws_as_the_metal_hosts_by_its_tdp() -> None:
    held = thread("Skylake")
    for level, load in LEVELS.items():
        wall = figure(f"{FACT}.{level}_watts_per_tdp").value * held.tdp_watts.value
        assert draw("vcpu", "Skylake").at(load) == pytest.approx(wall)
    assert set(IDS) <= set(draw("vcpu", "Skylake").facts)


def test_what_draws_more_in_the_benchmark_has_no_gap() -> None:
    wall = figure(f"{FACT}.full_watts_per_tdp")
    assert gap("full", 2 * wall.high, (1, 1, 1)) == (0, 0, 0)
    beyond = gap("full", (wall.value + wall.high) / 2, (1, 1, 1))
    assert beyond.more == beyond.down == 0
    assert beyond.up == pytest.approx((wall.high - wall.value) / 2)
    assert gap("full", 0, (1, 1, 2)).up > gap("full", 0, (1, 1, 1)).up > 0


def test_a_machine_whose_maker_measured_the_whole_has_no_gap() -> None:
    assert is_whole_machine("Apple M2")
    drawn = draw("vcpu", "Apple M2")
    assert drawn.watts == tuple(each.value for each in thread("Apple M2").watts)
    assert not set(IDS) & set(drawn.facts)


def test_a_host_draws_more_than_its_chips_behind_its_supplies() -> None:
    """What an efficiency may be, and a rest of the machine that only grows with load."""
    rests = [figure(f"model.rest_of_machine.{level}_watts_per_tdp") for level in LEVELS]
    for bound in ("low", "value", "high"):
        drawn = [getattr(rest, bound) for rest in rests]
        assert drawn == sorted(drawn)
    for level in LEVELS:
        supply = figure(f"model.supply.{level}_efficiency_ratio")
        assert 0.8 <= supply.low <= supply.value <= supply.high < 1
