"""The monthly budget: never above it, and the dollars where the total would be wrong most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.api_costs.calendar_month import elapsed_share, month_seconds
from cloud_carbon_exporter.api_costs.prices import read_price
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.read_budget import ReadBudget
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Component, Location, Point, Resource
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter, Metric, Read, Reading
from tests.examples import examples
from tests.fakes.cloud import Clock, Cloud, FakeClient

FIRST = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
CPU = Metric(into="cpu_ratio", name="CPU")
DAILY = Metric(into="stored_gib", name="Stored", valid_seconds=3 * 86400)
PRICE = 0.00001


def resource(name: str, threads: float = 4) -> Resource:
    at = Location("aws", "1", "eu-west-1")
    return Resource(
        name, "vm/machine", name, at, (Component("vcpu", "Skylake", threads, load="cpu_ratio"),)
    )


def read_budget(
    clock: Clock,
    dollars: float,
    *,
    single: bool = True,
    budget: Budget | None = None,
    free: int = 0,
) -> ReadBudget:
    return ReadBudget(
        budget or Budget(clock),
        "prod",
        dollars=dollars,
        free=free,
        price=PRICE,
        single=single,
        swing=lambda resource: sum(component.amount for component in resource.components),
    )


def read(name: str, threads: float = 4, metric: Metric = CPU) -> Read:
    return Read(resource(name, threads), metric, 0)


def test_without_a_budget_all_that_is_due_is_read() -> None:
    clock = Clock(FIRST)
    due = [read("a"), read("b")]
    assert read_budget(clock, 0).choose(due, clock.now) == (due, [])


def test_the_month_is_the_calendars() -> None:
    assert month_seconds(FIRST) == 30 * 86400
    assert month_seconds(FIRST - 1) == 31 * 86400
    assert elapsed_share(FIRST) == 0
    assert elapsed_share(FIRST + 15 * 86400) == pytest.approx(0.5)
    assert month_seconds(datetime(2026, 12, 31, tzinfo=UTC).timestamp()) == 31 * 86400


def test_what_was_spent_before_is_taken_as_the_months_elapsed_share() -> None:
    clock = Clock(FIRST + 20 * 86400)
    assert read_budget(clock, 30).allowance(clock.now) == pytest.approx(1)  # a day ahead, no more
    known = Budget(clock)
    known.load([["month", "prod", "2026-11", 5.0]])
    assert read_budget(clock, 30, budget=known).allowance(clock.now) == pytest.approx(16)
    clock.now = FIRST + 30 * 86400  # the next month begins: what was assumed of the last is gone
    assert read_budget(Clock(FIRST + 20 * 86400), 31).allowance(clock.now) == pytest.approx(1)


def test_the_large_and_the_unsteady_go_first() -> None:
    clock = Clock(FIRST)
    of = read_budget(clock, 30 * PRICE)  # a day ahead affords one read
    small, large = read("small", 2), read("large", 96)
    assert of.choose([small, large], clock.now) == ([large], [small])
    steady, unsteady = read("steady"), read("unsteady")
    of.note(steady, [Point(0, 1, 0.5), Point(1, 2, 0.5)], clock.now)
    of.note(unsteady, [Point(0, 1, 0.1), Point(1, 2, 0.9)], clock.now)
    clock.now += 60
    assert of.choose([steady, unsteady], clock.now)[0] == [unsteady]
    of.forget(set())
    assert of.choose([steady, unsteady], clock.now)[0] == [
        steady
    ]  # nothing known of either: as they come


def test_what_was_long_not_read_comes_to_its_turn() -> None:
    clock = Clock(FIRST)
    of = read_budget(clock, 30 * PRICE)
    small, large = read("small", 2), read("large", 96)
    of.note(small, [], clock.now)
    of.note(large, [], clock.now + 49 * 3600)
    clock.now += 50 * 3600  # 2 x 50 h is more than 96 x 1 h
    assert of.choose([large, small], clock.now)[0][0] is small


def test_daily_figures_are_always_read() -> None:
    clock = Clock(FIRST)
    daily, large = read("bucket", 1, DAILY), read("large", 96)
    assert read_budget(clock, 30 * PRICE).choose([large, daily], clock.now) == ([daily], [large])


def test_where_a_metric_is_read_for_all_or_none() -> None:
    clock = Clock(FIRST)
    due = [read("a"), read("b")]
    assert read_budget(clock, 45 * PRICE, single=False).choose(due, clock.now) == ([], due)
    assert read_budget(clock, 60 * PRICE, single=False).choose(due, clock.now) == (due, [])


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(
    dollars=st.floats(0.0001, 0.01),
    count=st.integers(1, 40),
    step=st.sampled_from([300, 900, 7200]),
)
def test_law_a_month_never_costs_more_than_its_budget(
    dollars: float, count: int, step: int
) -> None:
    clock = Clock(FIRST)
    budget = Budget(clock)
    of = ReadBudget(
        budget, "prod", dollars=dollars, price=read_price("aws"), single=True, swing=lambda _: 1
    )
    due = [read(str(n)) for n in range(count)]
    meter = budget.meter("aws", "prod")
    while clock.now < FIRST + 30 * 86400:
        chosen, _ = of.choose(due, clock.now)
        if chosen:
            meter.call(
                account_id="1", api="cloudwatch", operation="GetMetricData", units=len(chosen)
            )
        clock.now += step * 24
    clock.now = FIRST + 30 * 86400 - 1
    spent = budget.spent_this_month("prod") or 0
    assert spent <= dollars
    assert spent >= min(dollars, 0.00001 * count) * 0.5 - 0.00001


def bill(meter: Meter, reads: Sequence[Read]) -> None:
    """What CloudWatch would bill for these reads."""
    free = sum(read.free for read in reads)
    for _ in range(free):
        meter.call(account_id="1", api="cloudwatch", operation="GetMetricStatistics", units=1)
    if len(reads) > free:
        meter.call(
            account_id="1", api="cloudwatch", operation="GetMetricData", units=len(reads) - free
        )


class Billed(FakeClient):
    """A client whose reads cost what CloudWatch's do."""

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        bill(self.meter, reads)
        return await super().series(reads, until)


@pytest.mark.slow
async def test_the_program_keeps_the_budget_and_loses_no_energy() -> None:
    clock = Clock(FIRST)
    names = [f"i-{n}" for n in range(20)]
    cloud = Cloud(
        {"eu-west-1": [{"type": "machine", "id": name, "state": "running"} for name in names]}
    )
    for name in names:
        starts = [FIRST - 900 + 300 * step for step in range(600)]
        cloud.series[name, "cpu_ratio"] = [Point(start, start + 300, 0.6) for start in starts]
    provider = replace(
        cloud.provider(), client=lambda _, meter: Billed(cloud, meter), reads_cost=True
    )
    provider = replace(provider, reads_span="region")
    budget = Budget(clock)
    dollars = 30 * 20 * 10 * read_price("aws")  # ten rounds a day
    target = Target("prod", provider, TargetSettings(provider="aws", budget_dollars=dollars))
    of = Collector([target], CollectSettings(), budget, lambda _: 0, clock)
    for _ in range(24 * 6):
        await of.refresh()
        clock.now += 600
    assert (budget.spent_this_month("prod") or 0) <= 2 * dollars / 30 * 1.01, (
        "the day's share and the day ahead"
    )
    # Every 15 minutes would be 96 rounds.
    assert sum(len(reads) for reads in cloud.reads) < 20 * 96 / 2
    bases = {row.footprint.basis for row in of.snapshot.rows}
    ages = [of.snapshot.taken_at - (row.measured_at or 0) for row in of.snapshot.rows]
    assert bases == {"measured"}
    assert max(ages) > 1800  # what was put off shows in the age
    for row in of.snapshot.rows:
        timeline = of.counters.timeline(row.resource.id)
        assert timeline is not None
        watts = power_watts(row.resource, {"cpu_ratio": 0.6}, facts.place("aws", "eu-west-1"))
        assert timeline.totals.energy_joules == pytest.approx(
            watts * (timeline.covered_until - FIRST)
        )
    await of.close()


def test_what_one_signal_is_the_sum_of_is_read_whole_or_not_at_all() -> None:
    clock = Clock(FIRST)
    both = [Metric(into="bytes", name="BytesIn"), Metric(into="bytes", name="BytesOut")]
    due = [read(name, threads, metric) for name, threads in (("a", 8), ("b", 4)) for metric in both]
    a_day_of_three_reads = 3 * 30 * PRICE
    chosen, put_off = read_budget(clock, a_day_of_three_reads).choose(due, clock.now)
    assert [(due_read.resource.id, due_read.metric.name) for due_read in chosen] == [
        ("a", "BytesIn"),
        ("a", "BytesOut"),
    ]
    assert {due_read.resource.id for due_read in put_off} == {"b"}


def test_hourly_figures_of_what_draws_little_come_after_large_machines() -> None:
    clock = Clock(FIRST)
    hourly = Metric(into="requests", name="Messages", valid_seconds=3 * 3600)
    due = [*(read(f"queue-{number}", 0.1, hourly) for number in range(5)), read("machine", 64)]
    chosen, _ = read_budget(clock, 30 * PRICE).choose(due, clock.now)
    assert [due_read.resource.id for due_read in chosen] == ["machine"]


def a_month(dollars: float, free: int, machines: int, step: int) -> tuple[float, int, int]:
    """USD, free reads, and reads in all, of a month of reads each `step` seconds at most."""
    clock = Clock(FIRST)
    budget = Budget(clock)
    of = read_budget(clock, dollars, budget=budget, free=free)
    meter = budget.meter("aws", "prod", free)
    due, granted, reads = [read(str(n)) for n in range(machines)], 0, 0
    while clock.now < FIRST + 30 * 86400:
        chosen, _ = of.choose(due, clock.now)
        bill(meter, chosen)
        granted, reads = granted + sum(due_read.free for due_read in chosen), reads + len(chosen)
        clock.now += step
    clock.now = FIRST + 30 * 86400 - 1
    return budget.spent_this_month("prod") or 0.0, granted, reads


@pytest.mark.slow
def test_instances_cost_nothing_where_what_is_granted_free_is_enough() -> None:
    """Three hundred of them with the free million of AWS, and so a tenth with a tenth."""
    spent, granted, reads = a_month(0, 100_000, 30, 900)
    assert (spent, granted) == (0, reads)
    assert reads == 30 * 96 * 30


def test_without_a_budget_the_free_ones_go_first_and_nothing_waits() -> None:
    spent, granted, reads = a_month(0, 5_000, 10, 3600)
    assert granted == 5_000
    assert reads == 10 * 24 * 30
    assert spent == pytest.approx((reads - granted) * PRICE)


@pytest.mark.slow
@settings(max_examples=examples(10), deadline=None)
@given(dollars=st.floats(0.001, 0.02), free=st.integers(0, 3_000), machines=st.integers(1, 12))
def test_law_with_a_budget_neither_dollars_nor_what_was_granted_is_exceeded(
    dollars: float, free: int, machines: int
) -> None:
    spent, granted, _ = a_month(dollars, free, machines, 7200)
    assert spent <= dollars
    assert granted <= free


def test_under_a_budget_the_free_ones_last_the_month() -> None:
    clock = Clock(FIRST)
    of = read_budget(clock, 0.01, free=3_000)
    assert of.free_requests(clock.now) == 100
    clock.now += 15 * 86400
    assert of.free_requests(clock.now) == 1_600


def test_a_restart_or_a_reload_in_the_month_spends_nothing_twice_and_withholds_nothing() -> None:
    clock = Clock(FIRST + 20 * 86400)
    restarted = Budget(clock)
    of = read_budget(clock, 30, budget=restarted, free=3_000)
    restarted.load([["month", "prod", "2026-11", 5.0]])  # a state file is read once all stands
    assert of.allowance(clock.now) == pytest.approx(16)
    assert of.free_requests(clock.now) == 2_100
    fresh = Budget(clock)
    fresh.meter("aws", "prod").call(
        account_id="1", api="cloudwatch", operation="GetMetricData", units=50_000
    )
    after_a_reload = read_budget(clock, 30, budget=fresh)
    assert after_a_reload.allowance(clock.now) == pytest.approx(0.5)
    restarted.load([["month", "prod", "2026-10", 5.0]])
    assert of.allowance(clock.now) == pytest.approx(1)


def test_what_was_free_before_a_restart_is_known_or_taken_as_the_months_elapsed_share() -> None:
    clock = Clock(FIRST + 20 * 86400)
    assert read_budget(clock, 0, free=3_000).free_requests(clock.now) == 1_000
    known = Budget(clock)
    known.load([["free", "prod", "2026-11", 10]])
    assert read_budget(clock, 0, budget=known, free=3_000).free_requests(clock.now) == 2_990
    clock.now = FIRST + 30 * 86400
    assert read_budget(Clock(FIRST), 0, budget=known, free=3_000).free_requests(clock.now) == 3_000


def test_what_may_be_several_series_is_not_read_alone() -> None:
    clock = Clock(FIRST)
    classes = Metric(into="stored_gib", name="Bytes", class_dimension="StorageType")
    due = [read("bucket", 1, classes), read("machine")]
    chosen, _ = read_budget(clock, 0, free=10).choose(due, clock.now)
    assert [(due_read.resource.id, due_read.free) for due_read in chosen] == [
        ("bucket", False),
        ("machine", True),
    ]


def how_many_are_free(reads: Sequence[Read]) -> int:
    return sum(made.free for made in reads)


async def test_the_program_reads_for_free_what_it_was_granted() -> None:
    clock = Clock(FIRST)
    cloud = Cloud(
        {"eu-west-1": [{"type": "machine", "id": f"i-{n}", "state": "running"} for n in range(8)]}
    )
    provider = replace(
        cloud.provider(), client=lambda _, meter: Billed(cloud, meter), reads_cost=True
    )
    target = Target(
        "prod",
        replace(provider, reads_span="region"),
        TargetSettings(provider="aws", free_requests=10),
    )
    budget = Budget(clock)
    of = Collector([target], CollectSettings(), budget, lambda _: 0, clock)
    for _ in range(3):
        await of.refresh()
        clock.now += 3600
    assert list(map(how_many_are_free, cloud.reads)) == [8, 2, 0]
    assert budget.use().dollars["aws", "1", "cloudwatch"] == pytest.approx(14 * PRICE)
    await of.close()
