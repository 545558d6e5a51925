"""Mean of several places, where some say less than others."""

from __future__ import annotations

from cloud_carbon_exporter.model.estimate import NOWHERE
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.mean_place import mean_place


def test_places_that_say_nothing_of_water_have_no_mean_of_it() -> None:
    between = mean_place("nobody", "between", (NOWHERE, NOWHERE))
    assert between.water is None
    assert between.wue_liters_per_kilowatt_hour is None


def test_the_mean_lies_between_its_members() -> None:
    paris, frankfurt = place("aws", "eu-west-3"), place("aws", "eu-central-1")
    between = mean_place("aws", "between", (paris, frankfurt))
    low, high = sorted(
        each.intensities[0].grams_per_kilowatt_hour.value for each in (paris, frankfurt)
    )
    assert low < between.intensities[0].grams_per_kilowatt_hour.value < high
    assert between.water is not None
