"""Prices of advice from a bill: by resource id, a year of its last month, and plans left out."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_carbon_exporter.advice.prices import priced, wanted
from cloud_carbon_exporter.bills.prices import prices_in
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.advice import Advice, AdviceKind, YearlyCost
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.service.advice_prices import prices_of

pytestmark = pytest.mark.slow

pytest.importorskip("ibis")

ARN = "arn:aws:ec2:eu-west-1:111122223333:"
BOX = f"{ARN}instance/i-0a"
YEAR_HOURS = 8766.0
START = datetime(2026, 9, 20, tzinfo=UTC)
HOURS = 45 * 24

Line = dict[str, object]


def line(hour: int, **more: object) -> Line:
    """One hour of a machine, as the Cost and Usage Report has it."""
    start = START + timedelta(hours=hour)
    row: Line = {
        "line_item_usage_start_date": f"{start:%Y-%m-%d %H:%M:%S}",
        "line_item_usage_end_date": f"{start + timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
        "line_item_line_item_type": "Usage",
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": "EU-BoxUsage:m5.xlarge",
        "line_item_operation": "RunInstances",
        "line_item_usage_amount": 1,
        "line_item_unblended_cost": 0.2,
        "line_item_currency_code": "USD",
        "pricing_unit": "Hrs",
        "product_region_code": "eu-west-1",
        "product_instance_type": "m5.xlarge",
        "line_item_resource_id": "i-0a",
        "line_item_usage_account_id": "111122223333",
    }
    return {**row, **{f"line_item_{name}": value for name, value in more.items()}}


def other(hour: int, machine: str, cost: float, **more: object) -> Line:
    told = {"usage_type": f"EU-BoxUsage:{machine}", "unblended_cost": cost, "resource_id": "i-0b"}
    return line(hour, **{**told, **more}) | {"product_instance_type": machine}


def written(folder: Path, rows: Iterable[Line]) -> str:
    path, lines = folder / "bill.csv", list(rows)
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return str(path)


def advice(
    kind: AdviceKind = "idle", subject: str = BOX, becomes: str = "", members: tuple[str, ...] = ()
) -> Advice:
    saved = Estimate(1, 0.5, 2)
    at = ("aws", "111122223333", "eu-west-1")
    words = ("do it", "figures", "", "back")
    told = Advice(kind, subject, *at, "ec2/instance", "x", 1, *words, saved, becomes)
    return replace(told, members=members)


def cost_of(path: str, *told: Advice) -> list[YearlyCost | None]:
    found = priced(told, prices_in(path, "auto", wanted(told)))
    return [each.cost for each in found]


def test_what_goes_away_saves_what_the_last_month_charged(tmp_path: Path) -> None:
    """And dearer days of long ago do not count."""
    rows = [line(hour, unblended_cost=0.2 if hour >= 14 * 24 else 9) for hour in range(HOURS)]
    (cost,) = cost_of(written(tmp_path, rows), advice())
    assert cost is not None
    assert cost.currency == "USD"
    assert cost.value == pytest.approx(0.2 * YEAR_HOURS)
    assert cost.lower == pytest.approx(cost.value)
    assert cost.upper == pytest.approx(cost.value)


def test_its_interval_is_from_the_cheapest_day_to_the_dearest(tmp_path: Path) -> None:
    rows = [line(hour, unblended_cost=0.3 if hour // 24 % 2 else 0.1) for hour in range(HOURS)]
    (cost,) = cost_of(written(tmp_path, rows), advice())
    assert cost is not None
    assert cost.lower == pytest.approx(0.1 * YEAR_HOURS)
    assert cost.upper == pytest.approx(0.3 * YEAR_HOURS)
    assert cost.lower < cost.value < cost.upper


def test_what_a_plan_pays_for_saves_no_money(tmp_path: Path) -> None:
    rows: list[Line] = []
    for hour in range(HOURS):
        rows.append(line(hour, line_item_type="SavingsPlanCoveredUsage"))
        rows.append(line(hour, line_item_type="SavingsPlanNegation", unblended_cost=-0.2))
        rows.append(other(hour, "m5.large", 0.1))
    told = advice("oversized", becomes="m5.large")
    assert cost_of(written(tmp_path, rows), advice(), told) == [None, None]


def test_what_is_billed_no_more_or_for_hours_alone_has_no_price(tmp_path: Path) -> None:
    rows = [line(hour) for hour in range(HOURS - 72)]
    rows += [other(hour, "m5.large", 0.1) for hour in range(HOURS)]
    rows += [line(HOURS - 1 - hour, resource_id="i-0c") for hour in range(5)]
    young = advice(subject=f"{ARN}instance/i-0c")
    unknown = advice(subject=f"{ARN}instance/i-0z")
    assert cost_of(written(tmp_path, rows), advice(), young, unknown) == [None] * 3


def test_another_size_saves_the_difference_of_both_prices(tmp_path: Path) -> None:
    rows = [line(hour) for hour in range(HOURS)]
    rows += [other(hour, "m5.large", 0.09 if hour % 2 else 0.11) for hour in range(HOURS)]
    (cost,) = cost_of(written(tmp_path, rows), advice("oversized", becomes="m5.large"))
    assert cost is not None
    assert cost.value == pytest.approx(0.1 * YEAR_HOURS)
    assert cost.lower == pytest.approx(0.09 * YEAR_HOURS)
    assert cost.upper == pytest.approx(0.11 * YEAR_HOURS)


@pytest.mark.parametrize(
    "apart",
    [
        {"operation": "RunInstances:0002"},  # with Windows
        {"usage_type": "EU-SpotUsage:m5.large"},
        {"unblended_cost": 0.25},
        {"currency_code": "EUR"},
        {"unblended_cost": 0},
    ],
)
def test_where_the_other_size_has_no_price_that_is_like_it_none_is_told(
    tmp_path: Path, apart: Line
) -> None:
    rows = [line(hour) for hour in range(HOURS)]
    rows += [other(hour, "m5.large", 0.1, **apart) for hour in range(HOURS)]
    assert cost_of(written(tmp_path, rows), advice("oversized", becomes="m5.large")) == [None]


def test_snapshots_save_together_what_each_is_charged(tmp_path: Path) -> None:
    names = [f"{ARN}snapshot/snap-{number}" for number in range(3)]
    parts = {
        "usage_type": "EU-EBS:SnapshotUsage",
        "operation": "CreateSnapshot",
        "unblended_cost": 0.01,
    }
    rows: list[Line] = []
    for name in names[:2]:
        for hour in range(HOURS):
            row = line(hour, resource_id=name, **parts) | {"pricing_unit": "GB-Mo"}
            rows.append(row | {"product_instance_type": ""})
    told = advice("old_snapshots", "aws/x", members=tuple(names))
    (cost,) = cost_of(written(tmp_path, rows), told)
    assert cost is not None
    assert cost.value == pytest.approx(2 * 0.01 * YEAR_HOURS)


def test_a_row_of_a_whole_month_is_spread_over_it(tmp_path: Path) -> None:
    """As in exports by month, which have no days."""
    rows: list[Line] = []
    for month, days in ((8, 31), (9, 30), (10, 31)):
        start = datetime(2026, month, 1, tzinfo=UTC)
        row = line(0, unblended_cost=days * 2.4, usage_amount=days * 24)
        row["line_item_usage_start_date"] = f"{start:%Y-%m-%d %H:%M:%S}"
        row["line_item_usage_end_date"] = f"{start + timedelta(days=days):%Y-%m-%d %H:%M:%S}"
        rows.append(row)
    (cost,) = cost_of(written(tmp_path, rows), advice())
    assert cost is not None
    assert cost.value == pytest.approx(2.4 * 365.25)
    assert cost.lower == cost.value == cost.upper


def test_a_region_saves_no_money_and_neither_does_what_is_changed_unseen(tmp_path: Path) -> None:
    rows = [line(hour) for hour in range(HOURS)]
    told = (advice("region"), advice("log_retention"), advice("oversized", becomes="m5.large"))
    assert cost_of(written(tmp_path, rows), *told) == [None] * 3


def test_resources_are_called_as_bills_call_them() -> None:
    names = wanted([advice(), advice(subject="compute.googleapis.com/projects/p/zones/z/disks/1")])
    assert {BOX, "i-0a", "//compute.googleapis.com/projects/p/zones/z/disks/1"} <= names


def test_a_bill_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert prices_of("", [advice()]) is None
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ConfigError, match=r"-advice\.bill"):
            prices_of(str(path), [advice()])
