"""The families of live grids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.exposition import estate
from tests.exposition.reading import labels_in, names_in, read, series, values_in

from cloud_carbon_exporter.exposition import render
from cloud_carbon_exporter.exposition.families.grid import METHODS, method_family_name
from cloud_carbon_exporter.model.grid import GridNews

INSTANCES = {
    "cloud_provider": "aws",
    "cloud_account_id": "111111111111",
    "cloud_region": "eu-west-3",
    "kind": "ec2/instance",
}


def test_every_method_in_full_side_by_side() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    grams_per_kilowatt_hour = {
        "location": 44,
        "direct": 20,
        "live": 36,
        "market": 0,
        "marginal": 500,
    }
    assert grams_per_kilowatt_hour.keys() == set(METHODS)
    for method in METHODS:
        grams = scrape[series(method_family_name(method), **INSTANCES)]
        assert grams == pytest.approx(12.5 * grams_per_kilowatt_hour[method] / 3.6e6)


def test_methods_side_by_side_only_where_asked_for() -> None:
    alone = replace(estate.SNAPSHOT, grid=replace(estate.SNAPSHOT.grid, compare=False))
    scrape = read(render(alone, estate.SETTINGS))
    assert not names_in(scrape) & set(map(method_family_name, METHODS))


def test_what_counts_after_purchases_also_says_what_the_place_emits() -> None:
    """The rule of Software Carbon Intensity takes it instead."""
    grid = replace(estate.SNAPSHOT.grid, compare=False, method="market")
    scrape = read(render(replace(estate.SNAPSHOT, grid=grid), estate.SETTINGS))
    methods = names_in(scrape) & set(map(method_family_name, METHODS))
    assert methods == {method_family_name("location")}
    assert scrape[series(method_family_name("location"), **INSTANCES)] > 0
    assert scrape[series("cloud_carbon_exporter_grid_method_info", method="market")] == 1


def test_water_is_counted_by_account_and_shown_by_region() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    assert scrape[series("cloud_carbon_account_water_on_site_liters_total", **INSTANCES)] == 0.006
    assert scrape[series("cloud_carbon_account_water_of_power_liters_total", **INSTANCES)] == 0.126
    assert values_in(scrape, "cloud_carbon_grid_water_liters_per_kilowatt_hour") == [3.5]


def test_what_is_foreseen_and_who_was_asked() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    name = "cloud_carbon_grid_intensity_forecast_grams_per_kilowatt_hour"
    paris = {
        "cloud_provider": "aws",
        "cloud_region": "eu-west-3",
        "method": "live",
        "source": "file",
    }
    assert scrape[series(name, **paris, hours_ahead="0")] == 36
    assert scrape[series(name, **paris, hours_ahead="1")] == 30.5
    up = "cloud_carbon_exporter_grid_source_up"
    assert scrape[series(up, source="file")] == 1
    assert scrape[series(up, source="gb", zone="GB")] == 0
    last = "cloud_carbon_exporter_grid_source_last_success_timestamp_seconds"
    assert scrape[series(last, source="file")] == estate.TAKEN_AT - 900
    assert series(last, source="gb", zone="GB") not in scrape


def test_the_carbon_free_share_where_it_is_published() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    name = "cloud_carbon_carbon_free_energy_ratio"
    assert values_in(scrape, name) == [0.75]
    assert labels_in(scrape, name) == [{"cloud_provider": "aws", "cloud_region": "eu-west-3"}]


def test_without_sources_there_is_nothing_to_tell() -> None:
    scrape = read(render(replace(estate.SNAPSHOT, grid=GridNews()), estate.SETTINGS))
    for name in names_in(scrape):
        assert "intensity_forecast" not in name and "grid_source" not in name
