"""Classes of storage: multiplied in one place, as wide as their factors, none left out."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.model import facts, storage
from cloud_carbon_exporter.model.figure import Figure

CLASSES = facts.rows("storage_classes")
GB_PER_GIB = 2**30 / 10**9
FACTORS = [
    name
    for name in facts.figures()
    if name.split(".")[0] in {"drive", "rack", "copies", "rest", "changed"}
]


def test_a_class_by_hand() -> None:
    """gp3: 0.7 W/TB x 1.2 for the rack x 2 copies; the widths of three factors as one."""
    figure = facts.figure("storage.aws/gp3.watts_per_gib")
    assert figure.value == pytest.approx(0.7 * 1.2 * 2 / 1000 * GB_PER_GIB)
    up = math.hypot(math.log(1.2 / 0.7), math.log(1.4 / 1.2), math.log(3 / 2))
    assert figure.high == pytest.approx(figure.value * math.exp(up))
    assert (figure.unit, figure.basis, figure.year) == ("W/GiB", "derived", 2025)
    assert "copies: " in figure.source


def test_a_local_disk_is_one_drive() -> None:
    figure = facts.figure("storage.hdd.embodied_grams_per_gib")
    for bound, told in ((figure.value, 2.8), (figure.low, 1.7), (figure.high, 6.7)):
        assert bound == pytest.approx(told * GB_PER_GIB)


def test_what_rests_was_made_all_the_same() -> None:
    cold, warm = (f"storage.aws/s3/{name}" for name in ("GlacierStorage", "StandardStorage"))
    watts = facts.figure(f"{cold}.watts_per_gib").value
    assert watts < facts.figure(f"{warm}.watts_per_gib").value
    assert (
        facts.figure(f"{cold}.embodied_grams_per_gib").value
        == facts.figure(f"{warm}.embodied_grams_per_gib").value
    )


def test_an_unknown_share_multiplies_the_bounds() -> None:
    whole, part = (
        facts.figure(f"storage.aws/ebs-snapshot{suffix}.watts_per_gib")
        for suffix in ("", "/incremental")
    )
    assert part.low == pytest.approx(whole.low / 100)
    assert part.high == pytest.approx(whole.high)


@pytest.mark.parametrize("factor", FACTORS)
def test_every_factor_moves_a_class_the_way_it_moves(factor: str) -> None:
    """No factor stands in the table for nothing, and a larger one makes nothing smaller."""
    known = dict(facts.figures())
    known[factor] = replace(known[factor], value=known[factor].high)
    moved = 0
    for row in CLASSES:
        for before, after in zip(
            storage.figures_of(row, facts.figures()), storage.figures_of(row, known), strict=True
        ):
            assert after.value >= before.value
            moved += after.value > before.value
    assert moved or known[factor].value == facts.figure(factor).value


@given(st.lists(st.floats(0.1, 0.9), min_size=3, max_size=3))
def test_a_product_is_never_surer_than_its_least_sure_factor(widths: list[float]) -> None:
    names = ("drive.ssd.watts_per_terabyte", "rack.ssd.watts_ratio", "copies.aws_block.ratio")
    known: dict[str, Figure] = dict(facts.figures())
    for name, width in zip(names, widths, strict=True):
        value = known[name].value
        known[name] = replace(known[name], low=value * width, high=value / width)
    row = next(row for row in CLASSES if row["class"] == "aws/gp3")
    watts, _ = storage.figures_of(row, known)
    assert watts.low <= watts.value * min(widths) * (1 + 1e-9)
    assert watts.high >= watts.value / min(widths) * (1 - 1e-9)
