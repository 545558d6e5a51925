"""One number, one interval: all surfaces show the same sum of the same estate."""

from __future__ import annotations

import asyncio
import json

import pytest

from cloud_carbon_exporter.commands.report import collect
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.exposition import Settings, render
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.reporting import report, tables
from cloud_carbon_exporter.service.opening import open_collector
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.trend import trend_point
from tests.exposition.reading import Series, read, series

TAGS = ("team",)
UNITS = {
    "power": "watts",
    "operational_emissions": "grams_per_second",
    "embodied_emissions": "grams_per_second",
}
BOUNDS = {"value": "", "lower": "lower_", "upper": "upper_"}


async def _collected() -> Snapshot:
    settings = load(["-demo.enabled=true", "-metrics.tags=team"], {}).settings
    collector = open_collector(settings, lambda _: None)
    try:
        await collector.refresh()
        return collector.snapshot
    finally:
        await collector.close()


@pytest.fixture(scope="module")
def demo() -> Snapshot:
    """The demo estate: three clouds, some of it unread, unknown or stopped."""
    return asyncio.run(_collected())


def in_metrics(scrape: dict[Series, float], **labels: str) -> dict[str, float]:
    """Value and bounds of each amount, as the total families have them."""
    shown: dict[str, float] = {}
    for amount, unit in UNITS.items():
        for bound, word in BOUNDS.items():
            name = f"cloud_carbon_total_{amount}_{word}{unit}"
            shown[f"{amount} {bound}"] = scrape[series(name, **labels)]
    return shown


def in_json(sums: dict[str, dict[str, float]]) -> dict[str, float]:
    """The same, as a document has them."""
    shown: dict[str, float] = {}
    for amount, unit in UNITS.items():
        for bound in BOUNDS:
            shown[f"{amount} {bound}"] = sums[f"{amount}_{unit}"][bound]
    return shown


def same(figures: dict[str, float]) -> object:
    """Equal but for the digits that a sample is written with, and the order of sums."""
    return pytest.approx(figures, rel=1e-7)


@pytest.mark.slow
def test_metrics_page_and_report_show_the_same_total(demo: Snapshot) -> None:
    scrape = read(render(demo, Settings(tags=TAGS)))
    total = in_metrics(scrape)
    page = json_objects.snapshot(demo, TAGS, "", "")
    assert in_json(page["totals"]) == same(total)
    assert in_json(json.loads(report.as_json(demo, TAGS))["totals"]) == same(total)
    point = trend_point(demo)
    assert (point.power_lower_watts, point.power_upper_watts) == pytest.approx(
        (total["power lower"], total["power upper"])
    )
    lines = report.as_text(demo, TAGS).splitlines()
    told = next(line for line in lines if line.startswith("Power drawn"))
    assert told.split()[-3:] == [tables.figure(total[f"power {bound}"]) for bound in BOUNDS]


@pytest.mark.slow
def test_each_cloud_is_the_same_in_metrics_and_on_the_page(demo: Snapshot) -> None:
    scrape = read(render(demo, Settings(tags=TAGS)))
    page = json_objects.snapshot(demo, TAGS, "", "")
    clouds = page["by"]["cloud_provider"]
    assert len(clouds) == 3
    for cloud in clouds:
        assert in_json(cloud) == same(in_metrics(scrape, cloud_provider=cloud["name"]))


def test_a_sum_of_the_rows_is_the_sum_of_the_accounts(demo: Snapshot) -> None:
    of_rows = json_objects.sums(footprint_sum(row.footprint for row in demo.rows))
    assert in_json(of_rows) == same(in_json(json_objects.sums(demo.total())))
    assert of_rows["resources"] == len(demo.rows)


def test_groups_hold_all_of_it_and_each_lies_within_the_whole(demo: Snapshot) -> None:
    page = json_objects.snapshot(demo, TAGS, "", "")
    whole = page["totals"]["power_watts"]
    for groups in page["by"].values():
        assert sum(group["resources"] for group in groups) == page["totals"]["resources"]
        powers = [group["power_watts"] for group in groups]
        assert sum(power["value"] for power in powers) == pytest.approx(whole["value"])
        assert sum(power["upper"] for power in powers) >= whole["upper"] * (1 - 1e-9)
        assert sum(power["lower"] for power in powers) <= whole["lower"] * (1 + 1e-9)


def test_a_report_says_no_energy_where_it_knows_none() -> None:
    settings = load(["-demo.enabled=true"], {}).settings
    told = json.loads(report.as_json(asyncio.run(collect(settings)), TAGS))
    documents = [told["totals"], *told["resources"]]
    for document in documents:
        assert not set(json_objects.COUNTERS) & document.keys()
