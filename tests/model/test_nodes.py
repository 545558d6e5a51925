"""Nodes of accelerators: what they draw beside their boards, and what their boards cost to make."""

from __future__ import annotations

from itertools import pairwise

import pytest
from bench.fit.nodes import nodes
from tests.model.machines import footprint, holding, resource
from tests.over_all import over_all

from cloud_carbon_exporter.model.boards import boards
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate, power_watts
from cloud_carbon_exporter.model.facts import figure, figures, rows
from cloud_carbon_exporter.model.nodes import board, node_watts, overhead
from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.model.types import Component

KNOWN = sorted(row["accelerator"] for row in rows("accelerator_nodes"))
LINES = {
    "A100": ("A100 SXM4 40GB", "A100 SXM4 80GB"),
    "H100": ("A100 SXM4 80GB", "H100 SXM5 80GB", "H200 SXM5 141GB"),
    "B200": ("H200 SXM5 141GB", "B200", "B300"),
    "GB200": ("H200 SXM5 141GB", "GB200", "GB300"),
    "V100": ("Tesla P100 PCIe", "Tesla V100 SXM2", "A100 SXM4 40GB"),
    "PCIe": ("A100 PCIe 40GB", "H100 PCIe 80GB", "H100 NVL 94GB"),
    "small": ("Tesla P4", "T4", "L4", "L40S", "RTX PRO 6000 Blackwell Server"),
    "TPU, large": ("TPU v2", "TPU v3", "TPU v4", "TPU v5p", "TPU v7x"),
    "TPU, small": ("TPU v4i", "TPU v5e", "TPU v6e"),
    "Trainium": ("Trainium1", "Trainium2"),
    "Gaudi": ("Gaudi HL-205", "Gaudi2"),
}
"""Boards of one line, each with more memory, or a larger die, than the one before."""


def test_published_nodes_are_within_fifteen_percent_and_inside_the_interval() -> None:
    every = nodes()
    assert len(every) >= 25
    assert sum(abs(node.deviation) <= 15 for node in every) >= 0.9 * len(every)
    assert sum(node.inside for node in every) >= 0.9 * len(every)


def test_a_machine_of_a_cloud_draws_as_a_published_node_that_is_built_alike() -> None:
    """A guest's threads carry the gap to production, so that they draw more than a benchmark's."""
    busy = [node for node in nodes() if node.state in {"training", "inference", "rated"}]
    assert len(busy) >= 8
    for node in busy:
        assert node.in_a_cloud is not None
        assert node.in_a_cloud.value == pytest.approx(node.measured, rel=0.15)
        assert node.in_a_cloud.lower < node.measured < node.in_a_cloud.upper


@over_all("name", KNOWN)
def test_a_node_draws_the_same_whether_load_or_watts_of_its_boards_were_read(name: str) -> None:
    drawn, known = draw("gpu", name), board(name)
    busy = max(known.idle.value, known.most.value * figure("gpu.full_load_ratio").value)
    for load, watts in ((0, known.idle.value), (1, busy)):
        assert node_watts(name, 1, watts) == pytest.approx(drawn.at(load))
        assert overhead(known, watts).value >= 0


@over_all("name", KNOWN)
def test_the_draw_of_a_board_says_so_where_it_rests_on_an_assumption(name: str) -> None:
    """A figure of a board that nobody published is a guess, and so is what stands on it."""
    drawn = draw("gpu", name)
    guessed = any(figures()[id_].basis == "assumed" for id_ in drawn.facts)
    assert bool(drawn.doubt) == guessed
    found = estimate(
        holding(Component("gpu", name, 2, "gpu_ratio")), {"gpu_ratio": 0.5}, NOWHERE, None
    )
    assert drawn.doubt in found.reason
    assert not guessed or found.basis == found.power_watts.basis == "assumed"


@pytest.mark.parametrize(
    ("provider", "name", "reason"),
    [
        ("gcp", "ct6e-standard-8t", "assumed watts of TPU v6e"),
        ("aws", "trn2.48xlarge", "assumed node of Trainium2"),
        ("aws", "inf2.xlarge", "assumed watts of Inferentia2"),
    ],
)
def test_a_chip_whose_watts_nobody_published_is_no_measurement(
    provider: str, name: str, reason: str
) -> None:
    found = footprint(resource(provider, name), {"cpu_ratio": 0.2, "gpu_ratio": 0.9})
    assert (found.basis, found.power_watts.basis) == ("assumed", "assumed")
    assert reason in found.reason


@pytest.mark.parametrize("loads", [{"gpu_ratio": 1.0}, {"gpu_watts": 4800.0}])
def test_one_board_of_eight_bears_an_eighth_of_its_node(loads: dict[str, float]) -> None:
    whole = holding(Component("gpu", "H100 SXM5 80GB", 8, "gpu_ratio"))
    one = holding(Component("gpu", "H100 SXM5 80GB", 1, "gpu_ratio"))
    of_one = {signal: load / 8 if signal == "gpu_watts" else load for signal, load in loads.items()}
    all_of_it, share = (
        estimate(held, read, NOWHERE, None).power_watts
        for held, read in ((whole, loads), (one, of_one))
    )
    assert share.value * 8 == pytest.approx(all_of_it.value)
    assert share.upper * 8 == pytest.approx(all_of_it.upper)
    assert power_watts(one, of_one, NOWHERE) == pytest.approx(share.value)


def test_what_boards_tell_goes_up_with_their_node() -> None:
    held = Component("gpu", "B200", 8, "gpu_ratio")
    told = [
        estimate(holding(held), {"gpu_watts": watts}, NOWHERE, None).power_watts
        for watts in (0.0, 1000.0, 4000.0, 8000.0)
    ]
    assert all(less.value < more.value for less, more in pairwise(told))
    assert all(each.lower > watts for each, watts in zip(told, (0, 1000, 4000), strict=False))
    assert boards(held, holding(held), {"gpu_watts": 8000.0}).watts == 8000


def test_a_card_in_a_slot_needs_less_of_its_server_than_a_board_between_switches() -> None:
    card, switched = board("L4"), board("H100 SXM5 80GB")
    shares = [overhead(each, each.most.value).value / each.most.value for each in (card, switched)]
    assert shares[0] < shares[1]


def test_an_accelerator_nobody_knows_may_draw_anything_between_a_card_and_a_large_board() -> None:
    for load in (0, 1):
        found = estimate(
            holding(Component("gpu", "H900", 1, "gpu_ratio")), {"gpu_ratio": load}, NOWHERE, None
        ).power_watts
        assert found.lower < draw("gpu", "L4").at(load)
        assert found.upper > draw("gpu", "A100 SXM4 40GB").at(load)
        assert found.basis == "assumed"


@pytest.mark.parametrize("line", sorted(LINES))
def test_a_board_with_more_memory_and_die_is_not_made_of_less(line: str) -> None:
    grams = [figure(f"gpu.{name}.embodied_grams").value for name in LINES[line]]
    assert grams == sorted(grams)


def test_tpus_cost_what_google_says_of_them() -> None:
    """Schneider et al. 2025: kg a TPU with its share of the host, 386 to 1101, less without it."""
    for name, whole in (("v4i", 386), ("v5e", 402), ("v4", 693), ("v6e", 692), ("v5p", 1101)):
        chip = figure(f"gpu.TPU {name}.embodied_grams")
        assert 0.3 * whole < chip.value / 1000 < 0.7 * whole
        assert chip.high / 1000 < whole
