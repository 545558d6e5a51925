"""Budgets of carbon: what belongs to one, what is spent, and when anything is foreseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cloud_carbon_exporter.collect.budget_standing import DayGrams, period_bounds
from cloud_carbon_exporter.collect.carbon_budgets import CarbonBudgets, Known, Wanted
from cloud_carbon_exporter.model.budgets import BudgetPeriod, BudgetStanding, CarbonBudget, Selector
from cloud_carbon_exporter.model.hours import CountedHour, Group
from cloud_carbon_exporter.model.snapshot import AccountRow, Snapshot
from cloud_carbon_exporter.model.stretches import Stretch
from cloud_carbon_exporter.model.sums import FootprintSum, Reach, Sum
from tests.exposition import estate

HOUR, DAY = 3600, 86_400
WEB = Group("aws", "111", "eu-west-3", "ec2/instance", (("team", "web"),))
DATA = Group("gcp", "shop", "europe-west1", "compute/disk", (("team", "data"),))
GRAMS_AN_HOUR = 100.0
ALL = CarbonBudget("all", 100_000, "month")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def rate(grams_an_hour: float) -> FootprintSum:
    """What is emitted now; known to a fifth less and two fifths more."""
    grams = grams_an_hour / HOUR
    total = Sum(grams, Reach({"a": grams / 5}), Reach({"a": grams * 2 / 5}))
    return FootprintSum(1, Sum(1), total, Sum())


def hours(
    since: float, until: float, group: Group = WEB, grams: float = GRAMS_AN_HOUR
) -> Iterator[CountedHour]:
    for hour in range(int(since), int(until), HOUR):
        whole = (Stretch(hour, hour + HOUR),)
        yield CountedHour(hour, group, 1, grams * 0.75, grams * 0.25, whole)


def snapshot(now: float, grams_an_hour: float = GRAMS_AN_HOUR) -> Snapshot:
    row = AccountRow("aws", "111", "eu-west-3", "ec2/instance", rate(grams_an_hour))
    return Snapshot(now, accounts=(row,), first_collection_done=True)


def look(budgets: CarbonBudgets, now: str) -> BudgetStanding:
    (standing,) = budgets.look_at(snapshot(at(now)))
    return standing


def counted(budget: CarbonBudget, since: str, now: str) -> CarbonBudgets:
    budgets = CarbonBudgets((budget,))
    budgets.take(hours(at(since), at(now)), at(now))
    return budgets


def test_a_month_of_hours_is_what_was_spent() -> None:
    standing = look(counted(ALL, "2025-11-01", "2025-11-11"), "2025-11-11")
    assert standing.spent.value == pytest.approx(240 * GRAMS_AN_HOUR)
    assert standing.spent.lower == pytest.approx(240 * GRAMS_AN_HOUR * 0.8)
    assert standing.spent.upper == pytest.approx(240 * GRAMS_AN_HOUR * 1.4)
    assert standing.remaining_grams == pytest.approx(100_000 - 24_000)
    assert standing.covered_ratio == 1
    # 720 hours of 100 g are 72 kg of the 100
    assert standing.burn_rate == pytest.approx(0.72)
    assert standing.forecast is not None
    assert standing.forecast.value == pytest.approx(72_000)
    # days that were all alike leave the facts' doubt alone
    assert standing.forecast.lower == pytest.approx(72_000 * 0.8)


def test_days_that_differ_widen_what_is_foreseen() -> None:
    budgets = CarbonBudgets((ALL,))
    for day in range(10):
        since = at("2025-11-01") + day * DAY
        grams = GRAMS_AN_HOUR * (1.5 if day % 2 else 0.5)
        budgets.take(hours(since, since + DAY, WEB, grams), since + DAY)
    standing = look(budgets, "2025-11-11")
    assert standing.forecast is not None
    assert standing.forecast.lower < standing.forecast.value * 0.75
    assert standing.forecast.upper > standing.forecast.value * 1.45
    assert standing.forecast.lower >= 0


@pytest.mark.parametrize(
    ("period", "since", "now", "foreseen"),
    [
        ("month", "2025-11-01", "2025-11-01T05:00", False),
        ("month", "2025-11-01", "2025-11-02T07:00", True),  # a day, and six hours of the second
        ("month", "2025-11-01", "2025-11-02T03:00", False),  # of one day nothing is known of days
        ("month", "2025-10-20", "2025-11-01T01:00", True),  # the days before the month say it
        ("year", "2025-01-01", "2025-01-03", False),
        ("year", "2025-01-01", "2025-01-09", True),
    ],
)
def test_nothing_is_foreseen_from_an_instant(
    period: BudgetPeriod, since: str, now: str, foreseen: bool
) -> None:
    budget = ALL._replace(period=period)
    standing = look(counted(budget, since, now), now)
    assert (standing.forecast is not None) is foreseen


def test_what_was_not_counted_is_told_and_not_added() -> None:
    budgets = CarbonBudgets((ALL,))
    budgets.take(hours(at("2025-11-01"), at("2025-11-03")), at("2025-11-03"))
    budgets.take(hours(at("2025-11-09"), at("2025-11-11")), at("2025-11-11"))
    standing = look(budgets, "2025-11-11")
    assert standing.spent.value == pytest.approx(96 * GRAMS_AN_HOUR)
    assert standing.covered_ratio == pytest.approx(0.4)


def test_a_new_month_begins_at_nothing_and_the_counter_goes_on() -> None:
    budgets = counted(ALL, "2025-10-25", "2025-11-01T02:00")
    standing = look(budgets, "2025-11-01T02:00")
    assert standing.spent.value == pytest.approx(2 * GRAMS_AN_HOUR)
    assert standing.emitted_grams == pytest.approx((7 * 24 + 2) * GRAMS_AN_HOUR)
    assert (standing.start, standing.end) == (at("2025-11-01"), at("2025-12-01"))


def test_late_hours_count_in_the_month_they_are_of() -> None:
    budgets = counted(ALL, "2025-11-01", "2025-11-01T03:00")
    late = hours(at("2025-10-31T22:00"), at("2025-11-01"))
    budgets.take(late, at("2025-11-01T03:00"))
    assert look(budgets, "2025-11-01T03:00").spent.value == pytest.approx(3 * GRAMS_AN_HOUR)


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        (Selector(), (True, True)),
        (Selector(providers=("aws",)), (True, False)),
        (Selector(accounts=("shop*",)), (False, True)),
        (Selector(regions=("eu*",)), (True, True)),
        (Selector(kinds=("ec2/*", "rds/*")), (True, False)),
        (Selector(tags=(("team", "data"),)), (False, True)),
        (Selector(tags=(("team", "*"), ("env", ""))), (True, True)),
        (Selector(providers=("aws",), tags=(("team", "data"),)), (False, False)),
    ],
)
def test_what_belongs_to_a_budget(selector: Selector, holds: tuple[bool, bool]) -> None:
    assert (selector.holds(WEB), selector.holds(DATA)) == holds
    budgets = CarbonBudgets((ALL._replace(selector=selector),))
    now = at("2025-11-02")
    budgets.take([*hours(at("2025-11-01"), now), *hours(at("2025-11-01"), now, DATA)], now)
    spent = look(budgets, "2025-11-02").spent.value
    assert spent == pytest.approx(24 * GRAMS_AN_HOUR * sum(holds))


@pytest.mark.parametrize(
    ("selector", "everything"),
    [
        (Selector(), True),
        (Selector(regions=("eu*", "*"), tags=(("team", "*"),)), True),
        (Selector(regions=("eu*",)), False),
        (Selector(tags=(("team", "w*"),)), False),
        (Selector(tags=(("team", ""),)), False),
    ],
)
def test_a_budget_says_whether_it_is_of_everything(selector: Selector, everything: bool) -> None:
    budgets = CarbonBudgets((ALL._replace(selector=selector),))
    assert look(budgets, "2025-11-02").of_everything is everything


def test_by_tags_resources_say_what_is_emitted_now() -> None:
    taken = replace(estate.SNAPSHOT, accounts=())
    budgets = CarbonBudgets((ALL._replace(selector=Selector(tags=(("team", "web"),))),))
    (standing,) = budgets.look_at(taken)
    operational = estate.MACHINE.footprint.operational_grams_per_second
    embodied = estate.MACHINE.footprint.embodied_grams_per_second
    assert operational is not None and standing.burn_rate is not None
    seconds = standing.end - standing.start
    grams = standing.burn_rate * standing.grams / seconds
    assert grams == pytest.approx(operational.value + embodied.value)


def test_a_restart_forgets_nothing() -> None:
    budgets = counted(ALL, "2025-10-20", "2025-11-11")
    again = CarbonBudgets((ALL,))
    again.load([list(row) for row in budgets.dump()])
    assert look(again, "2025-11-11") == look(budgets, "2025-11-11")
    # what it may still be filled with is the time before the first of its hours
    assert again.unfilled
    assert again.unknown_before(at("2025-11-11")) == at("2025-10-20")


def test_another_selector_begins_anew_and_another_amount_goes_on() -> None:
    budgets = counted(ALL, "2025-11-01", "2025-11-11")
    budgets.follow((ALL._replace(grams=5),))
    assert look(budgets, "2025-11-11").spent.value == pytest.approx(240 * GRAMS_AN_HOUR)
    budgets.follow((ALL._replace(selector=Selector(accounts=("111",))),))
    assert look(budgets, "2025-11-11").spent.value == 0
    assert budgets.unfilled


def test_it_is_filled_with_what_was_before_it_alone() -> None:
    asked: list[tuple[float, float]] = []

    def remembered(wanted: Sequence[Wanted]) -> Iterator[Known]:
        asked.extend([(each.since, each.until) for each in wanted])
        day = int(at("2025-11-09"))
        yield Known("all", day, DayGrams(70, 30), (Stretch(day, day + DAY),))

    budgets = counted(ALL, "2025-11-10T03:00", "2025-11-11")
    budgets.fill(remembered, at("2025-11-11"))
    budgets.fill(remembered, at("2025-11-11"))  # once
    assert asked == [(at("2025-11-01") - 28 * DAY, at("2025-11-10T03:00"))]
    assert look(budgets, "2025-11-11").spent.value == pytest.approx(100 + 21 * GRAMS_AN_HOUR)


@pytest.mark.parametrize(
    "rows",
    [
        [["budget", "a"]],
        [["day", "nobody", 0, 1, 1]],
        [["budget", "a", "s", "much", None, True]],
        [["budget", "a", "s", 1, "then", True]],
        [["spent", "a", 1]],
    ],
)
def test_nonsense_is_no_state(rows: list[list[object]]) -> None:
    budgets = CarbonBudgets((ALL,))
    with pytest.raises((ValueError, TypeError, LookupError)):
        budgets.load(rows)


def test_years_are_calendar_years() -> None:
    assert period_bounds("year", at("2024-12-31T23:00")) == (at("2024-01-01"), at("2025-01-01"))


def test_what_is_kept_is_bounded() -> None:
    budgets = CarbonBudgets((ALL,))
    for month in range(1, 12):
        since = at(f"2025-{month:02}-01")
        budgets.take(hours(since, since + 28 * DAY), since + 28 * DAY)
    rows = list(budgets.dump())
    assert len(rows) < 70
