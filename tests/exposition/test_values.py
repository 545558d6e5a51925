"""Values of the families, sample by sample, in both formats."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exposition import estate
from tests.exposition.reading import (
    Series,
    names_in,
    read,
    series,
    values_in,
)

from cloud_carbon_exporter.exposition import (
    Format,
    Settings,
    render,
)
from cloud_carbon_exporter.model.snapshot import AccountRow, ApiUse, Row, Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.model.types import Totals

GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS: tuple[Format, ...] = ("text", "openmetrics")
MACHINE = estate.labels_of(estate.MACHINE)
BUCKET = estate.labels_of(estate.BUCKET)


def expected_of_row(row: Row) -> dict[Series, float]:
    power, operational = row.footprint.power_watts, row.footprint.operational_grams_per_second
    values: dict[str, float | None] = {
        "power_watts": power.value,
        "power_lower_watts": power.lower,
        "power_upper_watts": power.upper,
        "operational_emissions_grams_per_second": operational.value if operational else None,
        "embodied_emissions_grams_per_second": row.footprint.embodied_grams_per_second.value,
        "energy_joules_total": row.totals.energy_joules if row.totals else None,
        "operational_emissions_grams_total": row.totals.operational_grams if row.totals else None,
        "embodied_emissions_grams_total": row.totals.embodied_grams if row.totals else None,
        "cpu_utilisation_ratio": row.loads.get("cpu_ratio"),
        "gpu_utilisation_ratio": row.loads.get("gpu_ratio"),
        "measurement_timestamp_seconds": row.measured_at,
    }
    return {
        series(f"cloud_carbon_{name}", **estate.labels_of(row)): value
        for name, value in values.items()
        if value is not None
    }


def is_value_of_a_resource(key: Series) -> bool:
    return "cloud_resource_id" in dict(key.labels) and "_info" not in key.name


@pytest.mark.parametrize("format_", FORMATS)
def test_each_resource_has_exactly_the_series_its_row_says(format_: Format) -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS), format_)
    of_resources = {key: scrape[key] for key in filter(is_value_of_a_resource, scrape)}
    expected: dict[Series, float] = {}
    for row in estate.SNAPSHOT.rows:
        expected |= expected_of_row(row)
    assert of_resources == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("format_", FORMATS)
def test_counters_are_exact(format_: Format) -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS), format_)
    energy = scrape[series("cloud_carbon_energy_joules_total", **MACHINE)]
    assert energy == 123456.78901234567


def test_an_account_row_becomes_its_sums() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    labels = {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "cloud_region": "eu-west-3",
    }
    expected = {
        "power_watts": 12.5,
        "power_lower_watts": 8.25,
        "power_upper_watts": 20.75,
        "energy_joules_total": 130000,
        "operational_emissions_grams_total": 1.5,
        "embodied_emissions_grams_total": 0.5,
    }
    for name, value in expected.items():
        assert (
            scrape[series(f"cloud_carbon_account_{name}", kind="ec2/instance", **labels)] == value
        )


def test_places_show_grid_pue_and_water() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    paris = {"cloud_provider": "aws", "cloud_region": "eu-west-3"}
    grid = "cloud_carbon_grid_intensity_grams_per_kilowatt_hour"
    live = {"method": "live", "source": "file"}
    assert (
        scrape[
            series(
                grid,
                **paris,
                method="location",
                source="ember_yearly",
                year="2024",
                estimated="false",
            )
        ]
        == 44
    )
    assert scrape[series(grid, **paris, **live, estimated="true")] == 36
    assert (
        scrape[series("cloud_carbon_grid_intensity_start_timestamp_seconds", **paris, **live)]
        == estate.TAKEN_AT - 900
    )
    assert (
        scrape[series("cloud_carbon_grid_intensity_end_timestamp_seconds", **paris, **live)]
        == estate.TAKEN_AT + 2700
    )
    assert scrape[series("cloud_carbon_pue_ratio", **paris)] == 1.15
    assert scrape[series("cloud_carbon_wue_liters_per_kilowatt_hour", **paris)] == 0.18
    assert len(values_in(scrape, grid)) == 6  # of a method and source only the newest
    # annual figures have no age
    assert len(values_in(scrape, "cloud_carbon_grid_intensity_start_timestamp_seconds")) == 2
    assert len(values_in(scrape, "cloud_carbon_wue_liters_per_kilowatt_hour")) == 1


def test_the_newest_month_a_provider_reports_is_shown_with_its_start() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    labels = {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "cloud_region": "eu-west-3",
        "service": "EC2",
        "method": "location",
        "source": "aws_sustainability",
    }
    assert scrape[series("cloud_carbon_provider_reported_emissions_grams", **labels)] == 1000
    assert (
        scrape[series("cloud_carbon_provider_reported_month_timestamp_seconds", **labels)]
        == 1_693_526_400
    )


def test_the_exporters_own_figures() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    own = "cloud_carbon_exporter_"
    machines = {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "cloud_region": "eu-west-3",
        "kind": "ec2/instance",
    }
    servers = {
        "cloud_provider": "scaleway",
        "cloud_account_id": "organization",
        "cloud_region": "fr-par",
        "kind": "instance/server",
    }
    account = {"cloud_provider": "aws", "cloud_account_id": "111111111111"}
    billed = {"cloud_provider": "aws", "cloud_account_id": "111111111111", "api": "cloudwatch"}
    call = {
        "cloud_provider": "aws",
        "api": "ec2",
        "outcome": "success",
    }
    expected = {
        series(f"{own}build_info", version="1.2.3", model_version="1.2.3+abc"): 1,
        series(f"{own}target_up", target="prod", cloud_provider="aws"): 1,
        series(f"{own}target_up", target="scw", cloud_provider="scaleway"): 0,
        series(f"{own}collector_up", **machines): 1,
        series(f"{own}collector_up", **servers): 0,
        series(f"{own}collectors", **account, state="found"): 1,
        series(f"{own}collectors", **account, state="empty"): 0,
        series(f"{own}collectors", **account, state="failing"): 1,
        series(f"{own}measurement_up", **account, kind="ec2/instance"): 0,
        series(f"{own}collector_duration_seconds", **account, service="ec2"): 0.75,
        series(f"{own}collector_resources", **account, kind="ec2/instance"): 1,
        series(f"{own}api_requests_total", **call): 7,
        series(f"{own}api_cost_dollars_total", **billed): 0.0125,
        series(f"{own}api_cost_forecast_dollars_per_month", **billed): 3.75,
        series(
            f"{own}errors_total",
            cloud_provider="aws",
            reason="throttled",
        ): 1,
        series(f"{own}errors_total", cloud_provider="aws", reason="unreachable"): 0,
        series(
            f"{own}skipped_objects_total",
            cloud_provider="aws",
            reason="unreadable",
        ): 2,
        series(
            f"{own}listed_resources",
            cloud_provider="aws",
            cloud_account_id="111111111111",
            source="resource-explorer",
        ): 5,
        series(f"{own}last_collection_timestamp_seconds"): estate.TAKEN_AT,
        series("cloud_carbon_demo_connected_users"): 812,
        series(
            "cloud_carbon_account_info",
            cloud_provider="aws",
            cloud_account_id="111111111111",
            cloud_account_name="Production",
        ): 1,
    }
    for key, value in expected.items():
        assert scrape.get(key) == value, key
    # of what is well the moment says nothing, and what never was has none
    last = values_in(scrape, f"{own}collector_last_success_timestamp_seconds")
    assert list(last) == [estate.TAKEN_AT - 900]


def test_the_info_family_says_how_figures_came_about() -> None:
    scrape = read(render(estate.SNAPSHOT, estate.SETTINGS))
    told = {"host_type": "m5.large", "architecture": "x86_64", "cpu": "xeon-platinum-8175m"}
    told["provider_id"] = "aws:///eu-west-3a/i-0abc"
    how = {"basis": "measured", "hardware_basis": "measured"}
    assert scrape[series("cloud_carbon_resource_info", **MACHINE, **told, **how)] == 1
    weak = {"basis": "assumed", "hardware_basis": "measured", "reason": "unknown_region"}
    assert scrape[series("cloud_carbon_resource_info", **BUCKET, **weak)] == 1


def test_what_is_not_counted_has_no_counter() -> None:
    rows = tuple(replace(row, totals=None) for row in estate.SNAPSHOT.rows)
    accounts = tuple(replace(row, totals=None) for row in estate.SNAPSHOT.accounts)
    workloads = tuple(replace(row, totals=None) for row in estate.CLUSTERS.rows)
    clusters = replace(estate.CLUSTERS, rows=workloads)
    uncounted = replace(
        estate.SNAPSHOT, rows=rows, accounts=accounts, budgets=(), clusters=clusters
    )
    scrape = read(render(uncounted, estate.SETTINGS))
    for name in names_in(scrape):
        assert not name.endswith(("_joules_total", "_grams_total"))


def test_numbers_that_are_none_are_left_out() -> None:
    rows = (replace(estate.MACHINE, totals=Totals(math.nan, math.inf, 3), measured_at=math.nan),)
    hurt = replace(estate.SNAPSHOT, rows=rows, gauges={"demo_connected_users": math.nan})
    scrape = read(render(hurt, estate.SETTINGS))
    assert all(math.isfinite(value) for value in scrape.values())
    assert series("cloud_carbon_embodied_emissions_grams_total", **MACHINE) in scrape
    assert series("cloud_carbon_energy_joules_total", **MACHINE) not in scrape


def test_an_account_that_is_all_zero_counts_from_zero() -> None:
    row = AccountRow("aws", "1", "r", "k", FootprintSum(), Totals())
    scrape = read(render(Snapshot(1.0, accounts=(row,), api=ApiUse()), Settings()))
    labels = {"cloud_provider": "aws", "cloud_account_id": "1", "cloud_region": "r", "kind": "k"}
    assert scrape[series("cloud_carbon_account_energy_joules_total", **labels)] == 0
