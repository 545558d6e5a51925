"""Sums instead of resources, and which families are exported."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from tests.exposition import estate
from tests.exposition.reading import read, series, text_of

from cloud_carbon_exporter.exposition import (
    FAMILIES,
    ConfigReload,
    Format,
    Settings,
    render,
    tail,
)
from cloud_carbon_exporter.exposition.families import matching
from cloud_carbon_exporter.model.estimate import total
from cloud_carbon_exporter.model.types import AccountRow, Estimate, Snapshot, Totals

PROD = ("aws", "1")
ROWS = (
    AccountRow(*PROD, "eu-west-3", "ec2/instance", Estimate(10, 5, 20), Totals(100, 1, 0.5)),
    AccountRow(*PROD, "us-east-1", "ec2/instance", Estimate(30, 15, 60), Totals(300, 3, 1.5)),
    AccountRow(*PROD, "us-east-1", "ec2/volume", Estimate(2, 1, 4), Totals(20, 0.2, 0.1)),
    AccountRow("gcp", "p", "eu", "storage/bucket", Estimate(1, 0, 3)),
)
SNAPSHOT = Snapshot(estate.TAKEN_AT, estate.SNAPSHOT.rows, ROWS)
LABELS = ("account", "region", "kind")
WATTS, ENERGY = "cloud_carbon_account_power_watts", "cloud_carbon_account_energy_joules_total"


def aggregated(
    *by: str, snapshot: Snapshot = SNAPSHOT
) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return read(render(snapshot, replace(estate.SETTINGS, aggregate=by, upstream_names=True)))


def test_sums_by_account_carry_no_other_label() -> None:
    found = aggregated("account")
    prod = {"cloud_provider": "aws", "cloud_account_id": "1"}
    assert found[series(WATTS, **prod)] == 42
    assert found[series(ENERGY, **prod)] == 420
    assert found[
        series("cloud_carbon_account_operational_emissions_grams_total", **prod)
    ] == pytest.approx(4.2)
    assert (
        series(ENERGY, cloud_provider="gcp", cloud_account_id="p") not in found
    )  # nothing was counted there


def test_the_bounds_are_those_of_the_sum() -> None:
    found = aggregated("kind")
    sums = total([ROWS[0].power_watts, ROWS[1].power_watts])
    machines = {"cloud_provider": "aws", "kind": "ec2/instance"}
    assert found[series("cloud_carbon_account_power_lower_watts", **machines)] == pytest.approx(
        sums.lower
    )
    assert found[series("cloud_carbon_account_power_upper_watts", **machines)] == pytest.approx(
        sums.upper
    )
    assert sums.upper < 80  # bounds do not add up


@pytest.mark.parametrize("by", [by for size in (1, 2, 3) for by in combinations(LABELS, size)])
def test_whatever_the_sums_stand_by_they_come_to_the_same_and_no_resource_is_shown(
    by: tuple[str, ...],
) -> None:
    found = aggregated(*by)
    assert not any("cloud_resource_id" in dict(labels) for _, labels in found)
    assert sum(value for (name, _), value in found.items() if name == WATTS) == pytest.approx(43)
    assert sum(value for (name, _), value in found.items() if name == ENERGY) == pytest.approx(420)
    for name, labels in found:
        if name == WATTS:
            shown = {"account": "cloud_account_id", "region": "cloud_region", "kind": "kind"}
            assert dict(labels).keys() == {"cloud_provider", *(shown[each] for each in by)}


def test_what_is_no_sum_stays_as_it_is() -> None:
    whole, found = (
        read(render(estate.SNAPSHOT, estate.SETTINGS)),
        aggregated("kind", snapshot=estate.SNAPSHOT),
    )
    names = {family.name for family in FAMILIES if "cloud_resource_id" not in family.labels}
    others = {
        key for key in whole if key[0] in names and not key[0].startswith("cloud_carbon_account_p")
    }
    kept = {
        key
        for key in others
        if not key[0].startswith("cloud_carbon_account_") or "account_info" in key[0]
    }
    measured = {key for key in kept if not key[0].endswith(("_exporter_series", "_size_bytes"))}
    assert measured
    assert {key: found.get(key) for key in measured} == {key: whole[key] for key in measured}


def test_patterns_name_families() -> None:
    assert matching(("cloud_carbon_power_watts",)) == {"cloud_carbon_power_watts"}
    powers = {
        "cloud_carbon_power_watts",
        "cloud_carbon_power_lower_watts",
        "cloud_carbon_power_upper_watts",
    }
    assert matching(("cloud_carbon_power_*",)) == powers
    assert matching(("cloud_carbon_power", "CLOUD_CARBON_POWER_WATTS", "")) == frozenset()
    assert {family.name for family in FAMILIES} <= matching(("*",))


@pytest.mark.parametrize("format_", ["text", "openmetrics"])
def test_what_is_known_at_the_scrape_alone_is_counted_as_well(format_: Format) -> None:
    exposition = render(estate.SNAPSHOT, Settings())
    end = tail(exposition, format_, b"", ConfigReload(False, 1.5e9)).decode()
    assert "\ncloud_carbon_exporter_config_last_reload_successful 0\n" in end
    *_, count, size = (
        line.rpartition(" ")[2] for line in end.splitlines() if not line.startswith("#")
    )
    assert int(count) == exposition.series + 4
    body = text_of(exposition, format_)
    without = tail(exposition, format_, b"")
    assert int(size) == len(body.encode()) - len(without) + len(end.encode())
