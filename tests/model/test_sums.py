"""Sums over resources: an interval from the facts they share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.model.machines import holding, resource

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import figure, place
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum, sum_of
from cloud_carbon_exporter.model.types import Component, Estimate, Footprint

OREGON, PARIS = place("aws", "us-west-2"), place("aws", "eu-west-3")


def running(region: str = "us-west-2", name: str = "m5.large") -> Footprint:
    where = place("aws", region)
    return estimate(resource("aws", name), {"cpu_ratio": 0.1}, where, where.intensities[0])


def test_a_thousand_machines_admit_the_grid_that_each_of_them_admits() -> None:
    grid = OREGON.intensities[0].grams_per_kilowatt_hour
    whole = footprint_sum([running()] * 1000).operational_grams_per_second.estimate
    assert whole.lower / whole.value <= grid.lower / grid.value
    assert whole.upper / whole.value >= grid.upper / grid.value


def test_a_thousand_disks_admit_the_flash_that_each_of_them_admits() -> None:
    disk = estimate(holding(Component("block", "aws/gp3", 200.0)), {}, PARIS, None)
    one = disk.embodied_grams_per_second
    whole = footprint_sum([disk] * 1000).embodied_grams_per_second.estimate
    assert whole.lower / whole.value == pytest.approx(one.lower / one.value)
    assert whole.upper / whole.value == pytest.approx(one.upper / one.value)


def test_classes_of_disks_share_the_figure_of_the_drive_they_stand_on() -> None:
    classes = ("aws/gp3", "gcp/pd-ssd")
    disks = [
        estimate(holding(Component("block", name, 100.0)), {}, PARIS, None) for name in classes
    ]
    together = footprint_sum(disks).embodied_grams_per_second.up.by_fact
    alone = [footprint_sum([disk]).embodied_grams_per_second.up.by_fact for disk in disks]
    drive = "drive.ssd.embodied_grams_per_gigabyte"
    assert together[drive] == pytest.approx(sum(reach[drive] for reach in alone))


def test_two_regions_are_known_better_than_one_as_their_grids_err_apart() -> None:
    one = footprint_sum([running()] * 2).operational_grams_per_second.estimate
    two = footprint_sum([running(), running("eu-west-3")]).operational_grams_per_second
    grids = [fact for fact in two.up.by_fact if fact.startswith("grid.")]
    assert len(grids) == 2
    parts = [running(), running("eu-west-3")]
    uppers = [part.operational_grams_per_second for part in parts]
    assert two.estimate.upper < sum(part.upper for part in uppers if part)
    assert one.upper == pytest.approx(2 * uppers[0].upper) if uppers[0] else False


def test_loads_that_were_not_read_even_out_in_part() -> None:
    machine = resource("aws", "m5.large")
    blind = estimate(machine, {}, PARIS, None)
    whole = footprint_sum([blind] * 100).power_watts.estimate
    own = blind.power_watts
    assert whole.value == pytest.approx(100 * own.value)
    assert whole.upper - whole.value < 0.8 * 100 * (own.upper - own.value)
    assert figure("model.default.cpu_ratio").alike == 0.25


def test_a_sum_takes_the_weakest_basis_and_of_none_it_is_nothing() -> None:
    assert footprint_sum([]).power_watts.estimate == Estimate(0, 0, 0)
    blind = estimate(resource("aws", "m5.large"), {}, PARIS, None)
    both = footprint_sum([running(), blind])
    assert both.power_watts.basis == "default"
    assert both.resources == 2


def test_an_estimate_that_says_nothing_of_its_facts_errs_as_all_such_do() -> None:
    whole = sum_of(Estimate(10, 6, 14)) + sum_of(Estimate(10, 6, 14, "default"))
    assert whole.estimate == Estimate(20, 12, 28, "default")
    bare = replace(running(), errors=None)
    doubled = footprint_sum([bare, bare]).power_watts.estimate
    assert doubled.upper == pytest.approx(2 * bare.power_watts.upper)


def test_what_has_no_grid_adds_no_operational_grams() -> None:
    nowhere = estimate(resource("aws", "m5.large"), {"cpu_ratio": 0.1}, PARIS, None)
    both = footprint_sum([running(), nowhere])
    emissions = running().operational_grams_per_second
    assert emissions is not None
    assert both.operational_grams_per_second.value == pytest.approx(emissions.value)
    assert both.power_watts.value > running().power_watts.value
    assert FootprintSum() + both == both
