"""Law: the made-up estate and its made-up bill draw and are made of the same, kind by kind.

The live side describes resources of lists, the bill's side rows of usage: two ways to one figure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place, place_of
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.providers.demo import bill
from cloud_carbon_exporter.providers.demo.estate import build
from tests.bills.told import Told, told
from tests.providers.demo_support import WEDNESDAY, client, described

HOURS = (31 + 28 + 31) * 24
RESOURCES = 400
KINDS = (
    "compute/disk",
    "compute/instance",
    "compute/region_disk",
    "compute/snapshot",
    "container/cluster",
    "ec2/capacity_reservation",
    "ec2/instance",
    "ec2/snapshot",
    "ec2/volume",
    "ecr/repository",
    "efs/file_system",
    "eks/cluster",
    "file/instance",
    "logs/log_group",
    "rds/db_instance",
    "sql/instance",
)
"""Kinds that draw by no monitoring but their CPU load: what a bucket holds, and what goes through a
gateway, is only usual on the live side here. `test_counted_and_billed` has them all."""

COMING_AND_GOING = ("shop-fleet", "search-fleet", "nightly")
"""Machines of fleets, which are left out here: what they drew hangs on the hour."""
WATT_HOURS = 1000


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Told:
    path = tmp_path_factory.mktemp("bill") / "demo.csv"
    with path.open("w", encoding="utf-8") as stream:
        bill.write(replace(build(0, RESOURCES), members={}), stream)
    return told(path, "kind")


@pytest.fixture(scope="module")
def alive() -> dict[str, tuple[float, float, float]]:
    """kWh, operational and embodied grams of the estate in those hours, at its usual load."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for resource in described(client(RESOURCES, at=WEDNESDAY)):
        if resource.name.startswith(COMING_AND_GOING):
            continue
        at = resource.location
        where = place(at.provider, place_of(at))
        footprint = estimate(resource, {}, where, annual_of(where, "location"))
        operational = footprint.operational_grams_per_second
        assert operational is not None
        of_kind = sums[resource.kind]
        of_kind[0] += footprint.power_watts.value * HOURS / WATT_HOURS
        of_kind[1] += operational.value * HOURS * 3600
        of_kind[2] += footprint.embodied_grams_per_second.value * HOURS * 3600
    return {kind: (of[0], of[1], of[2]) for kind, of in sums.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_the_same_by_its_bill(
    kind: str, paid: Told, alive: dict[str, tuple[float, float, float]]
) -> None:
    row = next(row for row in paid.groups if row["kind"] == kind and row["state"] == "estimated")
    by_bill = (
        row["energy_kilowatt_hours"],
        row["operational_emissions_grams"],
        row["embodied_emissions_grams"],
    )
    assert by_bill == pytest.approx(alive[kind], rel=0.02)


def test_nothing_of_the_usage_is_lost(paid: Told) -> None:
    assert {line.reason for line in paid.summary.ledger if line.state == "not understood"} == {
        "no rule",
        "bytes of a machine, of which the live side counts none either",
    }
    assert paid.summary.covered_hours_ratio == 1
