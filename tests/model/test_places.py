"""Places finer than a region: zones apart, the customer's building, what nobody knows."""

from __future__ import annotations

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate, pue_fact
from cloud_carbon_exporter.model.explain import explain
from cloud_carbon_exporter.model.types import Component, Location, Place, Resource

APART = [
    row["region"]
    for row in facts.rows("regions")
    if row["kind"] in ("local-zone", "wavelength-zone")
]


def at(provider: str, region: str, zone: str, *, on_premises: bool = False) -> Place:
    location = Location(provider, "1", region, zone, on_premises)
    return facts.place(provider, facts.place_of(location))


def grams(place: Place) -> float:
    return place.intensities[0].grams_per_kilowatt_hour.value


@pytest.mark.parametrize(
    ("region", "zone", "expected"),
    [
        ("eu-central-1", "eu-central-1-waw-1a", 565),
        ("ap-southeast-2", "ap-southeast-2-akl-1a", 90),
        ("us-west-2", "us-west-2-lax-1b", 208),
        ("us-east-1", "us-east-1-wl1-bos-wlz-1", 309),
        ("eu-west-3", "eu-west-3-cmn-wlz-1a", 516),
        ("eu-central-1", "eu-central-1b", 342),
        ("us-east-1", "use1-az4", 418),
        ("us-east-1", "us-east-1a,us-east-1b", 418),
    ],
)
def test_a_zone_apart_has_the_grid_of_its_city(region: str, zone: str, expected: float) -> None:
    place = at("aws", region, zone)
    assert grams(place) == expected
    assert place.intensities[0].grams_per_kilowatt_hour.basis == "measured"
    # of a site of its own nobody publishes the PUE
    apart = place.region != region
    assert place.doubt == (f"assumed PUE of {place.region}" if apart else "")
    assert place.pue_ratio.basis == ("assumed" if apart else "measured")


@over_all("zone", APART)
def test_every_zone_apart_that_has_a_row_lies_in_a_region_we_know(zone: str) -> None:
    region = next(name for name in facts.regions("aws") if zone.startswith(f"{name}-"))
    place = at("aws", region, zone)
    assert place.region == zone
    # no purchase is published for them: what the market leaves is the residual mix, if any
    assert [intensity.method for intensity in place.intensities[:2]] == ["location", "direct"]
    assert all(each.facts[0].startswith("residual.") for each in place.intensities[2:])
    # nobody publishes the PUE of these sites: none is as good, or as sure, as a region's own
    assert place.pue_ratio.upper - place.pue_ratio.lower > 0.5
    assert pue_fact("aws", zone) == ("pue.edge",)
    assert facts.grid_zones("aws", zone)


@pytest.mark.parametrize(
    ("provider", "region", "zone"),
    [
        ("aws", "eu-central-1", "eu-central-1-nix-1a"),
        ("aws", "us-east-1", "us-east-1-wl9-xxx-wlz-1"),
        ("aws", "eu-west-3", "eu-west-3-somewhere"),
        ("gcp", "us-east5", "us-east5-ai9a"),
    ],
)
def test_a_zone_apart_that_nobody_knows_says_so_and_is_wide(
    provider: str, region: str, zone: str
) -> None:
    around, place = facts.place(provider, region), at(provider, region, zone)
    known = around.intensities[0].grams_per_kilowatt_hour
    guessed = place.intensities[0].grams_per_kilowatt_hour
    assert guessed.value == known.value
    assert guessed.lower < known.lower
    assert guessed.upper > known.upper
    assert guessed.upper / guessed.lower > 20
    assert guessed.basis == place.pue_ratio.basis == "assumed"
    assert place.doubt == f"unknown zone {place.region}"
    assert facts.grid_zones(provider, place.region) == {}


@pytest.mark.parametrize(
    ("region", "zone", "grid"),
    [
        ("us-central1", "us-central1-ai1a", "US-CENT-SWPP"),
        ("us-south1", "us-south1-ai1b", "US-TEX-ERCO"),
        ("europe-west4", "europe-west4-ai1a", "NL"),
    ],
)
def test_googles_ai_zones_are_campuses_of_its_own(region: str, zone: str, grid: str) -> None:
    place = at("gcp", region, zone)
    assert facts.grid_zones("gcp", place.region) == {grid: 1}
    assert place.pue_ratio.value == facts.figure("pue.gcp").value
    assert place.doubt == ""
    elsewhere = at("gcp", "us-east5", "us-east5-ai9a")
    assert elsewhere.pue_ratio.value == facts.figure("pue.gcp").value
    assert elsewhere.doubt == "unknown zone us-east5-ai9"


def test_a_zone_of_the_region_itself_is_no_zone_apart() -> None:
    for provider, region, zone in (
        ("aws", "cn-north-1", "cn-north-1a"),
        ("aws", "us-gov-west-1", "us-gov-west-1c"),
        ("gcp", "us-central1", "us-central1-a"),
        ("scaleway", "fr-par", "fr-par-9"),
        ("gcp", "eu", ""),
        ("aws", "global", ""),
    ):
        assert at(provider, region, zone) == facts.place(provider, region)
    assert at("scaleway", "fr-par", "fr-par-2") == facts.place("scaleway", "fr-par-2")


def test_the_customers_building_has_a_pue_and_a_grid_nobody_knows() -> None:
    place = at("aws", "eu-west-3", "eu-west-3a", on_premises=True)
    assert place.region == "eu-west-3/on-premises"
    grid = place.intensities[0].grams_per_kilowatt_hour
    assert grid.value == 31
    assert grid.upper > 800
    assert place.pue_ratio.value == facts.figure("pue.on_premises").value
    assert place.doubt == "on premises, where PUE and grid are not known"
    nowhere = at("aws", "xx-new-1", "", on_premises=True)
    assert nowhere.intensities[0].grams_per_kilowatt_hour.basis == "assumed"
    assert nowhere.pue_ratio.upper == facts.figure("pue.on_premises").high


def test_an_estimate_and_its_sum_say_what_is_not_known() -> None:
    location = Location("aws", "1", "eu-central-1", "eu-central-1-nix-1a")
    volume = Resource("v", "ec2/volume", "v", location, (Component("block", "aws/gp3", 100),))
    place = facts.place("aws", facts.place_of(location))
    footprint = estimate(volume, {}, place, place.intensities[0])
    assert (footprint.basis, footprint.reason) == ("assumed", "unknown zone eu-central-1-nix-1")
    assert "pue.edge" in footprint.facts
    told = {term.part: term.fact for term in explain(volume, {}, place, place.intensities[0])}
    assert told["eu-central-1-nix-1"] == "grid.electricitymaps.DE"
    reasons = {term.reason for term in explain(volume, {}, place, place.intensities[0])}
    assert "unknown zone eu-central-1-nix-1" in reasons
