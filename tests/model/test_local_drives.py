"""Drives of hosts: as old as the host, and a hard disk by what one of them holds."""

from __future__ import annotations

import math

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.embodied import made
from cloud_carbon_exporter.model.local_drives import flash, hard_disk
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.quantities import SECONDS_PER_YEAR
from cloud_carbon_exporter.model.types import Component

SIZES = {
    row["class"]: float(row["terabytes"]) for row in facts.rows("local_drives") if row["terabytes"]
}


def local_drive(machine_type: str, kind: str) -> Component:
    """What a machine type of AWS holds of that kind."""
    return next(part for part in components(machine("aws", machine_type)) if part.kind == kind)


@pytest.mark.parametrize(
    ("machine_type", "drives"),
    # EC2 User Guide, instance store volumes: 24 drives of 2 and of 14 TB, 8 of 2 TB
    [("d2.8xlarge", 24), ("d3.8xlarge", 24), ("d3en.12xlarge", 24), ("h1.16xlarge", 8)],
)
def test_a_host_full_of_hard_disks_is_made_of_so_many_drives(
    machine_type: str, drives: int
) -> None:
    """A drive of 2 TB costs as much as one of 16: a GiB of it eight times as much."""
    held = local_drive(machine_type, "hdd")
    seconds = facts.figure("embodied.lifetime_years").value * SECONDS_PER_YEAR
    whole = made("hdd", held.part).grams_per_second * held.amount * seconds
    assert whole == pytest.approx(drives * facts.figure("drive.hdd.embodied_grams").value, rel=0.05)


def test_flash_is_as_old_as_its_host() -> None:
    assert {flash(name) for name in ("Haswell", "Skylake", "Cascade Lake")} == {"ssd/2019"}
    assert {flash(name) for name in ("Ice Lake", "Graviton4", "default", "")} == {"ssd"}
    assert local_drive("i3en.24xlarge", "ssd").part == "ssd/2019"
    assert local_drive("i4i.32xlarge", "ssd").part == "ssd"
    older, newer = (
        facts.figure(f"storage.{drive}.embodied_grams_per_gib") for drive in ("ssd/2019", "ssd")
    )
    assert older.value > newer.value and older.low < newer.high, "a trend, not another matter"


@pytest.mark.parametrize("terabytes", [0.3, 0.6, 1, 1.8, 2.4, 5, 10, 16, 18, 22, 30])
def test_a_size_that_is_told_is_taken_as_the_class_next_to_it(terabytes: float) -> None:
    assert SIZES[hard_disk("aws", "x99.large", terabytes)] / terabytes == pytest.approx(
        min((size / terabytes for size in SIZES.values()), key=lambda ratio: abs(math.log(ratio)))
    )
    assert 0.6 < SIZES[hard_disk("aws", "x99.large", terabytes)] / terabytes < 1.6


def test_a_disk_that_nobody_knows_is_a_share_of_a_clouds() -> None:
    assert hard_disk("aws", "x99.large") == hard_disk("gcp", "d2.8xlarge") == "hdd"
    assert hard_disk("aws", "db.d2.xlarge") == hard_disk("aws", "D2.xlarge") == "hdd/2tb"


def test_every_type_with_hard_disks_of_its_own_is_known() -> None:
    """All of the table but Redshift's, whose drives nobody names."""
    unknown = {
        row["type"].partition(".")[0]
        for row in facts.rows("machine_types")
        if row["hdd_gib"] and hard_disk(row["provider"], row["type"]) == "hdd"
    }
    assert unknown == {"ds2"}
