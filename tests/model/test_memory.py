"""Memory: one curve of load and of module size, whichever machine it stands in."""

from __future__ import annotations

import itertools

import pytest
from bench.fit.metal import MetalHost, hosts
from tests.over_all import over_all

from cloud_carbon_exporter.model import memory, server_power
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import figure, rows
from cloud_carbon_exporter.model.loads import LEVELS
from cloud_carbon_exporter.model.machine_tables import type_names
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.model.server import describe, host_part, parse
from cloud_carbon_exporter.model.thread_watts import host, thread
from cloud_carbon_exporter.model.types import Component, Location, Resource

SIZES = (8, 64, 96, 128, 192, 384, 768, 3072, 4096)


def of_machine(provider: str, name: str) -> Component:
    return next(part for part in components(machine(provider, name)) if part.kind == "memory")


def alone(gib: float, load: str) -> Resource:
    held = Component("memory", memory.DRAM, gib, load)
    return Resource("m", "x/y", "m", Location("aws", "", ""), (held,))


@pytest.mark.parametrize("part", ["dram", *map(memory.part, SIZES)])
def test_memory_draws_more_the_harder_it_works(part: str) -> None:
    curve = draw("memory", part)
    assert list(curve.watts) == sorted(curve.watts)
    assert 0 < curve.watts[0] < curve.watts[-1]
    tops = [
        watts + errors.reach()[1] for watts, errors in zip(curve.watts, curve.errors, strict=True)
    ]
    bottoms = [
        watts - errors.reach()[0] for watts, errors in zip(curve.watts, curve.errors, strict=True)
    ]
    assert tops == sorted(tops)
    assert bottoms == pytest.approx(sorted(bottoms), rel=1e-12)
    assert min(bottoms) >= 0
    assert curve.assumed == ""


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_a_larger_module_draws_more_and_a_gib_of_it_less(level: int) -> None:
    for smaller, larger in itertools.pairwise(SIZES[1:]):
        less, more = memory.watts(smaller, 1)[level].value, memory.watts(larger, 1)[level].value
        assert less < more
        assert less / smaller > more / larger


def test_a_host_of_terabytes_draws_what_its_modules_can() -> None:
    """24 TiB are 96 modules of 256 GiB: some 10 W each, not the 70 W of as many small ones."""
    watts = memory.watts(24 * 1024, 8)
    assert 3 < watts[0].value / 96 < 15
    assert watts[-1].value / 96 < 60


@pytest.mark.parametrize("host", hosts(), ids=lambda host: host.name)
def test_dram_of_measured_hosts_lies_inside_the_interval(host: MetalHost) -> None:
    ours = memory.watts(host.memory_gib, host.sockets)
    for level, each in zip(LEVELS, ours, strict=True):
        down, up = each.errors.reach()
        assert each.value - down <= host.dram[level] <= each.value + up


def test_a_size_nobody_tells_may_be_small_or_large() -> None:
    usual = figure("memory.dram.gib_per_socket")
    known = (memory.curve(memory.part(size)) for size in (usual.low, usual.high))
    for least, most, unknown in zip(*known, memory.curve(memory.DRAM), strict=True):
        down, up = unknown.errors.reach()
        assert unknown.value - down <= most.value <= unknown.value <= least.value
        assert least.value <= unknown.value + up


@over_all("row", rows("families"), ids=lambda row: f"{row['provider']}-{row['family']}")
def test_memory_of_a_family_is_of_its_host_and_works_as_its_processor(row: dict[str, str]) -> None:
    if row["pattern"]:
        return
    parts = components(machine(row["provider"], row["family"], vcpus=2, memory_gib=8))
    held = [part for part in parts if part.kind == "memory"]
    processors = [part for part in parts if part.kind == "vcpu"]
    for part in held:
        assert part.load == processors[0].load == "cpu_ratio"
        assert part.part == "unified" or memory.is_dram(part.part)


def test_a_family_with_more_memory_a_vcpu_has_larger_modules() -> None:
    names = [of_machine("aws", f"{family}.large").part for family in ("c5", "m5", "r5")]
    assert names == ["dram/96", "dram/192", "dram/384"]
    assert of_machine("aws", "u-24tb1.112xlarge").part == "dram/3072"


@pytest.mark.parametrize("cpu", ["Xeon 8480+", "EPYC 7742", "EPYC 9654", "Xeon 8375C"])
def test_the_low_end_of_the_curve_is_taken_off_a_benchmark_machine(cpu: str) -> None:
    """Threads and memory of a host together are the server that was measured."""
    host = describe(cpu, sockets=2)
    measured = server_power.curve(host)
    threads = thread(host_part(host)).watts
    taken = memory.of_benchmark(host.memory_gib, host.sockets)
    held = memory.watts(host.memory_gib, host.sockets)
    for load, unit, off, dram in zip(LEVELS.values(), threads, taken, held, strict=True):
        whole = measured.watts[measured.loads.index(load)]
        assert unit.value * host.threads + off.value == pytest.approx(whole)
        assert off.value + off.more == pytest.approx(dram.value)


def test_memory_whose_load_nobody_reads_stands_at_the_usual_one() -> None:
    resource = alone(64, "cpu_ratio")
    unread = estimate(resource, {}, NOWHERE, None)
    usual = figure("model.default.cpu_ratio").value
    read = estimate(resource, {"cpu_ratio": usual}, NOWHERE, None)
    assert unread.power_watts.value == read.power_watts.value
    assert unread.power_watts.lower < read.power_watts.lower
    assert unread.basis == "default"


def test_memory_that_holds_and_does_nothing_is_at_rest() -> None:
    at_rest = estimate(alone(64, ""), {}, NOWHERE, None).power_watts
    assert at_rest.value == 64 * memory.curve(memory.DRAM)[0].value


def test_memory_of_an_unknown_kind_is_dram_and_says_so() -> None:
    unknown = draw("memory", "no such")
    assert unknown.watts == draw("memory", "dram").watts
    assert unknown.assumed == "unknown memory no such"


def test_memory_of_a_mac_stands_in_its_processor() -> None:
    assert of_machine("aws", "mac2.metal").part == "unified"
    assert draw("memory", "unified").watts == (0,)


def test_no_memory_draws_nothing() -> None:
    assert {each.value for each in memory.watts(0, 2)} == {0.0}


TYPES = [(each, name) for each in ("aws", "gcp", "scaleway") for name in type_names(each)]


def module_size(held: Machine) -> tuple[float, float]:
    """GiB a socket that the memory of a machine is taken to have, and sockets of its host."""
    parts = {part.kind: part.part for part in components(held)}
    sockets, _ = host(parts["vcpu"])
    size = parts["memory"].partition("/")[2]
    return float(size or figure(memory.USUAL_SIZE).value), sockets


@pytest.mark.slow
@over_all(("provider", "name"), TYPES)
def test_a_host_has_the_memory_of_its_largest_machine(provider: str, name: str) -> None:
    held = machine(provider, name)
    whole = parse(components(held)[0].part)
    if whole:
        assert whole.memory_gib == held.memory_gib
    elif of_machine(provider, name).part != "unified":
        size, sockets = module_size(held)
        assert size * sockets >= held.memory_gib * (1 - 1e-5)


@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway", "elsewhere"])
@pytest.mark.parametrize("name", ["n1-standard-8", "m5.large", "PRO2-M", "no such", "c7i.metal"])
def test_a_host_has_the_memory_that_the_api_tells(provider: str, name: str) -> None:
    sizes: list[float] = []
    for gib in (1, 1000, 30000):
        size, sockets = module_size(machine(provider, name, memory_gib=gib))
        assert size * sockets >= gib * (1 - 1e-5)
        sizes.append(size)
    assert sizes == sorted(sizes)
