"""Classes of storage: multiplied in one place, as wide as their factors, none left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts, storage
from cloud_carbon_exporter.model.figure import Figure

CLASSES = facts.rows("storage_classes")
DRIVES = facts.rows("local_drives")
GB_PER_GIB = 2**30 / 10**9
FACTORS = [
    name
    for name in facts.figures()
    if name.split(".")[0] in {"drive", "rack", "copies", "rest", "changed"}
]


def bounds(figure: Figure) -> tuple[float, float, float]:
    return figure.low, figure.value, figure.high


def test_a_class_by_hand() -> None:
    """gp3: 0.7 W/TB x 1.2 for the rack x 2 copies; the widths of three factors as one."""
    figure = facts.figure("storage.aws/gp3.watts_per_gib")
    assert figure.value == pytest.approx(0.7 * 1.2 * 2 / 1000 * GB_PER_GIB)
    up = math.hypot(math.log(1.2 / 0.7), math.log(1.4 / 1.2), math.log(3 / 2))
    assert figure.high == pytest.approx(figure.value * math.exp(up))
    assert (figure.unit, figure.basis, figure.year) == ("W/GiB", "derived", 2025)
    assert "copies: " in figure.source


def test_a_gibibyte_of_a_hard_disk_costs_by_how_many_drives_a_terabyte_takes() -> None:
    figure = facts.figure("storage.hdd.embodied_grams_per_gib")
    drive, number = (
        facts.figure(f"drive.hdd.{name}") for name in ("embodied_grams", "drives_per_terabyte")
    )
    assert figure.value == pytest.approx(drive.value * number.value / 1000 * GB_PER_GIB)
    up = math.hypot(math.log(drive.high / drive.value), math.log(number.high / number.value))
    assert figure.high == pytest.approx(figure.value * math.exp(up))


@pytest.mark.parametrize("row", DRIVES, ids=lambda row: row["class"])
def test_a_local_drive_is_one_drive_of_its_size_or_its_generation(row: facts.Row) -> None:
    """A hard disk costs, and draws, the same whatever it holds: no class is its own guess."""
    for quantity, whole in (("watts", "watts"), ("embodied_grams", "embodied_grams")):
        figure = facts.figure(f"storage.{row['class']}.{quantity}_per_gib")
        if row["terabytes"]:
            gib = float(row["terabytes"]) * 10**12 / 2**30
            drive = facts.figure(f"drive.hdd.{whole}")
            for told, bound in zip(bounds(figure), bounds(drive), strict=True):
                assert told * gib == pytest.approx(bound)
        elif quantity == "embodied_grams":
            made = facts.figure(f"drive.{row['made']}.embodied_grams_per_gigabyte")
            assert bounds(figure) == pytest.approx([each * GB_PER_GIB for each in bounds(made)])


@pytest.mark.parametrize(
    ("drive", "published"),
    [
        # grams a gigabyte, each by the source that the row names
        ("drive.ssd.embodied_grams_per_gigabyte", (3.9, 12, 17.3, 28, 45, 55, 56)),
        ("drive.ssd_2019.embodied_grams_per_gigabyte", (10.7, 16.9, 24.4, 29, 71, 108, 160)),
        # kilograms a drive: Seagate's from 12 to 30 TB, UBA, Teads, PAIA
        ("drive.hdd.embodied_grams", (14_000, 21_300, 29_700, 31_100, 38_000, 50_000, 67_000)),
    ],
)
def test_a_drive_is_in_the_middle_of_what_is_published_and_holds_it(
    drive: str, published: tuple[float, ...]
) -> None:
    figure = facts.figure(drive)
    assert all(figure.low <= each <= figure.high for each in published)
    assert min(published) < figure.value < max(published)
    below = sum(each < figure.value for each in published)
    assert 2 <= below <= len(published) - 2


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


def products(factors: Mapping[str, Figure]) -> list[Figure]:
    """Figures of all classes and local drives, made of these factors."""
    made: list[Figure] = []
    for row in CLASSES:
        made += storage.figures_of(row, factors)
    for row in DRIVES:
        made += storage.local_figures_of(row, factors)
    return made


@over_all("factor", FACTORS)
def test_every_factor_moves_a_class_the_way_it_moves(factor: str) -> None:
    """No factor stands in the table for nothing, and a larger one makes nothing smaller."""
    known = dict(facts.figures())
    known[factor] = replace(known[factor], value=known[factor].high)
    moved = 0
    for before, after in zip(products(facts.figures()), products(known), strict=True):
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
