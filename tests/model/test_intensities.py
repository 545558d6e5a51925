"""Laws of the grid's figures over all places: direct, a site's own, residual mixes, the unknown."""

from __future__ import annotations

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.facts import figure, figures
from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate

ROWS = {
    (row["provider"], row["region"]): row
    for row in facts.rows("regions")
    if row["grid"] and not row["members"]
}
PLACES = over_all(("provider", "region"), ROWS)
GOOGLES = [region for provider, region in ROWS if f"grid.google.{region}" in figures()]


def by_method(provider: str, region: str) -> dict[str, CarbonIntensity]:
    return {each.method: each for each in facts.place(provider, region).intensities}


def grams(provider: str, region: str, method: str) -> Estimate:
    return by_method(provider, region)[method].grams_per_kilowatt_hour


def holds(interval: Estimate, value: float) -> bool:
    return interval.lower <= value <= interval.upper


@PLACES
def test_every_place_has_a_life_cycle_figure_and_a_direct_one_that_is_no_greater(
    provider: str, region: str
) -> None:
    cycle, direct = grams(provider, region, "location"), grams(provider, region, "direct")
    assert 0 <= direct.lower <= direct.value <= direct.upper
    # what power stations burn is a part of their life-cycle emissions
    assert direct.value <= cycle.value
    assert direct.basis == cycle.basis == "measured"


@over_all("region", GOOGLES)
def test_what_google_publishes_of_its_site_is_its_direct_figure(region: str) -> None:
    own = figure(f"grid.google.{region}")
    intensity = by_method("gcp", region)["direct"]
    assert intensity.grams_per_kilowatt_hour.value == own.value
    assert (intensity.facts[0], intensity.year) == (own.id, 2025)
    assert holds(grams("gcp", region, "location"), own.value)


@over_all("region", GOOGLES)
def test_a_figure_of_the_site_that_its_zone_cannot_have_is_central(region: str) -> None:
    """us-west1: 98 by Google (79 the year before), 204 by the zone that maps list it under."""
    row, own = ROWS["gcp", region], figure(f"grid.google.{region}")
    zones = [figure(f"grid.electricitymaps.{zone}").value for zone in row["grid"].split()]
    if own.value > sum(zones) / len(zones) or row["own"]:
        assert grams("gcp", region, "location").value == own.value
    else:
        assert grams("gcp", region, "location").value == pytest.approx(sum(zones) / len(zones))


def test_oregon_is_on_the_grid_that_google_says() -> None:
    oregon = grams("gcp", "us-west1", "location")
    assert oregon.value == 97.85
    assert all(holds(oregon, rival) for rival in (79.23, 129, 204))


def test_scaleways_own_mix_is_central_for_its_zones() -> None:
    for zone, own, map_says in (
        ("fr-par-1", 44, 31),
        ("nl-ams-2", 253, 253),
        ("pl-waw-3", 615, 565),
        ("it-mil-1", 284, 275),
    ):
        interval = grams("scaleway", zone, "location")
        assert interval.value == own
        assert holds(interval, map_says)


def test_pue_of_scaleway_is_that_of_its_page_of_2026() -> None:
    ratios = [facts.place("scaleway", f"pl-waw-{number}").pue_ratio.value for number in (1, 2, 3)]
    assert ratios == [1.5, 1.24, 1.5]


@over_all("region", GOOGLES)
def test_the_straight_line_holds_every_published_direct_figure(region: str) -> None:
    row, own = ROWS["gcp", region], figure(f"grid.google.{region}").value
    if row["own"]:
        return  # another grid than its zone
    share, floor = figure("grid.direct.share"), figure("grid.direct.floor_grams")
    zone = figure(f"grid.electricitymaps.{row['grid']}")
    least, most = share.low * zone.low - floor.high, share.high * zone.high - floor.low
    assert least <= own <= most


@PLACES
def test_the_market_is_a_purchase_or_the_residual_mix(provider: str, region: str) -> None:
    row = ROWS[provider, region]
    names = (f"market.{provider}/{region}", f"residual.{row['grid']}")
    first = next((name for name in names if name in figures()), None)
    market = by_method(provider, region).get("market")
    assert (market.facts if market else ()) == ((first,) if first else ())


def test_a_residual_mix_is_never_zero_and_of_a_grid_that_clouds_stand_in() -> None:
    zones = {row["grid"] for row in ROWS.values()}
    mixes = [each for each in figures().values() if each.id.startswith("residual.")]
    assert len(mixes) > 30
    for mix in mixes:
        assert 0 < mix.low <= mix.value <= mix.high
        assert mix.id.removeprefix("residual.") in zones | {"US-CAL-LDWP", "US-NW-PSEI"}


@pytest.mark.parametrize("method", ["location", "direct"])
def test_an_unknown_region_holds_every_known_one(method: str) -> None:
    unknown = grams("aws", "xx-new-1", method)
    assert unknown.basis == "assumed"
    for provider, region in ROWS:
        assert holds(unknown, grams(provider, region, method).value), region


@pytest.mark.parametrize("method", ["location", "direct"])
def test_an_unknown_zone_of_a_known_region_is_as_wide_as_all_regions(method: str) -> None:
    unknown = grams("aws", "eu-central-1-nix-1", method)
    known = grams("aws", "eu-central-1", method)
    assert (unknown.value, unknown.basis) == (known.value, "assumed")
    for region in facts.regions("aws"):
        assert holds(unknown, grams("aws", region, method).value)
    assert "market" not in by_method("aws", "eu-central-1-nix-1")
