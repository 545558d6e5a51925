"""The same estate elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.grid import GridForecast, GridNews, Method
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Component,
    Estimate,
    Location,
    Resource,
)
from cloud_carbon_exporter.model.what_if import region_of, what_if

LOADS = {"cpu_ratio": 0.5}


def row(provider: str, region: str, name: str) -> Row:
    place = facts.place(provider, region)
    at = Location(provider, "1", region)
    resource = Resource(
        name, "ec2/instance", name, at, (Component("vcpu", "Skylake", 4, load="cpu_ratio"),)
    )
    return Row(resource, estimate(resource, LOADS, place, place.intensities[0]), LOADS)


SNAPSHOT = Snapshot(
    1000,
    (row("aws", "eu-central-1", "a"), row("aws", "us-east-1", "b"), row("gcp", "us-central1", "c")),
)


def test_power_follows_pue_and_grams_the_grid() -> None:
    elsewhere = what_if(SNAPSHOT, "aws", "eu-north-1")
    there = facts.place("aws", "eu-north-1")
    assert (elsewhere.resources, elsewhere.elsewhere, elsewhere.hours) == (2, 1, ())
    bare = sum(
        row.footprint.power_watts.value
        / facts.place("aws", row.resource.location.region).pue_ratio.value
        for row in SNAPSHOT.rows[:2]
    )
    assert elsewhere.power_watts_there.value == pytest.approx(bare * there.pue_ratio.value)
    intensity = there.intensities[0].grams_per_kilowatt_hour.value
    assert elsewhere.grams_per_second_there.value == pytest.approx(
        elsewhere.power_watts_there.value * intensity / 3.6e6
    )
    assert elsewhere.grams_per_second_there.value < elsewhere.grams_per_second.value


@pytest.mark.parametrize(
    ("method", "counted"),
    [("location", "location"), ("direct", "direct"), ("market", "market"), ("live", "location")],
)
def test_a_region_where_nothing_stands_is_counted_by_the_method_of_all_others(
    method: Method, counted: Method
) -> None:
    there = what_if(replace(SNAPSHOT, grid=GridNews(method)), "aws", "eu-west-3")
    assert there.intensity.method == counted
    own = {each.method: each for each in facts.place("aws", "eu-west-3").intensities}
    assert there.intensity == own[counted]


def test_at_home_nothing_changes() -> None:
    home = replace(SNAPSHOT, rows=SNAPSHOT.rows[:1])
    unmoved = what_if(home, "aws", "eu-central-1")
    assert (
        unmoved.power_watts_there == unmoved.power_watts
        and unmoved.grams_per_second_there == unmoved.grams_per_second
    )


def test_the_live_grid_there_and_its_next_day() -> None:
    place = facts.place("aws", "eu-north-1")
    live = CarbonIntensity(Estimate(10, 9, 11), "live", "electricitymaps")
    foreseen = tuple(
        GridForecast("aws", "eu-north-1", "live", "electricitymaps", hour, 10.0 + (hour - 3) ** 2)
        for hour in range(24)
    )
    other = (GridForecast("aws", "eu-north-1", "marginal", "watttime", 0, 0),)
    snapshot = replace(
        SNAPSHOT,
        places=(replace(place, intensities=(live, *place.intensities)),),
        grid=GridNews("live", forecasts=(*foreseen, *other)),
    )
    elsewhere = what_if(snapshot, "aws", "eu-north-1")
    assert elsewhere.intensity is live
    assert elsewhere.greenest_hour_ahead == 3
    assert dict(elsewhere.hours)[3] == pytest.approx(elsewhere.grams_per_second_there.value)
    assert len(elsewhere.hours) == 24


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eu-north-1", ("aws", "eu-north-1")),
        ("region=europe-north1", ("gcp", "europe-north1")),
        ("region=scw:fr-par", ("scaleway", "fr-par")),
        ("gcp:us-central1", ("gcp", "us-central1")),
    ],
)
def test_a_region_by_name(text: str, expected: tuple[str, str]) -> None:
    assert region_of(text) == expected


@pytest.mark.parametrize("text", ["", "nowhere-1", "gcp:eu-north-1", "azure:westeurope", "global"])
def test_no_such_region(text: str) -> None:
    with pytest.raises(ValueError, match="no known region"):
        region_of(text)


def test_what_has_no_grid_is_left_out_on_both_sides() -> None:
    nowhere = replace(
        SNAPSHOT.rows[0],
        footprint=replace(SNAPSHOT.rows[0].footprint, operational_grams_per_second=None),
    )
    elsewhere = what_if(replace(SNAPSHOT, rows=(nowhere, SNAPSHOT.rows[1])), "aws", "eu-north-1")
    alone = what_if(replace(SNAPSHOT, rows=SNAPSHOT.rows[1:2]), "aws", "eu-north-1")
    assert elsewhere.power_watts == alone.power_watts
    assert elsewhere.grams_per_second_there == alone.grams_per_second_there
