"""Counters on a simulated clock: time is covered once, in order, never ahead of what is known."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.collect.account_sums import AccountKey
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate, power_watts
from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Component,
    Estimate,
    Location,
    Point,
    Resource,
    Totals,
)
from tests.examples import examples

AT = Location("aws", "111111111111", "eu-west-1")
PLACE = facts.place("aws", "eu-west-1")
ANNUAL = CarbonIntensity(Estimate(360, 300, 400), "location", "test")
STALE = 1800.0
SWEEP = SweepKey("target", 0, "111111111111", "eu-west-1", "")
INSTANCES = AccountKey("aws", "111111111111", "eu-west-1", "ec2/instance")


def vm(name: str = "i-1", threads: float = 4) -> Resource:
    return Resource(
        name, "ec2/instance", name, AT, (Component("vcpu", "Skylake", threads, load="cpu_ratio"),)
    )


def volume(name: str = "vol-1", gib: float = 100) -> Resource:
    return Resource(name, "ec2/volume", name, AT, (Component("block", "aws/gp3", gib),))


def new_counters(*intensities: CarbonIntensity) -> Counters:
    around = Surroundings(PLACE, intensities or (ANNUAL,))
    return Counters(lambda resource: around, STALE)


def waits(resource: Resource) -> bool:
    return any(component.load for component in resource.components)


def see(counters: Counters, at: float, *resources: Resource, settle: float = 0) -> None:
    counters.observe(SWEEP, resources, at, settle, waits)


def watts(resource: Resource, **loads: float) -> float:
    return power_watts(resource, loads, PLACE)


def test_tags_that_name_each_thing_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloud_carbon_exporter.collect.counters.MOST_KEPT", 2)
    counters = new_counters()
    named = [replace(volume(f"vol-{n}"), tags={"job": str(n)}) for n in range(5)]
    for at in (0.0, 600.0):
        see(counters, at, *named)
        counters.advance(at)
    assert len(counters._countings) <= 2
    drawn = watts(volume()) * 600
    hours = {hour.group.tags: hour.joules for hour in counters.hours.take()}
    assert hours == {(("job", str(n)),): pytest.approx(drawn) for n in range(5)}
    assert account(counters, "ec2/volume").energy_joules == pytest.approx(5 * drawn)


def totals(counters: Counters, resource_id: str) -> Totals:
    timeline = counters.timeline(resource_id)
    assert timeline is not None
    return timeline.totals


def account(counters: Counters, kind: str = "ec2/instance") -> Totals:
    return counters.accounts()[AccountKey("aws", "111111111111", "eu-west-1", kind)]


def points(start: float, values: list[float], step: float = 300) -> list[Point]:
    return [
        Point(start + i * step, start + (i + 1) * step, value) for i, value in enumerate(values)
    ]


def test_starts_at_zero_and_unmeasured_resources_advance_to_now() -> None:
    counters = new_counters()
    see(counters, 1000, volume())
    counters.advance(1000)
    assert totals(counters, "vol-1") == Totals(0, 0, 0)
    see(counters, 1300, volume())
    counters.advance(1300)
    assert totals(counters, "vol-1").energy_joules == pytest.approx(300 * watts(volume()))
    embodied = estimate(volume(), {}, PLACE, None).embodied_grams_per_second.value
    assert totals(counters, "vol-1").embodied_grams == pytest.approx(300 * embodied)
    assert totals(counters, "vol-1").operational_grams == pytest.approx(
        300 * watts(volume()) * 360 / 3.6e6
    )
    assert account(counters, "ec2/volume") == totals(counters, "vol-1")


def test_measured_time_is_the_sum_over_points_and_waits_for_them() -> None:
    counters = new_counters()
    see(counters, 3000, vm(), settle=600)
    counters.advance(3000)
    see(counters, 4200, vm(), settle=600)
    counters.advance(4200)
    assert totals(counters, "i-1").energy_joules == 0  # nothing known yet, and not stale yet
    # The first lies before the first sight.
    counters.record("i-1", "cpu_ratio", points(2700, [0.9, 0.1, 0.5]), 0)
    counters.advance(4200)
    expected = 300 * watts(vm(), cpu_ratio=0.1) + 300 * watts(vm(), cpu_ratio=0.5)
    assert totals(counters, "i-1").energy_joules == pytest.approx(expected)


def test_a_point_cut_by_the_first_sight_counts_only_from_there() -> None:
    counters = new_counters()
    see(counters, 3100, vm())
    see(counters, 3300, vm())
    counters.record("i-1", "cpu_ratio", points(3000, [0.4]), 0)
    counters.advance(3300)
    assert totals(counters, "i-1").energy_joules == pytest.approx(200 * watts(vm(), cpu_ratio=0.4))


def test_points_read_twice_count_once() -> None:
    counters = new_counters()
    see(counters, 3000, vm())
    see(counters, 3900, vm())
    for _ in range(2):
        counters.record("i-1", "cpu_ratio", points(3000, [0.1, 0.2, 0.3]), 0)
        counters.advance(3900)
    expected = sum(300 * watts(vm(), cpu_ratio=load) for load in (0.1, 0.2, 0.3))
    assert totals(counters, "i-1").energy_joules == pytest.approx(expected)


def test_a_late_point_fills_its_own_place() -> None:
    counters = new_counters()
    see(counters, 3000, vm())
    see(counters, 3900, vm())
    first, late, last = points(3000, [0.1, 0.9, 0.3])
    counters.record("i-1", "cpu_ratio", [first, last], 0)
    counters.advance(3900)
    assert totals(counters, "i-1").energy_joules == pytest.approx(300 * watts(vm(), cpu_ratio=0.1))
    counters.record("i-1", "cpu_ratio", [first, late, last], 0)
    counters.advance(3900)
    expected = sum(300 * watts(vm(), cpu_ratio=load) for load in (0.1, 0.9, 0.3))
    assert totals(counters, "i-1").energy_joules == pytest.approx(expected)


def test_a_gap_older_than_stale_after_is_default_and_final() -> None:
    counters = new_counters()
    see(counters, 3000, vm(), settle=600)
    see(counters, 7000, vm(), settle=600)
    first, late, last = points(3000, [0.1, 0.9, 0.3])
    counters.record("i-1", "cpu_ratio", [first, last], 0)
    counters.advance(3400 + STALE + 600)
    partly = 300 * watts(vm(), cpu_ratio=0.1) + 100 * watts(vm())
    assert totals(counters, "i-1").energy_joules == pytest.approx(partly)
    counters.advance(3900 + STALE + 600)
    expected = (
        300 * watts(vm(), cpu_ratio=0.1) + 300 * watts(vm()) + 300 * watts(vm(), cpu_ratio=0.3)
    )
    assert totals(counters, "i-1").energy_joules == pytest.approx(expected)
    counters.record("i-1", "cpu_ratio", [first, late, last], 0)
    counters.advance(3900 + STALE + 600)
    assert totals(counters, "i-1").energy_joules == pytest.approx(expected)


def test_never_measured_lags_by_stale_after_at_the_default_load() -> None:
    counters = new_counters()
    see(counters, 0, vm())
    see(counters, 10_000, vm())
    counters.advance(10_000)
    assert totals(counters, "i-1").energy_joules == pytest.approx((10_000 - STALE) * watts(vm()))


def test_listing_outage_holds_then_fills_for_what_is_still_there() -> None:
    counters = new_counters()
    see(counters, 0, volume(), volume("vol-2"))
    counters.advance(300)
    counters.advance(7200)  # the listing fails: no sight
    assert totals(counters, "vol-1").energy_joules == 0
    see(counters, 7500, volume())  # vol-2 vanished meanwhile
    counters.advance(7500)
    assert totals(counters, "vol-1").energy_joules == pytest.approx(7500 * watts(volume()))
    assert counters.timeline("vol-2") is None
    assert account(counters, "ec2/volume").energy_joules == pytest.approx(7500 * watts(volume()))


def test_what_vanished_counts_to_its_last_sight_with_a_last_read_and_stays_in_its_account() -> None:
    counters = new_counters()
    see(counters, 0, vm(), settle=600)
    see(counters, 900, vm(), settle=600)
    see(counters, 1200, settle=600)
    counters.advance(1200)
    assert [timeline.resource.id for timeline in counters.departed()] == ["i-1"]
    counters.record("i-1", "cpu_ratio", points(0, [0.2, 0.4]), 0)
    counters.advance(1500, released={"i-1": 900})
    assert not counters.departed()
    expected = 300 * (watts(vm(), cpu_ratio=0.2) + watts(vm(), cpu_ratio=0.4) + watts(vm()))
    assert account(counters).energy_joules == pytest.approx(expected)
    counters.advance(9999)
    assert account(counters).energy_joules == pytest.approx(expected)


def test_what_vanished_is_given_up_when_its_last_read_never_comes() -> None:
    counters = new_counters()
    see(counters, 0, vm(), settle=600)
    see(counters, 900, vm(), settle=600)
    see(counters, 1200, settle=600)
    counters.advance(900 + 600 + STALE)
    assert len(counters.departed()) == 1
    counters.advance(900 + 600 + STALE + 1)
    assert not counters.departed()
    assert account(counters).energy_joules == pytest.approx(900 * watts(vm()))


def test_what_comes_back_draws_nothing_while_it_was_gone() -> None:
    counters = new_counters()
    see(counters, 0, vm(), settle=600)
    see(counters, 900, vm(), settle=600)
    see(counters, 1200, settle=600)
    see(counters, 1500, vm(), settle=600)
    see(counters, 1800, vm(), settle=600)
    counters.record("i-1", "cpu_ratio", points(0, [0.2] * 6), 0)
    counters.advance(1800)
    assert totals(counters, "i-1").energy_joules == pytest.approx(
        (900 + 300) * watts(vm(), cpu_ratio=0.2)
    )


def test_a_change_of_size_counts_from_when_it_was_seen() -> None:
    counters = new_counters()
    see(counters, 0, volume(gib=100))
    see(counters, 300, volume(gib=200))
    see(counters, 600, volume(gib=200))
    counters.advance(600)
    assert totals(counters, "vol-1").energy_joules == pytest.approx(
        300 * watts(volume(gib=100)) + 300 * watts(volume(gib=200))
    )


def test_a_slow_figure_holds_until_the_next() -> None:
    bucket = Resource(
        "b", "s3/bucket", "b", AT, (Component("object", "aws/s3", 1, per="stored_gib"),)
    )
    day = 86400.0
    counters = new_counters()
    counters.observe(SWEEP, [bucket], 2 * day, 600, lambda resource: True)
    counters.record("b", "stored_gib:StandardStorage", points(0, [500.0], day), 3 * day)
    counters.observe(SWEEP, [bucket], 2 * day + 900, 600, lambda resource: True)
    counters.advance(2 * day + 900)
    held = watts(bucket, **{"stored_gib:StandardStorage": 500.0})
    assert totals(counters, "b").energy_joules == pytest.approx(900 * held)
    timeline = counters.timeline("b")
    assert timeline is not None
    assert timeline.loads(2 * day + 900) == {"stored_gib:StandardStorage": 500.0}
    assert timeline.measured_at(2 * day + 900) == day
    assert timeline.loads(4 * day + 1) == {}
    assert timeline.measured_at(4 * day + 1) is None


def test_broken_points_are_no_points() -> None:
    counters = new_counters()
    see(counters, 0, vm())
    broken = [
        Point(0, 300, math.nan),
        Point(300, 600, math.inf),
        Point(600, 900, -1),
        Point(900, 900, 0.5),
    ]
    counters.record("i-1", "cpu_ratio", broken, 0)
    timeline = counters.timeline("i-1")
    assert timeline is not None
    assert timeline.newest == ()


def test_grams_follow_an_intensity_that_changes_meanwhile() -> None:
    live = [
        CarbonIntensity(Estimate(100, 100, 100), "live", "test", start=100, end=200),
        CarbonIntensity(Estimate(50, 50, 50), "live", "test", start=200, end=250),
    ]
    counters = new_counters(*live, ANNUAL)
    see(counters, 0, volume())
    see(counters, 300, volume())
    counters.advance(300)
    seconds_grams = 100 * 360 + 100 * 100 + 50 * 50 + 50 * 360
    assert totals(counters, "vol-1").operational_grams == pytest.approx(
        watts(volume()) * seconds_grams / 3.6e6
    )


def test_days_of_gaps_late_points_and_restarts_of_the_listing() -> None:
    """Three simulated days: what is counted must be the truth wherever that was read."""
    rng = random.Random(7)
    counters = new_counters()

    def truth(start: float) -> float:
        return round(0.5 + 0.4 * math.sin(start / 20_000), 3)

    missing = {rng.randrange(10, 850) * 300.0 for _ in range(30)}  # never published
    late = {rng.randrange(10, 850) * 300.0: rng.choice([300, 600]) for _ in range(60)}
    end, last = 3 * 86400.0, 0.0
    now = 0.0
    while now <= end + 3 * STALE:
        if rng.random() > 0.1:  # a tenth of the sweeps fails
            see(counters, now, vm(), settle=600)
        if now % 900 == 0:
            starts = [now - 600 - 300 * back for back in range(1, 16)]
            known = [
                Point(start, start + 300, truth(start))
                for start in sorted(starts)
                if start >= 0 and start not in missing and start + 900 + late.get(start, 0) <= now
            ]
            counters.record("i-1", "cpu_ratio", known, 0)
        counters.advance(now)
        counted = totals(counters, "i-1").energy_joules
        assert counted >= last
        assert counted <= now * watts(vm(), cpu_ratio=1)
        last = counted
        now += 300
    timeline = counters.timeline("i-1")
    assert timeline is not None
    expected = 0.0
    for index in range(int(timeline.covered_until // 300)):
        start = index * 300.0
        expected += 300 * (watts(vm()) if start in missing else watts(vm(), cpu_ratio=truth(start)))
    assert timeline.covered_until >= end
    assert last == pytest.approx(expected, rel=1e-9)


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["see", "miss", "read", "wait"]), st.integers(0, 5), st.floats(0, 1)
        ),
        min_size=1,
        max_size=60,
    )
)
def test_law_counters_never_fall_and_never_pass_the_time_that_is_known(
    steps: list[tuple[str, int, float]],
) -> None:
    counters, now, last = new_counters(), 0.0, 0.0
    see(counters, 0, vm())
    for step, amount, load in steps:
        now += 100 * amount
        if step == "see":
            see(counters, now, vm())
        elif step == "miss":
            see(counters, now)
        elif step == "read":
            counters.record("i-1", "cpu_ratio", points(max(0, now - 900), [load] * 3), 0)
        counters.advance(now)
        sums = counters.accounts().get(INSTANCES, Totals())
        assert sums.energy_joules >= last
        assert sums.energy_joules <= now * watts(vm(), cpu_ratio=1) * (1 + 1e-9)
        last = sums.energy_joules


def test_yesterdays_points_are_not_the_present_and_count_no_energy_again() -> None:
    """An API that says what it said a day ago: nothing runs backwards, no load is taken from it."""
    day = 86400.0
    counters = new_counters()
    see(counters, day, vm())
    see(counters, day + 900, vm())
    counters.record("i-1", "cpu_ratio", points(day, [0.2, 0.4, 0.6]), 0)
    counters.advance(day + 900)
    before = totals(counters, "i-1")
    for later in range(1, 5):
        now = day + 900 + 600 * later
        see(counters, now, vm())
        counters.record("i-1", "cpu_ratio", points(later * 600, [1.0, 1.0, 1.0]), 0)
        counters.advance(now)
        timeline = counters.timeline("i-1")
        assert timeline is not None
        assert timeline.loads(now) == ({"cpu_ratio": 0.6} if now <= day + 900 + 300 + STALE else {})
        assert totals(counters, "i-1").energy_joules >= before.energy_joules
    spent = totals(counters, "i-1").energy_joules - before.energy_joules
    assert spent == pytest.approx((2400 - STALE) * watts(vm())), (
        "given up after stale-after, at the default load"
    )
    counters.record("i-1", "cpu_ratio", points(day, [1.0, 1.0, 1.0]), 0)
    counters.advance(now)
    assert totals(counters, "i-1").energy_joules - before.energy_joules == pytest.approx(spent), (
        "no energy twice"
    )


def test_yesterdays_listing_neither_takes_back_nor_counts_twice() -> None:
    counters = new_counters()
    see(counters, 1000, volume(), volume("vol-2"))
    see(counters, 1300, volume(), volume("vol-2"))
    counters.advance(1300)
    for now, names in (
        (1600, ["of-yesterday"]),
        (1900, ["vol-1", "vol-2"]),
        (2200, ["vol-1", "vol-2"]),
    ):
        see(counters, now, *map(volume, names))
        counters.advance(now)
        counted = account(counters, "ec2/volume").energy_joules
        assert counted == pytest.approx((1200 if now == 2200 else 600) * watts(volume())), (
            "not while they were gone"
        )
