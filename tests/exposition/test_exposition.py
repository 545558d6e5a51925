"""Answers to a scrape as a whole: formats, which families, duplicates, label sets."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from tests.exposition import estate
from tests.exposition.reading import (
    labels_in,
    names_in,
    parse,
    read,
    samples,
    series,
    text_of,
)

from cloud_carbon_exporter.exposition import (
    FAMILIES,
    OF_EXPORTER,
    UPSTREAM,
    ConfigReload,
    Format,
    Renderer,
    Settings,
    render,
)
from cloud_carbon_exporter.exposition.family import ProviderKind
from cloud_carbon_exporter.model.types import Estimate

GOLDEN = Path(__file__).parents[1] / "golden"
GOLDENS: dict[Format, Path] = {
    "text": GOLDEN / "metrics.txt",
    "openmetrics": GOLDEN / "metrics_openmetrics.txt",
}
FORMATS: tuple[Format, ...] = ("text", "openmetrics")
MACHINE = estate.labels_of(estate.MACHINE)


def promtool_check(text: str) -> str:
    promtool = which("promtool")
    assert promtool, "promtool is needed: apt-get install prometheus"
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    return (
        done.stdout + done.stderr + ("" if done.returncode in (0, 3) else f"exit {done.returncode}")
    )


def test_both_formats_hold_the_same_samples() -> None:
    exposition = render(estate.SNAPSHOT, estate.SETTINGS)
    text, openmetrics = read(exposition, "text"), read(exposition, "openmetrics")
    size = series("cloud_carbon_exporter_scrape_size_bytes")
    assert text.pop(size) != openmetrics.pop(size)
    assert text == openmetrics


def whole_answer(format_: Format) -> str:
    """Answer with every family, those of upstream's names too."""
    settings = replace(estate.SETTINGS, upstream_names=True)
    return text_of(render(estate.SNAPSHOT, settings), format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_the_whole_answer_is_as_the_golden_file(format_: Format) -> None:
    golden = GOLDENS[format_].read_text(encoding="utf-8")
    assert whole_answer(format_) == golden, "run python -m tests.exposition.test_exposition"


@pytest.mark.parametrize("format_", FORMATS)
def test_series_and_size_count_the_answer_itself(format_: Format) -> None:
    text = text_of(render(estate.SNAPSHOT, estate.SETTINGS), format_)
    scrape = samples(parse(text, format_))
    assert scrape[series("cloud_carbon_exporter_series")] == len(scrape)
    assert scrape[series("cloud_carbon_exporter_scrape_size_bytes")] == len(text.encode())


def test_two_resources_with_the_same_labels_are_one_series_and_a_count() -> None:
    twin = replace(
        estate.MACHINE,
        footprint=replace(estate.MACHINE.footprint, power_watts=Estimate(99, 98, 100)),
    )
    renderer = Renderer(estate.SETTINGS)
    twice = replace(estate.SNAPSHOT, rows=(estate.MACHINE, twin, estate.BUCKET))
    exposition = renderer(twice)
    scrape = read(exposition)
    skipped = series(
        "cloud_carbon_exporter_skipped_objects_total",
        cloud_provider="aws",
        reason="duplicate",
    )
    assert scrape[series("cloud_carbon_power_watts", **MACHINE)] == 12.5
    assert scrape[skipped] == 1
    assert exposition.duplicates == {("aws", "ec2/instance"): 1}
    assert read(renderer(twice))[skipped] == 2


def test_two_account_rows_with_the_same_labels_are_one_series_and_a_count() -> None:
    twin = replace(estate.ACCOUNTS[0], now=estate.ACCOUNTS[1].now)
    exposition = render(
        replace(estate.SNAPSHOT, accounts=(*estate.ACCOUNTS, twin)), estate.SETTINGS
    )
    labels = {
        "cloud_provider": "aws",
        "cloud_account_id": "111111111111",
        "cloud_region": "eu-west-3",
    }
    scrape = read(exposition)
    assert scrape[series("cloud_carbon_account_power_watts", kind="ec2/instance", **labels)] == 12.5
    assert exposition.duplicates[ProviderKind("aws", "ec2/instance")] > 0


def test_slim_labels_leave_the_id_on_values_and_all_on_info() -> None:
    scrape = read(render(estate.SNAPSHOT, replace(estate.SETTINGS, labels="slim")))
    identity = estate.MACHINE.resource.id
    assert scrape[series("cloud_carbon_power_watts", cloud_resource_id=identity)] == 12.5
    regions = {}
    for info in labels_in(scrape, "cloud_carbon_resource_info"):
        regions[info["cloud_resource_id"]] = info["cloud_region"]
    assert regions[identity] == "eu-west-3"


def test_only_chosen_families_and_always_our_own() -> None:
    chosen = replace(estate.SETTINGS, families=frozenset({"cloud_carbon_power_watts"}))
    names = names_in(read(render(estate.SNAPSHOT, chosen)))
    own = {family.name for family in OF_EXPORTER}
    assert names - own == {"cloud_carbon_power_watts"}
    assert "cloud_carbon_exporter_collector_up" in names


def test_the_originals_names_only_when_asked_for() -> None:
    upstream = {family.name for family in UPSTREAM}
    without = names_in(read(render(estate.SNAPSHOT, estate.SETTINGS)))
    assert not without & upstream
    scrape = read(render(estate.SNAPSHOT, replace(estate.SETTINGS, upstream_names=True)))
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
    assert scrape[series("estimated_watts", **labels)] == 12.5
    assert scrape[series("estimated_g_co2eq_second", **labels)] == 0.000125
    assert scrape[series("estimated_usage_emissions_kgCO2eq_day", **labels)] == pytest.approx(
        0.0108
    )
    assert scrape[series("estimated_embodied_emissions_kgCO2eq_day", **labels)] == pytest.approx(
        0.0027
    )
    assert scrape[series("collect_duration_ms")] == 30_000
    assert scrape[series("error_count")] == 1
    assert scrape[series("api_calls")] == 8
    by_explorer = {of["explorer"]: of for of in labels_in(scrape, "estimated_watts")}
    bucket = by_explorer["gcp"]
    assert (bucket["kind"], bucket["bucket_name"]) == ("storage/Bucket", "a-bucket")
    assert bucket["location"] == "eu"


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
    reload = ConfigReload(True, estate.TAKEN_AT)
    text = text_of(render(estate.SNAPSHOT, estate.SETTINGS), "text", reload=reload)
    assert names_in(samples(parse(text, "text"))) == {family.name for family in FAMILIES}


def test_an_empty_snapshot_still_says_who_speaks() -> None:
    names = names_in(read(render(estate.EMPTY, estate.SETTINGS)))
    own = "cloud_carbon_exporter_"
    assert names == {
        f"{own}{each}"
        for each in ("build_info", "collect_interval_seconds", "series", "scrape_size_bytes")
    }


@pytest.mark.server
def test_promtool_finds_nothing_to_say() -> None:
    said = promtool_check(text_of(render(estate.SNAPSHOT, estate.SETTINGS), "text"))
    # A ratio of hours has no unit of time, and promtool looks at the name alone.
    ratio = "cloud_carbon_counted_hours_ratio"
    assert said.strip() == f'{ratio} use base unit "seconds" instead of "hours"'


def test_label_text_is_kept_until_the_resource_changes() -> None:
    renderer = Renderer(estate.SETTINGS)
    renderer(estate.SNAPSHOT)
    renamed = replace(estate.MACHINE, resource=replace(estate.MACHINE.resource, name="web-2"))
    scrape = read(renderer(replace(estate.SNAPSHOT, rows=(renamed,))))
    assert scrape[series("cloud_carbon_power_watts", **estate.labels_of(renamed))] == 12.5
    assert "web-1" not in str(scrape)


def test_the_model_has_the_version_of_the_program_unless_it_has_its_own() -> None:
    scrape = read(render(estate.SNAPSHOT, Settings(version="1.2.3")))
    told = {info["model_version"] for info in labels_in(scrape, "cloud_carbon_exporter_build_info")}
    assert told == {"1.2.3"}


if __name__ == "__main__":
    for written_format, golden_file in GOLDENS.items():
        golden_file.write_text(whole_answer(written_format), encoding="utf-8")
