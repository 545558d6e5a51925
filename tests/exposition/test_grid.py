"""The families of live grids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.exposition import estate
from tests.exposition.reading import read, series

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
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
    grams = {method: found[series(method_family_name(method), **INSTANCES)] for method in METHODS}
    expected = {"location": 44, "live": 36, "market": 0, "marginal": 500}
    assert grams == pytest.approx(
        {method: 12.5 * value / 3.6e6 for method, value in expected.items()}
    )


def test_methods_side_by_side_only_where_asked_for() -> None:
    alone = replace(estate.SNAPSHOT, grid=replace(estate.SNAPSHOT.grid, compare=False))
    found = read(render(alone, estate.SETTINGS))
    assert not [
        key for key in found if key[0] in {method_family_name(method) for method in METHODS}
    ]


def test_what_is_foreseen_and_who_was_asked() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
    name = "cloud_carbon_grid_intensity_forecast_grams_per_kilowatt_hour"
    paris = {
        "cloud_provider": "aws",
        "cloud_region": "eu-west-3",
        "method": "live",
        "source": "file",
    }
    assert [found[series(name, **paris, hours_ahead=hour)] for hour in ("0", "1")] == [36, 30.5]
    up = "cloud_carbon_exporter_grid_source_up"
    assert found[series(up, source="file")] == 1
    assert found[series(up, source="gb", zone="GB")] == 0
    last = "cloud_carbon_exporter_grid_source_last_success_timestamp_seconds"
    assert found[series(last, source="file")] == estate.TAKEN_AT - 900
    assert series(last, source="gb", zone="GB") not in found


def test_the_carbon_free_share_where_it_is_published() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
    name = "cloud_carbon_carbon_free_energy_ratio"
    assert {key: value for key, value in found.items() if key[0] == name} == {
        series(name, cloud_provider="aws", cloud_region="eu-west-3"): 0.75
    }


def test_without_sources_there_is_nothing_to_tell() -> None:
    found = read(render(replace(estate.SNAPSHOT, grid=GridNews()), estate.SETTINGS))
    assert not [key for key in found if "forecast_grams" in key[0] or "grid_source" in key[0]]
