"""The families of a Snapshot, sample by sample, in both formats."""

from __future__ import annotations

import math
import subprocess
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from tests.exposition import estate
from tests.exposition.reading import Series, parse, read, samples, series, text_of

from cloud_carbon_exporter.exposition import FAMILIES, UPSTREAM, Format, Renderer, Settings, render
from cloud_carbon_exporter.exposition.families import SCRAPE
from cloud_carbon_exporter.model.types import AccountRow, ApiUse, Estimate, Row, Snapshot, Totals

GOLDEN = Path(__file__).parents[1] / "golden"
FORMATS: tuple[Format, ...] = ("text", "openmetrics")


def promtool_check(text: str) -> str:
    promtool = which("promtool")
    assert promtool, "promtool is needed: apt-get install prometheus"
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return (
        done.stdout + done.stderr + ("" if done.returncode in (0, 3) else f"exit {done.returncode}")
    )


def labels_of(row: Row) -> dict[str, str]:
    """The labels of a row as design.md 5.3 lists them, written down a second time."""
    at = row.resource.location
    labels = {
        "cloud_provider": at.provider,
        "cloud_account_id": at.account_id,
        "cloud_region": at.region,
        "cloud_availability_zone": at.zone,
        "kind": row.resource.kind,
        "cloud_resource_id": row.resource.id,
        "cloud_resource_name": row.resource.name,
        "tag_team": row.resource.tags.get("team", ""),
        "tag_cost_center": row.resource.tags.get("cost-center", ""),
    }
    return {name: value for name, value in labels.items() if value}


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
        "measurement_age_seconds": None
        if row.measured_at is None
        else estate.TAKEN_AT - row.measured_at,
    }
    return {
        series(f"cloud_carbon_{name}", **labels_of(row)): value
        for name, value in values.items()
        if value is not None
    }


@pytest.mark.parametrize("format_", FORMATS)
def test_each_resource_has_exactly_the_series_its_row_says(format_: Format) -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS), format_)
    of_resources = {
        key: value
        for key, value in found.items()
        if "cloud_resource_id" in dict(key[1]) and "_info" not in key[0]
    }
    expected: dict[Series, float] = {}
    for row in estate.SNAPSHOT.rows:
        expected |= expected_of_row(row)
    assert of_resources == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("format_", FORMATS)
def test_counters_are_exact(format_: Format) -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS), format_)
    energy = found[series("cloud_carbon_energy_joules_total", **labels_of(estate.MACHINE))]
    assert energy == 123456.78901234567


def test_both_formats_hold_the_same_samples() -> None:
    exposition = render(estate.SNAPSHOT, estate.SETTINGS)
    text, openmetrics = read(exposition, "text"), read(exposition, "openmetrics")
    size = series("cloud_carbon_exporter_scrape_size_bytes")
    assert text.pop(size) != openmetrics.pop(size)
    assert text == openmetrics


@pytest.mark.parametrize(
    ("format_", "file"), [("text", "metrics.txt"), ("openmetrics", "metrics_openmetrics.txt")]
)
def test_the_whole_answer_is_as_the_golden_file(format_: Format, file: str) -> None:
    settings = replace(estate.SETTINGS, upstream_names=True)
    assert text_of(render(estate.SNAPSHOT, settings), format_) == (GOLDEN / file).read_text()


def test_an_account_row_becomes_its_sums() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
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
        assert found[series(f"cloud_carbon_account_{name}", kind="ec2/instance", **labels)] == value


def test_places_show_grid_pue_and_water() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
    paris = {"cloud_provider": "aws", "cloud_region": "eu-west-3"}
    grid = "cloud_carbon_grid_intensity_grams_per_kilowatt_hour"
    live = {"method": "live", "source": "file"}
    assert (
        found[
            series(grid, **paris, method="location", source="Ember", year="2024", estimated="false")
        ]
        == 44
    )
    assert found[series(grid, **paris, **live, estimated="true")] == 36
    assert found[series("cloud_carbon_grid_intensity_age_seconds", **paris, **live)] == 900
    assert found[series("cloud_carbon_grid_intensity_validity_seconds", **paris, **live)] == 2700
    assert found[series("cloud_carbon_pue_ratio", **paris)] == 1.15
    assert found[series("cloud_carbon_wue_liters_per_kilowatt_hour", **paris)] == 0.18
    assert sum(key[0] == grid for key in found) == 5  # of a method and source only the newest
    assert (
        sum(key[0] == "cloud_carbon_grid_intensity_age_seconds" for key in found) == 2
    )  # annual figures have none
    assert sum(key[0] == "cloud_carbon_wue_liters_per_kilowatt_hour" for key in found) == 1


def test_the_newest_month_a_provider_reports_is_shown_with_its_start() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
    labels = {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "cloud_region": "eu-west-3",
        "service": "EC2",
        "method": "location",
        "source": "aws sustainability",
    }
    assert found[series("cloud_carbon_provider_reported_emissions_grams", **labels)] == 1000
    assert (
        found[series("cloud_carbon_provider_reported_month_timestamp_seconds", **labels)]
        == 1_693_526_400
    )


def test_the_exporters_own_figures() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
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
    billed = {"cloud_provider": "aws", "cloud_account_id": "111111111111", "api": "cloudwatch"}
    call = {
        "cloud_provider": "aws",
        "api": "ec2",
        "operation": "DescribeInstances",
        "outcome": "success",
    }
    expected = {
        series(f"{own}build_info", version="1.2.3", model_version="1.2.3+abc"): 1,
        series(f"{own}target_up", target="prod", cloud_provider="aws"): 1,
        series(f"{own}target_up", target="scw", cloud_provider="scaleway"): 0,
        series(f"{own}collector_up", **machines): 1,
        series(f"{own}collector_up", **servers): 0,
        series(f"{own}measurement_up", **machines): 0,
        series(f"{own}collector_duration_seconds", **machines): 0.75,
        series(f"{own}collector_resources", **machines): 1,
        series(f"{own}collector_last_success_timestamp_seconds", **machines): estate.TAKEN_AT - 3,
        series(f"{own}api_requests_total", **call): 7,
        series(f"{own}api_cost_dollars_total", **billed): 0.0125,
        series(f"{own}api_cost_forecast_dollars_per_month", **billed): 3.75,
        series(
            f"{own}errors_total",
            cloud_provider="aws",
            operation="GetMetricData",
            reason="throttled",
        ): 1,
        series(
            f"{own}skipped_objects_total",
            cloud_provider="aws",
            kind="ec2/volume",
            reason="malformed",
        ): 2,
        series(
            f"{own}listed_resources",
            cloud_provider="aws",
            cloud_account_id="111111111111",
            source="resource explorer",
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
    assert {key: found.get(key) for key in expected} == expected
    assert series(f"{own}collector_last_success_timestamp_seconds", **servers) not in found


@pytest.mark.parametrize("format_", FORMATS)
def test_series_and_size_count_the_answer_itself(format_: Format) -> None:
    text = text_of(render(estate.SNAPSHOT, estate.SETTINGS), format_)
    found = samples(parse(text, format_))
    assert found[series("cloud_carbon_exporter_series")] == len(found)
    assert found[series("cloud_carbon_exporter_scrape_size_bytes")] == len(text.encode())


def test_the_info_family_says_how_figures_came_about() -> None:
    found = read(render(estate.SNAPSHOT, estate.SETTINGS))
    told = {"host_type": "m5.large", "architecture": "x86_64", "cpu": "Xeon Platinum 8175M"}
    how = {"basis": "measured", "model_version": "1.2.3+abc"}
    assert (
        found[series("cloud_carbon_resource_info", **labels_of(estate.MACHINE), **told, **how)] == 1
    )
    weak = {"basis": "assumed", "reason": "unknown region eu", "model_version": "1.2.3+abc"}
    assert found[series("cloud_carbon_resource_info", **labels_of(estate.BUCKET), **weak)] == 1


def test_what_is_not_counted_has_no_counter() -> None:
    rows = tuple(replace(row, totals=None) for row in estate.SNAPSHOT.rows)
    accounts = tuple(replace(row, totals=None) for row in estate.SNAPSHOT.accounts)
    found = read(render(replace(estate.SNAPSHOT, rows=rows, accounts=accounts), estate.SETTINGS))
    assert not [name for name, _ in found if name.endswith(("_joules_total", "_grams_total"))]


def test_numbers_that_are_none_are_left_out() -> None:
    rows = (replace(estate.MACHINE, totals=Totals(math.nan, math.inf, 3), measured_at=math.nan),)
    hurt = replace(estate.SNAPSHOT, rows=rows, gauges={"demo_connected_users": math.nan})
    found = read(render(hurt, estate.SETTINGS))
    assert all(math.isfinite(value) for value in found.values())
    assert (
        series("cloud_carbon_embodied_emissions_grams_total", **labels_of(estate.MACHINE)) in found
    )
    assert series("cloud_carbon_energy_joules_total", **labels_of(estate.MACHINE)) not in found


def test_a_measurement_from_the_future_is_not_of_negative_age() -> None:
    rows = (replace(estate.MACHINE, measured_at=estate.TAKEN_AT + 5),)
    found = read(render(replace(estate.SNAPSHOT, rows=rows), estate.SETTINGS))
    assert found[series("cloud_carbon_measurement_age_seconds", **labels_of(estate.MACHINE))] == 0


def test_two_resources_with_the_same_labels_are_one_series_and_a_count() -> None:
    twin = replace(
        estate.MACHINE,
        footprint=replace(estate.MACHINE.footprint, power_watts=Estimate(99, 98, 100)),
    )
    renderer = Renderer(estate.SETTINGS)
    twice = replace(estate.SNAPSHOT, rows=(estate.MACHINE, twin, estate.BUCKET))
    exposition = renderer(twice)
    found = read(exposition)
    skipped = series(
        "cloud_carbon_exporter_skipped_objects_total",
        cloud_provider="aws",
        kind="ec2/instance",
        reason="duplicate",
    )
    assert found[series("cloud_carbon_power_watts", **labels_of(estate.MACHINE))] == 12.5
    assert found[skipped] == 1
    assert exposition.duplicates == {("aws", "ec2/instance"): 1}
    assert read(renderer(twice))[skipped] == 2


def test_two_account_rows_with_the_same_labels_are_one_series_and_a_count() -> None:
    twin = replace(estate.ACCOUNTS[0], power_watts=Estimate(99, 98, 100))
    exposition = render(
        replace(estate.SNAPSHOT, accounts=(*estate.ACCOUNTS, twin)), estate.SETTINGS
    )
    labels = {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "cloud_region": "eu-west-3",
    }
    found = read(exposition)
    assert found[series("cloud_carbon_account_power_watts", kind="ec2/instance", **labels)] == 12.5
    assert exposition.duplicates["aws", "ec2/instance"] > 0


def test_slim_labels_leave_the_id_on_values_and_all_on_info() -> None:
    found = read(render(estate.SNAPSHOT, replace(estate.SETTINGS, labels="slim")))
    identity = estate.MACHINE.resource.id
    assert found[series("cloud_carbon_power_watts", cloud_resource_id=identity)] == 12.5
    infos = [dict(labels) for name, labels in found if name == "cloud_carbon_resource_info"]
    assert [info["cloud_region"] for info in infos if info["cloud_resource_id"] == identity] == [
        "eu-west-3"
    ]


def test_only_chosen_families_and_always_our_own() -> None:
    chosen = replace(estate.SETTINGS, families=frozenset({"cloud_carbon_power_watts"}))
    names = {name for name, _ in read(render(estate.SNAPSHOT, chosen))}
    assert {name for name in names if not name.startswith("cloud_carbon_exporter_")} == {
        "cloud_carbon_power_watts"
    }
    assert "cloud_carbon_exporter_collector_up" in names


def test_the_originals_names_only_when_asked_for() -> None:
    upstream = {family.name for family in UPSTREAM}
    without = {name for name, _ in read(render(estate.SNAPSHOT, estate.SETTINGS))}
    assert not without & upstream
    found = read(render(estate.SNAPSHOT, replace(estate.SETTINGS, upstream_names=True)))
    labels = {
        "explorer": "aws",
        "kind": "ec2/instance",
        "location": "eu-west-3",
        "az": "eu-west-3a",
        "instance_id": "i-0abc",
        "cloud_resource_id": estate.MACHINE.resource.id,
        "tag_team": "web",
        "tag_cost_center": "42",
    }
    assert found[series("estimated_watts", **labels)] == 12.5
    assert found[series("estimated_g_co2eq_second", **labels)] == 0.000125
    assert found[series("estimated_usage_emissions_kgCO2eq_day", **labels)] == pytest.approx(0.0108)
    assert found[series("estimated_embodied_emissions_kgCO2eq_day", **labels)] == pytest.approx(
        0.0027
    )
    assert found[series("collect_duration_ms")] == 30_000
    assert found[series("error_count")] == 1
    assert found[series("api_calls")] == 8
    gcp = [
        dict(labels)
        for name, labels in found
        if name == "estimated_watts" and ("explorer", "gcp") in labels
    ]
    assert [(of["kind"], of["bucket_name"], of["location"]) for of in gcp] == [
        ("storage/Bucket", "a-bucket", "eu")
    ]


@pytest.mark.parametrize("format_", FORMATS)
def test_families_never_interleave_and_each_has_help_and_type(format_: Format) -> None:
    text = text_of(render(estate.SNAPSHOT, replace(estate.SETTINGS, upstream_names=True)), format_)
    seen: list[str] = []
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line == "# EOF":
            continue
        if line.startswith("#"):
            _, what, name, _ = line.split(" ", 3)
            said.setdefault(name, []).append(what)
            assert name not in seen, "metadata after samples"
            continue
        name = line.split("{")[0].split(" ")[0]
        family = name.removesuffix("_total") if format_ == "openmetrics" else name
        if not seen or seen[-1] != family:
            assert family not in seen, "interleaved"
            seen.append(family)
        assert {"HELP", "TYPE"} <= set(said[family])
    assert set(said) == set(seen)
    assert text.endswith("# EOF\n") is (format_ == "openmetrics")


def test_every_family_is_there_once_the_snapshot_holds_all() -> None:
    own = {family.name: 1.0 for family in SCRAPE[:-2]}
    text = text_of(render(estate.SNAPSHOT, estate.SETTINGS), "text", own=own)
    names = {name for name, _ in samples(parse(text, "text"))}
    assert names == {family.name for family in FAMILIES}


def test_an_empty_snapshot_still_says_who_speaks() -> None:
    names = {name for name, _ in read(render(estate.EMPTY, estate.SETTINGS))}
    own = "cloud_carbon_exporter_"
    assert names == {f"{own}build_info", f"{own}series", f"{own}scrape_size_bytes"}


@pytest.mark.server
def test_promtool_finds_nothing_to_say() -> None:
    assert promtool_check(text_of(render(estate.SNAPSHOT, estate.SETTINGS), "text")) == ""


def test_label_text_is_kept_until_the_resource_changes() -> None:
    renderer = Renderer(estate.SETTINGS)
    renderer(estate.SNAPSHOT)
    renamed = replace(estate.MACHINE, resource=replace(estate.MACHINE.resource, name="web-2"))
    found = read(renderer(replace(estate.SNAPSHOT, rows=(renamed,))))
    assert found[series("cloud_carbon_power_watts", **labels_of(renamed))] == 12.5
    assert "web-1" not in str(found)


def test_an_account_that_is_all_zero_counts_from_zero() -> None:
    row = AccountRow("aws", "1", "r", "k", Estimate(0, 0, 0), Totals())
    found = read(render(Snapshot(1.0, accounts=(row,), api=ApiUse()), Settings()))
    labels = {"cloud_provider": "aws", "cloud_account_id": "1", "cloud_region": "r", "kind": "k"}
    assert found[series("cloud_carbon_account_energy_joules_total", **labels)] == 0


def test_the_model_has_the_version_of_the_program_unless_it_has_its_own() -> None:
    found = read(render(estate.SNAPSHOT, Settings(version="1.2.3")))
    told = {
        dict(labels)["model_version"]
        for name, labels in found
        if name == "cloud_carbon_resource_info"
    }
    assert told == {"1.2.3"}
