"""Conditions of a bill: loads of each day and hours of the grid, row by row by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.bills.conditions import BillFrame, Conditions, DayLoad, HourGrid
from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid.past import past_hours
from cloud_carbon_exporter.history.prometheus import Sample
from cloud_carbon_exporter.history.prometheus_loads import (
    ReadLoad,
    TooManyLoads,
    loads_of_prometheus,
)
from tests.bills.told import Told, told

pytestmark = pytest.mark.slow

HEADER = (
    "line_item_usage_start_date,line_item_usage_end_date,line_item_line_item_type,"
    "line_item_product_code,line_item_usage_type,line_item_usage_amount,line_item_unblended_cost,"
    "line_item_currency_code,pricing_unit,line_item_usage_account_id,product_region_code,"
    "line_item_resource_id\n"
)
DAY = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp())
HOUR = 3600
ARN = "arn:aws:ec2:eu-west-3:1:instance/"


def row(start: str, end: str, hours: float, resource: str) -> str:
    usage = f"Usage,AmazonEC2,EUW3-BoxUsage:m5.large,{hours},1,USD,Hrs,1,eu-west-3"
    return f"{start}:00:00Z,{end}:00:00Z,{usage},{resource}\n"


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    """A machine by the hour, one by its ARN over a month, and one that nobody measured."""
    path = tmp_path / "bill.csv"
    rows = [
        row("2026-01-02T00", "2026-01-02T01", 1, "i-hourly"),
        row("2026-01-02T12", "2026-01-02T13", 1, "i-hourly"),
        row("2026-01-01T00", "2026-02-01T00", 744, f"{ARN}i-Monthly"),
        row("2026-01-02T00", "2026-01-02T01", 1, "i-unread"),
    ]
    path.write_text(HEADER + "".join(rows))
    return path


def loads(of: BillFrame) -> Conditions:
    assert (of.first, of.last) == (DAY - 86_400, DAY + 30 * 86_400)
    assert of.places == [("aws", "eu-west-3")]
    return Conditions(
        loads=[
            DayLoad("aws", "i-hourly", DAY, 0.8),
            DayLoad("aws", "i-monthly", DAY, 0.1),
            DayLoad("aws", "i-monthly", DAY + 86_400, 0.3),
            DayLoad("gcp", "i-unread", DAY, 1.0),
        ]
    )


def grid(of: BillFrame) -> Conditions:
    hours = [HourGrid("aws", "eu-west-3", DAY, 0.5), HourGrid("aws", "eu-west-3", DAY + HOUR, 1.5)]
    return Conditions(grid=hours)


def kilowatt_hours(load: float | None, hours: float) -> float:
    known = {} if load is None else {"cpu_ratio": load}
    machine = estimate.machine("aws", "m5.large", "eu-west-3", known, hours)
    return machine.energy_kilowatt_hours.value


def groups(of: Told) -> Sequence[Mapping[str, Any]]:
    return [group for group in of.groups if group["state"] == "estimated"]


def test_a_load_that_was_read_counts_and_else_the_usual(bill: Path) -> None:
    read, plain = told(bill, "kind", conditions=loads), told(bill, "kind")
    (group,), (before,) = groups(read), groups(plain)
    unread = before["energy_kilowatt_hours"] / 747
    expected = kilowatt_hours(0.8, 2) + kilowatt_hours(0.2, 744) + unread
    assert group["energy_kilowatt_hours"] == pytest.approx(expected, rel=1e-6)
    assert read.summary.shares.read_hours == pytest.approx(746 / 747)
    assert read.summary.shares.hourly_energy is None
    assert plain.summary.shares.read_hours is None
    assert group["embodied_emissions_grams"] == pytest.approx(before["embodied_emissions_grams"])
    assert group["rows"] == before["rows"] == 4


def test_hours_that_were_read_have_narrower_bounds(bill: Path) -> None:
    (read,), (plain,) = groups(told(bill, "kind", conditions=loads)), groups(told(bill, "kind"))

    def width(of: Mapping[str, Any]) -> float:
        low, high = of["energy_kilowatt_hours_lower"], of["energy_kilowatt_hours_upper"]
        return float((high - low) / of["energy_kilowatt_hours"])

    assert width(read) < width(plain)


def test_a_row_of_an_hour_has_the_grid_of_its_hour(bill: Path) -> None:
    by_hour, plain = told(bill, "hour", conditions=grid), told(bill, "hour")
    ratios: dict[datetime, float] = {}
    for now, before in zip(groups(by_hour), groups(plain), strict=True):
        assert now["energy_kilowatt_hours"] == before["energy_kilowatt_hours"]
        name = "operational_emissions_grams"
        ratios[now["hour"]] = now[name] / before[name]
    assert ratios == {
        datetime(2026, 1, 1): pytest.approx(1.0, abs=0.011),  # the mean of both, over its month
        datetime(2026, 1, 2): pytest.approx(0.5, rel=0.011),
        datetime(2026, 1, 2, 12): pytest.approx(1.0),  # nobody told of that hour
    }
    assert by_hour.summary.shares.hourly_energy == pytest.approx(746 / 747, rel=1e-3)


def test_tables_of_electricity_maps_are_read_by_their_zone(tmp_path: Path) -> None:
    path = tmp_path / "FR_2026_hourly.csv"
    path.write_text(
        "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),"
        "Carbon intensity gCO₂eq/kWh (Life cycle),Data estimated\n"
        "2026-01-02 00:00:00,France,France,FR,10.5,30.25,true\n"
        "2026-01-02 01:00:00,France,France,FR,,,true\n"
        "2026-01-03 00:00:00,France,France,FR,11,31,false\n",
        encoding="utf-8",
    )
    until = DAY + 86_400
    assert past_hours(path, "location", DAY, until) == {"FR": {DAY: 30.25}}
    assert past_hours(tmp_path, "direct", DAY, until + HOUR)["FR"] == {DAY: 10.5, until: 11}


def test_tables_of_ones_own_hold_over_their_time(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(
        "zone,grams_per_kilowatt_hour,start,end\n"
        "eu-west-3,40,2026-01-02T00:00Z,2026-01-02T02:00Z\n"
        "FR,50,,\n"
    )
    told_hours = past_hours(path, "location", DAY, DAY + 3 * HOUR)
    assert told_hours["eu-west-3"] == {DAY: 40, DAY + HOUR: 40}
    assert told_hours["FR"] == dict.fromkeys((DAY, DAY + HOUR, DAY + 2 * HOUR), 50)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Datetime (UTC),Zone id\n", "no columns Zone id and Carbon intensity"),
        ("Datetime (UTC),Zone id,Carbon intensity (Life cycle)\nx,FR,1\n", "line 2"),
        ("a,b\n", "no columns zone and grams_per_kilowatt_hour"),
    ],
)
def test_a_bad_table_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(text)
    with pytest.raises(Malformed, match=said):
        past_hours(path, "location", 0, 1)
    with pytest.raises(NotThere):
        past_hours(tmp_path / "none.csv", "location", 0, 1)


def test_a_prometheus_is_asked_for_each_day_of_the_bill() -> None:
    asked: list[tuple[str, float]] = []

    async def ask(query: str, at: float) -> Sequence[Sample]:
        asked.append((query, at))
        return [
            Sample({"cloud_provider": "gcp", "cloud_resource_id": "x/vm"}, 0.25),
            Sample({"cloud_resource_id": f"{ARN}i-1"}, 0.5),
        ]

    read = asyncio.run(loads_of_prometheus(ask, 'job="c"', DAY + 7, DAY + 90_000))
    assert [at for _, at in asked] == [DAY + 86_400, DAY + 2 * 86_400]
    assert all('cloud_carbon_cpu_utilisation_ratio{job="c"}[86400s]' in query for query, _ in asked)
    assert read[:2] == [
        ReadLoad("gcp", "x/vm", DAY, 0.25),
        ReadLoad("aws", f"{ARN}i-1", DAY, 0.5),
    ]
    with pytest.raises(TooManyLoads):
        asyncio.run(loads_of_prometheus(ask, "", 0, 4000 * 86_400))
