"""Threads of a family are shares of its own host, as the model of servers has that host."""

from __future__ import annotations

import re

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts, memory, production_gap, server, server_power
from cloud_carbon_exporter.model.cpu_models import cpu_model
from cloud_carbon_exporter.model.embodied import made, server_grams, site_grams
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.hosts import POOLED, names, no_servers, part_of_family
from cloud_carbon_exporter.model.loads import LEVELS
from cloud_carbon_exporter.model.machine_tables import known, type_names
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.model.thread_watts import holding, host, microarchitectures, thread

NAMED = [
    (row["provider"], row["family"], cpu)
    for row in facts.rows("families")
    for cpu in row["cpu"].split(" / ")
    if row["host_sockets"] and cpu_model(cpu) and row["microarchitecture"] not in no_servers()
]
MEASURED_IDLE_SHARE = 0.58
"""Of SPECpower's results of one and two sockets from Sandy Bridge on: a Xeon E5-2620, two sockets.

The most of one socket is 0.546, of Arm 0.521.
"""


def family(provider: str, name: str) -> facts.Row:
    return next(
        row
        for row in facts.rows("families")
        if (row["provider"], row["family"]) == (provider, name)
    )


def hosts_of(row: facts.Row) -> list[server.Server]:
    pool = filter(None, row["pool"].split(";"))
    part = part_of_family(row["provider"], row["family"], (row["microarchitecture"], *pool))
    return [found for each in part.split(POOLED) if (found := server.parse_host(each))]


def without_memory(described: server.Server, level: str) -> float:
    curve = server_power.curve(described)
    whole = curve.watts[curve.loads.index(LEVELS[level])]
    taken = memory.of_benchmark(described.memory_gib, described.sockets)
    return whole - taken[list(LEVELS).index(level)].value


@over_all(("provider", "name", "cpu"), NAMED)
def test_the_threads_of_a_host_draw_together_what_the_server_draws(
    provider: str, name: str, cpu: str
) -> None:
    row, model = family(provider, name), cpu_model(cpu)
    found = [each for each in hosts_of(row) if each.processor == model["name"]]
    assert found, f"{cpu} is of none of the microarchitectures of {name}"
    described = found[0]
    assert described.sockets == int(row["host_sockets"])
    threads = thread(server.host_part(described)).watts
    expected = 0.0
    for watts, level in zip(threads, LEVELS, strict=True):
        expected = max(expected, without_memory(described, level))
        if level == "idle":
            most = max(without_memory(described, each) for each in LEVELS)
            expected = min(expected, most * MEASURED_IDLE_SHARE)
        assert watts.value * described.threads == pytest.approx(expected, rel=0.01)
        assert watts.low < watts.value < watts.high


@over_all(("provider", "name", "cpu"), NAMED)
def test_a_host_rents_no_more_threads_than_its_processors_have(
    provider: str, name: str, cpu: str
) -> None:
    row, model = family(provider, name), cpu_model(cpu)
    for described in hosts_of(row):
        if described.processor == model["name"] and model["threads"]:
            most = int(row["host_sockets"]) * int(model["threads"])
            assert most / 2 < described.threads <= most


TYPES = [(each, name) for each in ("aws", "gcp", "scaleway") for name in type_names(each)]


def size_of_hosts(provider: str, name: str) -> tuple[float, list[tuple[int, int]]]:
    """Threads of a type, and sockets and threads of each host that it may stand on."""
    held = components(machine(provider, name))[0]
    described = server.parse(held.part)
    if described:
        return held.amount, [(described.sockets, described.threads)]
    return held.amount, [host(part) for part in held.part.split(POOLED)]


@pytest.mark.slow
@over_all(("provider", "name"), TYPES)
def test_no_type_has_more_threads_than_its_host(provider: str, name: str) -> None:
    threads, on = size_of_hosts(provider, name)
    assert threads <= min(most for _, most in on)
    row = known(provider, name, "").family
    if row["host_vcpus"] and not machine(provider, name).sockets:
        assert threads <= float(row["host_vcpus"]) * float(row["threads_per_vcpu"])


METAL = [each for each in TYPES if re.search(r"[.-]metal\b", each[1])]


@over_all(("provider", "name"), METAL)
def test_metal_has_all_threads_of_its_host_or_of_half_of_its_sockets(
    provider: str, name: str
) -> None:
    """EC2 has a metal of one socket beside that of both; the largest of a family is the host."""
    threads, on = size_of_hosts(provider, name)
    family = re.split(r"[.-]metal\b", name)[0]
    largest = max(
        size_of_hosts(provider, each)[0]
        for cloud, each in METAL
        if (cloud, each) == (provider, name) or each.startswith(f"{family}.metal")
    )
    for sockets, most in on:
        assert largest == most
        assert threads * sockets % most == 0


def test_a_pool_has_only_those_hosts_that_are_large_enough() -> None:
    """Google: N2 of more than 80 vCPUs is Ice Lake, N1 of 96 Skylake; AWS: the largest M4."""
    for provider, name, told in (
        ("gcp", "n2-standard-8", "Xeon 8273CL or Xeon 8373C"),
        ("gcp", "n2-standard-128", "Xeon 8373C"),
        ("gcp", "n1-standard-96", "Xeon 8173M"),
        ("aws", "m4.large", "Xeon E5-2686 v4 or Xeon E5-2676 v3"),
        ("aws", "m4.16xlarge", "Xeon E5-2686 v4"),
    ):
        assert names(components(machine(provider, name))[0].part) == told
    assert holding("Haswell or Broadwell", 1000) == "Haswell or Broadwell"


@pytest.mark.parametrize("size", ["megamem-96", "ultramem-40", "ultramem-80", "ultramem-160"])
def test_a_machine_of_two_names_is_one(size: str) -> None:
    old, new = (components(machine("gcp", f"{series}-{size}")) for series in ("n1", "m1"))
    assert old == new


def test_the_gap_to_production_and_nothing_else_comes_to_it() -> None:
    (described,) = hosts_of(family("aws", "z1d"))
    (processor, *_) = components(machine("aws", "z1d.metal"))
    assert (described.processor, described.threads) == ("Xeon 8151", 48)
    for load, level in ((0, "idle"), (1, "full")):
        benchmark = without_memory(described, level) / described.threads
        gap = production_gap.gap(level, benchmark, thread(processor.part).tdp_watts)
        assert draw("vcpu", processor.part).at(load) == pytest.approx(benchmark + gap.more)


def test_one_host_is_one_curve() -> None:
    assert components(machine("aws", "m5zn.large"))[0].part == (
        components(machine("aws", "x2iezn.2xlarge"))[0].part
    )
    first, second = (components(machine("aws", name))[0] for name in ("m5.large", "r5d.24xlarge"))
    assert draw("vcpu", first.part) is draw("vcpu", second.part)


def test_a_pool_has_the_host_of_each_of_its_processors() -> None:
    (processor, *_) = components(machine("aws", "c5.large"))
    assert names(processor.part) == "Xeon 8124M or Xeon 8275CL"
    assert [host(part) for part in processor.part.split(POOLED)] == [(2, 72), (2, 96)]


def test_what_the_api_names_wins() -> None:
    platform = components(machine("gcp", "n2-standard-4", cpu="Intel Ice Lake"))[0]
    assert names(platform.part) == "Xeon 8373C"
    model = components(machine("gcp", "n2-standard-4", cpu="Intel Xeon Platinum 8358"))[0]
    assert names(model.part) == "Xeon 8358"
    unnamed = components(machine("gcp", "n1-standard-4", cpu="Intel Haswell"))[0]
    assert unnamed.part == "Haswell"


def test_making_a_host_is_borne_by_its_own_threads() -> None:
    (processor, *_) = components(machine("aws", "z1d.large"))
    years = figure("embodied.lifetime_years").value * 365.25 * 24 * 3600
    grams = (server_grams(2, 0).value + site_grams().value) / 48 / years
    assert made("vcpu", processor.part).grams_per_second == pytest.approx(grams, rel=1e-3)


def test_a_machine_its_maker_measured_is_no_server() -> None:
    assert components(machine("aws", "mac2.metal"))[0].part == "Apple M1"


@over_all("name", sorted(set(microarchitectures()) - no_servers()))
def test_no_server_idles_above_what_was_measured(name: str) -> None:
    for sockets in (1, 2):
        for tdp in (25, 100, 250, 500):
            for threads in (16, 64, 192):
                watts = server_power.curve(
                    server.Server("", name, tdp, sockets, threads * sockets, 128 * sockets)
                ).watts
                assert watts[0] <= watts[-1] * MEASURED_IDLE_SHARE


ARM = [
    (provider, name, cpu)
    for provider, name, cpu in NAMED
    if family(provider, name)["architecture"] == "arm64"
]


@over_all(("provider", "name", "cpu"), ARM)
def test_no_arm_host_idles_above_what_was_measured(provider: str, name: str, cpu: str) -> None:
    for described in hosts_of(family(provider, name)):
        curve = server_power.curve(described)
        assert curve.watts[0] <= curve.watts[-1] * MEASURED_IDLE_SHARE, cpu
        threads = thread(server.host_part(described)).watts
        assert threads[0].value <= threads[-1].value * MEASURED_IDLE_SHARE


def test_an_estimated_tdp_widens_the_interval() -> None:
    table = server.describe("Graviton2", sockets=1, threads=64)
    told = server.describe("Graviton2", sockets=1, threads=64, tdp_watts=151)
    assert server.tdp_range(table) == (80, 180)
    assert server.tdp_range(told) == (151, 151)
    wide, narrow = server_power.curve(table), server_power.curve(told)
    assert wide.low[-1] < narrow.low[-1] - 10
    assert wide.high[-1] > narrow.high[-1]
    assert wide.watts[-1] == pytest.approx(narrow.watts[-1], rel=0.01)
