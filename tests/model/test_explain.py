import pytest
from tests.model.machines import holding, resource

from cloud_carbon_exporter.model.explain import explain
from cloud_carbon_exporter.model.facts import figures, place, rows
from cloud_carbon_exporter.model.nodes import node_watts
from cloud_carbon_exporter.model.server import describe, part
from cloud_carbon_exporter.model.types import Component


def test_every_term_names_its_figure_and_who_says_so() -> None:
    processors = {row["name"] for row in rows("processors")}
    where = place("aws", "eu-west-3")
    terms = explain(
        resource("aws", "p4d.24xlarge"), {"cpu_ratio": 0.5}, where, where.intensities[0]
    )
    power = [
        (term.component, term.part, term.amount) for term in terms if term.sum == "power_watts"
    ]
    assert power[0] == ("vcpu", "Xeon 8275CL", 96.0)
    assert [name for name, _, _ in power] == ["vcpu", "memory", "gpu", "ssd", "pue"]
    for term in terms:
        name = term.fact.removeprefix("processors.")
        assert term.fact in figures() or name in processors
        assert term.source and term.unit
        assert term.low <= term.figure <= term.high


def test_a_term_says_its_load_and_what_is_weak() -> None:
    vcpu, boards = explain(
        holding(
            Component("vcpu", "Skylake", 2, "cpu_ratio"), Component("gpu", "L4", 1, "gpu_ratio")
        ),
        {"cpu_ratio": 0.25},
    )[:2]
    assert (vcpu.utilisation, vcpu.reason) == (0.25, "")
    assert (boards.utilisation, boards.reason) == (0.5, "no gpu_ratio")
    assert vcpu.value == pytest.approx(vcpu.amount * vcpu.figure)


def test_boards_that_say_what_they_draw_have_no_utilisation() -> None:
    term = explain(holding(Component("gpu", "L4", 2, "gpu_ratio")), {"gpu_watts": 60})[0]
    told = node_watts("L4", 2, 60)
    assert (term.fact, term.value, term.utilisation) == ("model.gpu_watts_ratio", told, None)
    assert term.figure == pytest.approx(told / 2)


def test_nothing_of_a_thing_adds_nothing() -> None:
    terms = explain(holding(Component("memory", "dram", 0)), {})
    assert [term.value for term in terms] == [0, 0, 0]


def test_without_a_region_nothing_stands_around_the_machine() -> None:
    pue = next(
        term
        for term in explain(holding(Component("memory", "dram", 8)), {})
        if term.component == "pue"
    )
    assert (pue.value, pue.fact) == (0, "")


def test_an_unknown_region_is_told() -> None:
    where = place("aws", "xx-nowhere-1")
    terms = explain(holding(Component("memory", "dram", 8)), {}, where, where.intensities[0])
    told = {term.component: term.reason for term in terms if term.reason}
    assert told == {"pue": "unknown region xx-nowhere-1", "grid": "unknown region xx-nowhere-1"}


def test_a_described_server_is_named_by_its_processor() -> None:
    of = part(describe("EPYC 7742", sockets=2))
    terms = explain(holding(Component("vcpu", of, 256, "cpu_ratio")), {"cpu_ratio": 0.5})
    assert {term.part for term in terms if term.component == "vcpu"} == {"EPYC 7742"}
