"""Presence by what a cloud tells: starts, ends, stops and starts anew, in every order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.earlier_lives import EARLIER
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model.types import Component, Point, Resource
from cloud_carbon_exporter.providers.description import Ended
from tests.collect.test_counters import (
    SWEEP,
    account,
    new_counters,
    see,
    vm,
    waits,
    watts,
)

DISK = Component("ssd", "", 1000)
ELSEWHERE = SWEEP._replace(listing_rank=1)


def began(at: float | None, name: str = "i-1") -> Resource:
    return replace(vm(name), started=at)


def with_disk(at: float | None) -> Resource:
    running = began(at)
    return replace(running, components=(*running.components, DISK))


def stopped(at: float | None) -> Resource:
    return replace(began(at), components=(DISK,))


def tell(
    counters: Counters,
    at: float,
    resources: Sequence[Resource],
    *endings: Ended,
    sweep: SweepKey = SWEEP,
) -> None:
    counters.observe(sweep, resources, at, 0, waits, endings=endings)


def load(counters: Counters, start: float, end: float, value: float = 0.5) -> None:
    counters.record("i-1", "cpu_ratio", [Point(start, end, value)], 0)


def settle_all(counters: Counters, at: float = 100_000) -> float:
    counters.advance(at)
    return account(counters).energy_joules


HALF = watts(vm(), cpu_ratio=0.5)


def test_a_start_that_is_told_counts_from_there_and_not_from_before_the_counting() -> None:
    counters = new_counters()
    see(counters, 1000, began(400, "i-2"))
    see(counters, 1300, began(400, "i-2"), began(1100))
    assert counters.counts_from("target", began(1100)) == 1100
    assert counters.counts_from("target", began(400, "i-2")) == 1000
    assert counters.counts_from("target", began(400, "i-3")) == 1000
    assert counters.counts_from("target", began(1250, "i-3")) == 1250


def test_an_ending_counts_once_however_often_it_is_told() -> None:
    counters = new_counters()
    tell(counters, 1000, [])
    ending = Ended(began(1010), 1070)
    for at in (1300, 1600, 1900):
        tell(counters, at, [], ending)
        load(counters, 1000, 1300)
        counters.advance(at, released={"i-1": 1070})
    assert settle_all(counters) == pytest.approx(60 * HALF)


def test_an_ending_told_by_another_listing_ends_what_the_first_still_lists() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)])
    tell(counters, 1310, [], Ended(began(900), 1305), sweep=ELSEWHERE)
    for at in (1310, 1600, 1900):  # whatever is listed of it later
        tell(counters, at, [began(900)])
    assert counters.timeline("i-1") is None
    load(counters, 900, 2400)
    assert settle_all(counters) == pytest.approx(305 * HALF)


def test_what_began_anew_after_its_ending_counts_from_there() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [], Ended(began(900), 1200))
    tell(counters, 1600, [began(1500)])
    tell(counters, 1900, [began(1500)])
    load(counters, 900, 2400)
    assert settle_all(counters) == pytest.approx((200 + 400) * HALF)


def test_an_ending_told_when_it_was_given_up_lengthens_its_life() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)])
    tell(counters, 1600, [])
    load(counters, 900, 1300)
    counters.advance(1600, released={"i-1": 1300})
    assert account(counters).energy_joules == pytest.approx(300 * HALF)
    tell(counters, 5000, [], Ended(began(900), 1450))
    load(counters, 1300, 1500)
    assert settle_all(counters) == pytest.approx(450 * HALF)


def test_an_ending_before_the_last_sight_cuts_what_is_not_counted_yet() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)])
    tell(counters, 1600, [], Ended(began(900), 1200))
    load(counters, 900, 1500)
    assert settle_all(counters) == pytest.approx(200 * HALF)


def test_an_ending_in_the_future_is_one_of_now() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [], Ended(began(900), 9999))
    load(counters, 900, 12_000)
    assert settle_all(counters) == pytest.approx(300 * HALF)


def test_what_stops_runs_until_then_and_keeps_its_disk_since() -> None:
    counters = new_counters()
    disk = watts(stopped(None))
    tell(counters, 1000, [with_disk(900)])
    tell(counters, 1300, [stopped(1150)], Ended(with_disk(900), 1150, stopped(1150)))
    assert [timeline.resource.id for timeline in counters.departed()] == ["i-1"]
    last = counters.departed()[0].last_measured
    assert last is not None
    assert (last.resource, last.until) == (with_disk(900), 1150)
    load(counters, 900, 1300)
    counters.advance(1300, released={"i-1": 1150})
    assert not counters.departed()
    energy = account(counters).energy_joules
    assert energy == pytest.approx(150 * watts(with_disk(900), cpu_ratio=0.5) + 150 * disk)


def test_a_run_between_two_sights_counts_though_nobody_saw_it() -> None:
    counters = new_counters()
    disk = watts(stopped(None))
    tell(counters, 1000, [stopped(800)])
    again = Ended(with_disk(1100), 1200, stopped(1200))
    tell(counters, 1300, [stopped(1200)], again)
    load(counters, 1000, 1300)
    running = watts(with_disk(900), cpu_ratio=0.5)
    assert settle_all(counters) == pytest.approx(200 * disk + 100 * running)


def test_what_runs_again_counts_the_run_before_to_its_end() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(1250)], Ended(began(None), 1100, began(1250)))
    load(counters, 900, 1300)
    assert settle_all(counters) == pytest.approx((100 + 50) * HALF)


def test_what_runs_again_nobody_knows_since_when_it_stood_still_counts_to_its_last_sight() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(1250)])
    tell(counters, 1600, [began(1250)])
    load(counters, 900, 1600)
    assert settle_all(counters) == pytest.approx(350 * HALF)


def test_what_a_listing_missed_but_began_before_lived_meanwhile() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [])
    tell(counters, 1600, [began(900)])
    load(counters, 900, 1600)
    assert settle_all(counters) == pytest.approx(600 * HALF)


def test_what_ended_before_the_counting_began_or_a_week_ago_is_nothing() -> None:
    counters = new_counters()
    tell(counters, 1000, [], Ended(began(100), 900))
    tell(counters, 1000 + 9 * 86400, [], Ended(began(1100, "i-2"), 1200))
    assert not counters.departed()


def test_what_was_told_is_forgotten_when_nothing_tells_of_it_any_more() -> None:
    counters = new_counters()
    tell(counters, 1000, [])
    tell(counters, 1300, [], Ended(began(1010), 1070))
    counters.advance(1300, released={"i-1": 1070})
    assert counters.presence.lives.past("i-1") is not None
    counters.advance(1300 + 3 * 86400)
    assert counters.presence.lives.past("i-1") is None


def test_the_share_known_by_events_alone() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [], Ended(began(900), 1100))
    load(counters, 900, 1300)
    counters.advance(1300, released={"i-1": 1100})
    assert counters.known_by.ratios() == {("aws", "events"): 1.0, ("aws", "sight"): 0.0}
    tell(counters, 2000, [began(1900, "i-2")])
    tell(counters, 2300, [began(1900, "i-2")])
    counters.record("i-2", "cpu_ratio", [Point(1900, 2300, 0.5)], 0)
    counters.advance(2300)
    assert counters.known_by.ratios() == {
        ("aws", "events"): pytest.approx(200 / 500),
        ("aws", "sight"): pytest.approx(300 / 500),
    }


def test_what_ended_and_is_counted_is_not_taken_up_again_however_it_is_listed() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [], Ended(began(900), 1200))
    load(counters, 900, 1300)
    counters.advance(1300, released={"i-1": 1200})
    assert not counters.departed()
    tell(counters, 1600, [began(900)])
    tell(counters, 1900, [began(900)])
    load(counters, 900, 1900)
    assert settle_all(counters) == pytest.approx(200 * HALF)
    assert counters.timeline("i-1") is None


def test_what_was_missed_and_counted_goes_on_from_there_when_it_is_seen_again() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1150, [began(900)])
    tell(counters, 1300, [])
    load(counters, 900, 1300)
    counters.advance(1300, released={"i-1": 1150})
    assert account(counters).energy_joules == pytest.approx(150 * HALF)
    assert not counters.departed()
    tell(counters, 1600, [began(900)])
    load(counters, 900, 1600)
    assert settle_all(counters) == pytest.approx(600 * HALF)


def test_an_ending_of_an_earlier_run_ends_nothing() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)], Ended(began(100), 800))
    load(counters, 900, 1300)
    assert settle_all(counters) == pytest.approx(300 * HALF)
    assert counters.timeline("i-1") is not None


def test_what_is_still_told_is_still_remembered() -> None:
    counters = new_counters()
    tell(counters, 1000, [])
    ending = Ended(began(1010), 1070)
    for day in range(5):
        at = 1300 + day * 86400.0
        tell(counters, at, [], ending)
        counters.advance(at, released={"i-1": 1070})
    assert counters.presence.lives.past("i-1") is not None
    assert account(counters).energy_joules == pytest.approx(60 * watts(vm()))


def test_what_ran_anew_while_the_exporter_was_down_counts_both_runs() -> None:
    before = new_counters()
    tell(before, 1000, [began(900)])
    tell(before, 1300, [began(900)])
    load(before, 900, 1200)
    before.advance(1300)
    after = new_counters()
    after.load(list(before.dump()))
    tell(after, 2000, [began(1900)])
    load(after, 900, 2000)
    assert settle_all(after) == pytest.approx((300 + 100) * HALF)


def test_what_stopped_while_the_exporter_was_down_counts_until_then() -> None:
    before = new_counters()
    tell(before, 1000, [with_disk(900)])
    after = new_counters()
    after.load(list(before.dump()))
    tell(after, 2000, [stopped(1500)], Ended(with_disk(900), 1500, stopped(1500)))
    load(after, 900, 2000)
    running = watts(with_disk(900), cpu_ratio=0.5)
    assert settle_all(after) == pytest.approx(500 * running + 500 * watts(stopped(None)))


def test_lives_before_that_of_what_is_there_count_each_once_whenever_they_are_told() -> None:
    counters = new_counters()
    tell(counters, 1000, [])
    tell(counters, 3000, [began(2900)])  # made anew under its name
    first, second = Ended(began(1100), 1500), Ended(began(1700), 2000)
    for at in (3300, 3600):
        tell(counters, at, [began(2900)], first)
        tell(counters, at, [began(2900)], second)
    assert counters.timeline("i-1") is not None  # neither was its own end
    counters.record("i-1", "cpu_ratio", [Point(2900, 3600, 0.5)], 0)
    earlier = f"i-1{EARLIER}"
    counters.record(earlier, "cpu_ratio", [Point(1100, 1500, 0.5), Point(1700, 2000, 0.5)], 0)
    assert settle_all(counters) == pytest.approx((400 + 300 + 700) * HALF)
    again = new_counters()
    again.load(list(counters.dump()))
    tell(again, 3600, [began(2900)], first, second)
    assert settle_all(again) == pytest.approx((400 + 300 + 700) * HALF)


def test_an_earlier_life_ends_where_that_of_what_is_there_begins() -> None:
    counters = new_counters()
    tell(counters, 1000, [])
    tell(counters, 3000, [began(2900)], Ended(began(2500), 2950))  # as exact as a sample
    assert counters.timeline("i-1") is not None
    counters.record("i-1", "cpu_ratio", [Point(2900, 3000, 0.5)], 0)
    counters.record(f"i-1{EARLIER}", "cpu_ratio", [Point(2400, 3000, 0.5)], 0)
    assert settle_all(counters) == pytest.approx((400 + 100) * HALF)


def test_what_was_seen_before_it_was_made_anew_counts_to_the_end_that_is_told_later() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)])
    tell(counters, 1600, [began(1500)])
    for at in (1900, 2200):
        tell(counters, at, [began(1500)], Ended(began(900), 1400))
    load(counters, 900, 2200)
    counters.record(f"i-1{EARLIER}", "cpu_ratio", [Point(900, 2200, 0.5)], 0)
    assert settle_all(counters) == pytest.approx((300 + 100 + 700) * HALF)


def test_of_what_was_seen_to_its_end_nothing_is_counted_twice() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)])
    tell(counters, 1600, [began(1500)], Ended(began(900), 1290))
    load(counters, 900, 1600)
    assert settle_all(counters) == pytest.approx((300 + 100) * HALF)
