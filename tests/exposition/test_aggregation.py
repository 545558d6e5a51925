"""Sums instead of resources, and which families are exported."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from tests.exposition import estate
from tests.exposition.reading import Series, labels_in, read, series, text_of, values_in

from cloud_carbon_exporter.exposition import (
    FAMILIES,
    UPSTREAM,
    ConfigReload,
    Format,
    Settings,
    render,
    tail,
)
from cloud_carbon_exporter.exposition.families import matching
from cloud_carbon_exporter.exposition.family import FromAnswer
from cloud_carbon_exporter.model.snapshot import AccountRow, Snapshot, totals_by_provider
from cloud_carbon_exporter.model.sums import FootprintSum, Reach, Sum, sum_of
from cloud_carbon_exporter.model.types import Estimate, Totals

PROD = ("aws", "1")


def drawing(value: float, lower: float, upper: float) -> FootprintSum:
    """A resource that draws so much, and errs as all do that say nothing of their facts."""
    return FootprintSum(1, sum_of(Estimate(value, lower, upper)))


ROWS = (
    AccountRow(*PROD, "eu-west-3", "ec2/instance", drawing(10, 5, 20), Totals(100, 1, 0.5)),
    AccountRow(*PROD, "us-east-1", "ec2/instance", drawing(30, 15, 60), Totals(300, 3, 1.5)),
    AccountRow(*PROD, "us-east-1", "ec2/volume", drawing(2, 1, 4), Totals(20, 0.2, 0.1)),
    AccountRow("gcp", "p", "eu", "storage/bucket", drawing(1, 0, 3)),
)
SNAPSHOT = Snapshot(estate.TAKEN_AT, estate.SNAPSHOT.rows, ROWS, totals_by_provider(ROWS))
SHOWN = {"account": "cloud_account_id", "region": "cloud_region", "kind": "kind"}
EVERY_CHOICE = [
    *combinations(SHOWN, 1),
    *combinations(SHOWN, 2),
    *combinations(SHOWN, 3),
]
WATTS, ENERGY = "cloud_carbon_account_power_watts", "cloud_carbon_account_energy_joules_total"


def aggregated(*by: str, snapshot: Snapshot = SNAPSHOT) -> dict[Series, float]:
    return read(render(snapshot, replace(estate.SETTINGS, aggregate=by, upstream_names=True)))


def test_sums_by_account_carry_no_other_label() -> None:
    scrape = aggregated("account")
    prod = {"cloud_provider": "aws", "cloud_account_id": "1"}
    assert scrape[series(WATTS, **prod)] == 42
    assert scrape[series(ENERGY, **prod)] == 420
    assert scrape[
        series("cloud_carbon_account_operational_emissions_grams_total", **prod)
    ] == pytest.approx(4.2)
    assert (
        series(ENERGY, cloud_provider="gcp", cloud_account_id="p") not in scrape
    )  # nothing was counted there


def test_the_bounds_are_those_of_the_sum() -> None:
    by_fact = (Reach({"grid of one": 3.0}), Reach({"grid of one": 3.0, "grid of another": 8.0}))
    rows = tuple(
        replace(row, now=FootprintSum(1, Sum(10, reach, reach)))
        for row, reach in zip(ROWS[:2], by_fact, strict=True)
    )
    scrape = aggregated("kind", snapshot=replace(SNAPSHOT, accounts=rows))
    machines = {"cloud_provider": "aws", "kind": "ec2/instance"}
    # 3 and 3 of one fact add up, 8 of another is independent of them: 10, where bounds add to 11.5
    assert scrape[series("cloud_carbon_account_power_lower_watts", **machines)] == 10
    assert scrape[series("cloud_carbon_account_power_upper_watts", **machines)] == 30


@pytest.mark.parametrize("by", EVERY_CHOICE)
def test_whatever_the_sums_stand_by_they_come_to_the_same_and_no_resource_is_shown(
    by: tuple[str, ...],
) -> None:
    scrape = aggregated(*by)
    for _, labels in scrape:
        assert "cloud_resource_id" not in dict(labels)
    assert sum(values_in(scrape, WATTS)) == pytest.approx(43)
    assert sum(values_in(scrape, ENERGY)) == pytest.approx(420)
    for labels_of_sum in labels_in(scrape, WATTS):
        assert labels_of_sum.keys() == {"cloud_provider", *map(SHOWN.__getitem__, by)}


def test_what_is_no_sum_stays_as_it_is() -> None:
    whole = read(render(estate.SNAPSHOT, estate.SETTINGS))
    scrape = aggregated("kind", snapshot=estate.SNAPSHOT)
    compared = 0
    for family in FAMILIES:
        no_sum = family.summed == "never" and "cloud_resource_id" not in family.labels
        if no_sum and not isinstance(family.source, FromAnswer):
            before = sorted(key for key in whole if key.name == family.name)
            assert before == sorted(key for key in scrape if key.name == family.name)
            for key in before:
                assert scrape[key] == whole[key]
                compared += 1
    assert compared > 20


def test_patterns_name_families() -> None:
    assert matching(("cloud_carbon_power_watts",)) == {"cloud_carbon_power_watts"}
    powers = {
        "cloud_carbon_power_watts",
        "cloud_carbon_power_lower_watts",
        "cloud_carbon_power_upper_watts",
    }
    assert matching(("cloud_carbon_power_*",)) == powers
    assert matching(("cloud_carbon_power", "CLOUD_CARBON_POWER_WATTS", "")) == frozenset()
    for family in (*FAMILIES, *UPSTREAM):
        assert family.name in matching(("*",))


@pytest.mark.parametrize("format_", ["text", "openmetrics"])
def test_what_is_known_at_the_scrape_alone_is_counted_as_well(format_: Format) -> None:
    exposition = render(estate.SNAPSHOT, Settings())
    end = tail(exposition, format_, b"", ConfigReload(False, 1.5e9)).decode()
    assert "\ncloud_carbon_exporter_config_last_reload_successful 0\n" in end
    written = [line for line in end.splitlines() if not line.startswith("#")]
    count, size = (line.rpartition(" ")[2] for line in written[-2:])
    assert int(count) == exposition.series + 4
    body = text_of(exposition, format_)
    without = tail(exposition, format_, b"")
    assert int(size) == len(body.encode()) - len(without) + len(end.encode())
