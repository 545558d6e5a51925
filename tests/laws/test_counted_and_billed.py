"""Law: what is counted of the made-up estate over a day is what its bill has of that day.

And each fault that was once made, planted on the live side, shows in the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from cloud_carbon_exporter.model.comparison import ComparedLine
from cloud_carbon_exporter.providers.demo.bill_items import ITEMS
from cloud_carbon_exporter.providers.spec import Raw
from tests.laws.counted_estate import RESOURCES, Listed, compared, counted

pytestmark = pytest.mark.slow

Lines = dict[tuple[str, str], ComparedLine]

UNBILLED = {"bedrock/foundation_model"}
"""Kinds that the bill has no items of: Amazon bills tokens by the thousand, in words of a model."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    return compared(asyncio.run(counted()), tmp_path_factory.mktemp("sound"))


def test_all_kinds_that_a_bill_names_agree_within_two_percent(sound: Lines) -> None:
    told = {kind for kind, _ in sound}
    assert told - UNBILLED == set(ITEMS), "every kind is in the estate, and in the table"
    apart = {
        (line.kind, line.unit): (line.billed, line.counted)
        for line in sound.values()
        if line.kind not in UNBILLED and not line.agrees
    }
    assert not apart
    assert sum(line.counted for line in sound.values() if line.unit == "vcpu_hours") > RESOURCES


def faulty(listed: Listed, folder: Path) -> Lines:
    return compared(asyncio.run(counted(listed, 2 * 3600)), folder)


def _lost_group(raw: Raw) -> Iterable[Raw]:
    return () if raw["name"].startswith("shop-") else (raw,)


def _twice(raw: Raw) -> Iterable[Raw]:
    again = {**raw, "id": f"{int(raw['id'], 16) ^ 1:016x}", "name": f"{raw['name']}-again"}
    return (raw, again) if raw["kind"] == "compute/disk" else (raw,)


def _first_zone_alone(raw: Raw) -> Iterable[Raw]:
    return ({**raw, "copies": 1},)


def _without_snapshots(raw: Raw) -> Iterable[Raw]:
    return () if raw["kind"] == "ec2/snapshot" else (raw,)


def test_a_lost_group_of_machines_shows(tmp_path: Path) -> None:
    line = faulty(_lost_group, tmp_path)["ec2/instance", "vcpu_hours"]
    assert line.ratio is not None
    assert line.ratio < 0.8
    assert line.explanation


def test_a_kind_that_is_counted_twice_shows(tmp_path: Path) -> None:
    line = faulty(_twice, tmp_path)["compute/disk", "storage_gibibyte_hours"]
    assert line.ratio == pytest.approx(2, rel=0.01)
    assert line.explanation.startswith("counted 2 times")


def test_a_second_zone_that_is_left_out_shows(tmp_path: Path) -> None:
    lines = faulty(_first_zone_alone, tmp_path)
    disk = lines["compute/region_disk", "storage_gibibyte_hours"]
    assert disk.ratio == pytest.approx(0.5, rel=0.01)
    assert "second zone" in disk.explanation
    database = lines["rds/db_instance", "vcpu_hours"]
    assert database.ratio is not None
    assert database.ratio < 0.98


def test_snapshots_that_are_not_listed_show(tmp_path: Path) -> None:
    line = faulty(_without_snapshots, tmp_path)["ec2/snapshot", "storage_gibibyte_hours"]
    assert (line.counted, line.ratio) == (0, 0)
    assert line.explanation.startswith("not counted")
