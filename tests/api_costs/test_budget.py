"""The bill: what calls cost, and what they will."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import PRICES
from cloud_carbon_exporter.api_costs.spending import Bill, Spending
from tests.fakes.cloud import Clock


def test_every_price_names_its_source_and_unit() -> None:
    for price in PRICES.values():
        assert price.dollars_per_unit > 0
        assert price.unit
        assert any(character.isdigit() for character in price.source)


def test_calls_errors_and_skips_are_counted() -> None:
    budget = Budget(Clock())
    meter = budget.meter("aws")
    meter.call(account_id="1", api="ec2", operation="DescribeInstances")
    meter.call(account_id="1", api="ec2", operation="DescribeInstances", outcome="throttled")
    budget.error("aws", "DescribeInstances", "throttled")
    budget.skip("aws", "ec2/instance", "KeyError", 3)
    use = budget.use()
    assert use.requests["aws", "ec2", "DescribeInstances", "success"] == 1
    assert use.requests["aws", "ec2", "DescribeInstances", "throttled"] == 1
    assert use.errors["aws", "DescribeInstances", "throttled"] == 1
    assert use.skipped["aws", "ec2/instance", "KeyError"] == 3
    assert use.dollars == {}


def test_cloudwatch_costs_one_cent_a_thousand_metrics_and_the_forecast_follows_the_pace() -> None:
    clock = Clock()
    budget = Budget(clock, read_interval_seconds=900)
    meter = budget.meter("aws")
    for _ in range(8):  # 1,000 metrics each 15 minutes, two hours long
        meter.call(account_id="1", api="cloudwatch", operation="GetMetricData", units=1000)
        clock.now += 900
    clock.now -= 900
    use = budget.use()
    assert use.dollars["aws", "1", "cloudwatch"] == pytest.approx(0.08)
    assert use.dollars_per_month["aws", "1", "cloudwatch"] == pytest.approx(
        0.01 * SECONDS_PER_MONTH / 900
    )


def test_the_forecast_forgets_what_is_older_than_a_day() -> None:
    clock = Clock()
    budget = Budget(clock)
    budget.meter("aws").call(account_id="1", api="ce", operation="GetCostAndUsage", units=1)
    clock.now += 2 * 86400
    assert budget.use().dollars_per_month["aws", "1", "ce"] == 0
    assert budget.use().dollars["aws", "1", "ce"] == pytest.approx(0.01)


def test_it_is_read_and_kept_while_calls_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget(Clock())

    def spend(account_id: str) -> None:
        budget.meter("aws", f"target {account_id}").call(
            account_id=account_id, api="ce", operation="GetCostAndUsage", units=1
        )

    forecast = Spending.forecast

    def meanwhile(self: Spending, *arguments: float) -> float:
        spend(f"met while reading {len(budget._spending)}")
        return forecast(self, *arguments)

    spend("1")
    spend("2")
    kept = budget.dump()
    first = next(iter(kept))
    spend("3")
    rows = [first, *kept]
    totals = [row for row in rows if row[0] == "total"]
    assert {account_id for _, _, account_id, *_ in totals} == {"1", "2"}
    monkeypatch.setattr(Spending, "forecast", meanwhile)
    assert {account_id for _, account_id, _ in budget.use().dollars_per_month} == {"1", "2", "3"}


def test_granted_requests_are_free_while_they_last_in_each_month() -> None:
    clock = Clock(datetime(2026, 11, 30, tzinfo=UTC).timestamp())
    budget = Budget(clock)
    meter = budget.meter("aws", "prod", free_requests=3)
    for _ in range(4):
        meter.call(account_id="1", api="cloudwatch", operation="GetMetricStatistics", units=1)
    meter.call(account_id="1", api="cloudwatch", operation="GetMetricData", units=1)
    assert budget.free_this_month("prod") == 3
    assert budget.spent_this_month("prod") == pytest.approx(2 * 0.00001)
    kept = Budget(clock)
    kept.load(list(budget.dump()))
    assert kept.free_this_month("prod") == 3
    clock.now += 86400
    assert budget.free_this_month("prod") is None
    meter.call(account_id="1", api="cloudwatch", operation="ListMetrics", units=1)
    assert (budget.free_this_month("prod"), budget.spent_this_month("prod")) == (1, 0)


def test_the_forecast_of_a_target_held_to_a_budget_is_no_more_than_that() -> None:
    clock = Clock()
    budget = Budget(clock)
    held = budget.meter("aws", "prod", dollars=3)
    free = budget.meter("aws", "other")
    for account_id, units in (("1", 1000), ("2", 3000)):
        held.call(account_id=account_id, api="cloudwatch", operation="GetMetricData", units=units)
    held.call(account_id="1", api="ce", operation="GetCostAndUsage", units=1)
    free.call(account_id="3", api="cloudwatch", operation="GetMetricData", units=1000)
    pace = 0.01 * SECONDS_PER_MONTH / 900
    assert budget.use().dollars_per_month == {
        ("aws", "1", "cloudwatch"): pytest.approx(3 / 4),
        ("aws", "2", "cloudwatch"): pytest.approx(9 / 4),
        ("aws", "1", "ce"): pytest.approx(pace),
        ("aws", "3", "cloudwatch"): pytest.approx(pace),
    }


def test_what_costs_nothing_is_not_remembered_a_day() -> None:
    budget = Budget(Clock())
    meter = budget.meter("aws", "prod", free_requests=10)
    for _ in range(10):
        meter.call(account_id="1", api="cloudwatch", operation="GetMetricStatistics", units=1)
    assert not budget._spending[Bill("aws", "1", "cloudwatch")].recent
    assert budget.use().dollars_per_month["aws", "1", "cloudwatch"] == 0
