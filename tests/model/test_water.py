"""Water: on site by the energy of the machines, and of the power by that of the whole site."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.types import Estimate, Place, Water
from cloud_carbon_exporter.model.water import liters

KILOWATT_HOUR = 3_600_000.0


def test_a_kilowatt_hour_takes_water_on_site_and_in_power_stations() -> None:
    place = Place(
        "aws",
        "somewhere",
        (),
        Estimate(1.25, 1, 2),
        water=Water(Estimate(0.5, 0.1, 1), Estimate(2, 1, 4)),
    )
    assert liters(10 * KILOWATT_HOUR, place) == pytest.approx((4, 20))
    assert liters(0, place) == (0, 0)
    assert liters(1, Place("", "", (), Estimate(1, 1, 1))) == (0, 0)


def test_water_of_a_place_is_its_own_else_its_providers() -> None:
    jakarta, paris = facts.place("aws", "ap-southeast-3"), facts.place("aws", "eu-west-3")
    assert jakarta.water and paris.water
    assert jakarta.water.on_site == jakarta.wue_liters_per_kilowatt_hour
    assert paris.wue_liters_per_kilowatt_hour is None  # AWS publishes none for Paris
    assert paris.water.on_site.value == figure("wue.aws").value
    assert paris.water.of_power.value == figure("water.FRA").value
    zone = facts.place("aws", "us-east-1-bos-1").water
    assert zone and zone.on_site.value == figure("wue.edge").value
    building = facts.place("aws", "eu-west-3/on-premises").water
    assert building and building.on_site.value == figure("wue.on_premises").value
    assert building.of_power.value == figure("water.FRA").value


@pytest.mark.parametrize("provider", ["aws", "gcp", "scaleway"])
def test_every_place_has_water_and_an_unknown_one_is_wider_than_all(provider: str) -> None:
    nowhere = facts.place(provider, "xx-nowhere-9").water
    assert nowhere
    for region in (*facts.regions(provider), *facts.zones(provider), "global"):
        water = facts.place(provider, region).water
        assert water
        for own, unknown in zip(water, nowhere, strict=True):
            assert 0 <= own.lower <= own.value <= own.upper
            assert unknown.lower <= own.value <= unknown.upper
