import itertools

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.model import memory, nodes, production_gap
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.loads import interpolate
from cloud_carbon_exporter.model.machine_tables import type_names
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.power import Draw, draw
from cloud_carbon_exporter.model.server import describe
from cloud_carbon_exporter.model.server import part as server_part
from cloud_carbon_exporter.model.server_power import curve
from cloud_carbon_exporter.model.thread_watts import microarchitectures, thread
from cloud_carbon_exporter.model.types import ComponentKind


def test_straight_lines_join_the_knots() -> None:
    assert interpolate((0, 0.5, 1), (10, 20, 60), 0) == 10
    assert interpolate((0, 0.5, 1), (10, 20, 60), 0.25) == 15
    assert interpolate((0, 0.5, 1), (10, 20, 60), 0.75) == 40
    assert interpolate((0, 0.5, 1), (10, 20, 60), 1) == 60
    assert interpolate((0, 0.5, 1), (10, 20, 60), 2) == 60


@over_all("name", sorted(microarchitectures()))
def test_every_microarchitecture_has_a_curve_that_never_falls(name: str) -> None:
    curve = draw("vcpu", name)
    assert list(curve.watts) == sorted(curve.watts)
    assert curve.watts[-1] > curve.watts[0] > 0
    for value, errors in zip(curve.watts, curve.errors, strict=True):
        assert 0 <= errors.reach()[0] <= value * (1 + 1e-12)
    assert (curve.assumed == "") == (name != "default")


def test_a_thread_of_a_cloud_idles_above_one_of_a_benchmark_machine() -> None:
    held = thread("Skylake")
    gap = production_gap.gap("idle", held.watts[0].value, held.tdp_watts)
    assert draw("vcpu", "Skylake").at(0) == pytest.approx(held.watts[0].value + gap.more)
    assert production_gap.IDS[0] in draw("vcpu", "Skylake").facts


def test_a_cpu_model_draws_as_its_microarchitecture() -> None:
    assert draw("vcpu", "EPYC 7R13").watts == draw("vcpu", "Milan (Zen 3)").watts
    assert draw("vcpu", "EPYC 7R13").assumed == ""


def test_memory_of_the_benchmark_machine_is_not_in_a_thread() -> None:
    host = describe("EPYC 7R32", sockets=2, threads=192)
    watts, whole = thread("Rome (Zen 2)").watts[0].value, curve(host).watts[0] / host.threads
    taken = memory.of_benchmark(host.memory_gib, host.sockets)[0].value
    assert watts == pytest.approx(whole - taken / host.threads)


@pytest.mark.parametrize("board", ["T4", "A100 SXM4 40GB", "H100 SXM5 80GB", "TPU v5e", "no such"])
def test_a_busy_board_draws_more_than_an_idle_one_and_less_than_its_limit(board: str) -> None:
    drawn, known = draw("gpu", board), nodes.board(board)
    idle, most = known.idle.value, known.most.value
    assert drawn.at(0) == idle + nodes.overhead(known, idle).value
    assert drawn.at(0) < drawn.at(0.5) < drawn.at(1) < most + nodes.overhead(known, most).value


def test_what_is_flat_is_flat() -> None:
    drawn = draw("ssd", "ssd")
    assert isinstance(drawn, Draw)
    assert drawn.at(0) == drawn.at(1) == figure("storage.ssd.watts_per_gib").value
    assert drawn.errors_at(0.7).reach() == drawn.errors_at(0).reach()


def test_a_thread_of_a_pool_is_as_unsure_as_all_it_may_be() -> None:
    """gcp's e2 runs on whatever is free: as the first, with bounds that hold every one of them."""
    names = ("Skylake", "Haswell", "Rome (Zen 2)")
    pool = draw("vcpu", " or ".join(names))
    assert pool.watts == draw("vcpu", names[0]).watts
    for name in names:
        own = draw("vcpu", name)
        for load in (0, 0.1, 0.5, 1):
            down, up = pool.errors_at(load).reach()
            own_down, own_up = own.errors_at(load).reach()
            assert pool.at(load) - down <= own.at(load) - own_down + 1e-12
            assert pool.at(load) + up >= own.at(load) + own_up - 1e-12
        assert thread(name).facts[0] in pool.facts


@over_all("name", sorted(microarchitectures()))
def test_neither_bound_of_a_thread_falls_with_its_load(name: str) -> None:
    curve = draw("vcpu", name)
    tops: list[float] = []
    bottoms: list[float] = []
    for watts, errors in zip(curve.watts, curve.errors, strict=True):
        down, up = errors.reach()
        tops.append(watts + up)
        bottoms.append(watts - down)
    assert all(more >= less - 1e-12 for less, more in itertools.pairwise(tops))
    assert all(more >= less - 1e-12 for less, more in itertools.pairwise(bottoms))


def test_neither_bound_of_any_part_of_a_listed_machine_falls_with_its_load() -> None:
    parts: set[tuple[ComponentKind, str]] = set()
    for provider in ("aws", "gcp", "scaleway"):
        for name in type_names(provider):
            parts.update((held.kind, held.part) for held in components(machine(provider, name)))
    assert len(parts) > 200
    for kind, part in parts:
        curve = draw(kind, part)
        reaches = [errors.reach() for errors in curve.errors]
        for bound in (
            [watts - down for watts, (down, _) in zip(curve.watts, reaches, strict=True)],
            [watts + up for watts, (_, up) in zip(curve.watts, reaches, strict=True)],
        ):
            assert bound == pytest.approx(sorted(bound), rel=1e-9), (kind, part)


def test_spare_capacity_is_in_the_interval_of_a_share_of_a_host_alone() -> None:
    spare = figure("model.spare_capacity.ratio")
    assert spare.value == spare.low == 1 < spare.high
    for part in ("Skylake", "Skylake or Cascade Lake", "Graviton3"):
        curve = draw("vcpu", part)
        assert spare.id in curve.facts
        for watts, errors in zip(curve.watts, curve.errors, strict=True):
            at = errors.facts.index(spare.id)
            assert errors.down[at] == 0
            assert errors.up[at] == pytest.approx(watts * spare.up)
    assert spare.id not in draw("vcpu", "Apple M2").facts
    whole = server_part(describe("EPYC 7742", sockets=1))
    assert spare.id not in draw("vcpu", whole).facts


def test_a_load_that_was_not_read_lies_where_published_fleets_do() -> None:
    """CAST AI 8 to 17 %, Azure 15 %: the mean of machines, and what half of them stay below."""
    usual = figure("model.default.cpu_ratio")
    assert 0.08 <= usual.value <= 0.2
    assert usual.low < 0.08
    assert 0.5 < usual.high < 0.9
