"""Statistics of loads: hours by height over three weeks, kept over restarts, in few bytes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.collect.load_sketch import BOUNDS, NUMBERS, WEEK_SECONDS, LoadSketch
from cloud_carbon_exporter.collect.load_statistics import FORGOTTEN_SECONDS, LoadStatistics
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Location, Resource

HOUR = 3600.0
WEEK = 3000
START = WEEK * WEEK_SECONDS
AT = Location("aws", "1", "eu-west-3")


def of_type(host_type: str) -> Resource:
    parts = components(machine("aws", host_type))
    return Resource("i", "ec2/instance", "i", AT, parts, info={"host_type": host_type})


MACHINE = of_type("m5.large")
DISK = Resource(
    "d", "ec2/volume", "d", AT, (Component("block", "aws/gp3", 100),), info={"attached": "false"}
)
GATEWAY = Resource(
    "n", "ec2/nat_gateway", "n", AT, (Component("network", "intra", 1, per="bytes"),)
)

loads = st.floats(0, 1)
hours = st.lists(st.tuples(st.floats(0.01, 3), loads), min_size=1, max_size=60)


@given(hours)
def test_the_95th_percentile_is_never_below_the_true_one(told: list[tuple[float, float]]) -> None:
    """And lies within the bounds of the load it stands for."""
    sketch, at = LoadSketch(WEEK), float(START)
    for length, load in told:
        sketch.add(at, at + length * HOUR, load)
        at += length * HOUR
    spread = sketch.spread(WEEK)
    whole = sum(length for length, _ in told)
    assert spread.read_hours == pytest.approx(whole, rel=1e-3)
    mean = sum(length * load for length, load in told) / whole
    assert spread.mean == pytest.approx(mean, rel=1e-3, abs=1e-3)
    at_or_below = sum(length for length, load in told if load <= spread.p95)
    assert at_or_below >= 0.95 * whole * (1 - 1e-3)
    highest = max(load for _, load in told)
    assert spread.most >= highest
    assert spread.most == min(bound for bound in BOUNDS if bound >= highest)


@given(hours, st.randoms())
def test_in_whatever_order_it_is_told_it_is_the_same(
    told: list[tuple[float, float]], random: st.DataObject
) -> None:
    there, back, at = LoadSketch(WEEK), LoadSketch(WEEK), float(START)
    pieces: list[tuple[float, float, float]] = []
    for length, load in told:
        pieces.append((at, at + length * HOUR, load))
        at += length * HOUR
    for piece in pieces:
        there.add(*piece)
    for piece in reversed(pieces):
        back.add(*piece)
    assert back.spread(WEEK).p95 == there.spread(WEEK).p95
    assert back.spread(WEEK).mean == pytest.approx(there.spread(WEEK).mean, rel=1e-3)


def test_of_a_week_that_is_past_nothing_is_kept() -> None:
    sketch = LoadSketch(WEEK)
    sketch.add(START, START + HOUR, 0.9)
    for week in (1, 2):
        sketch.add(START + week * WEEK_SECONDS, START + week * WEEK_SECONDS + HOUR, 0.1)
    assert sketch.spread(WEEK + 2).read_hours == pytest.approx(3)
    assert sketch.spread(WEEK + 2).most == 0.9
    assert sketch.spread(WEEK + 3).read_hours == pytest.approx(2)
    assert sketch.spread(WEEK + 3).most == 0.1
    assert sketch.spread(WEEK + 90).read_hours == 0
    assert sketch.spread(WEEK + 2).most == 0.9  # to look ahead drops nothing
    sketch.turn_to(WEEK + 3)
    sketch.add(START, START + HOUR, 1.0)  # three weeks late
    assert sketch.spread(WEEK + 3).most == 0.1


def test_what_was_not_read_is_told_apart() -> None:
    statistics = LoadStatistics()
    statistics.add(MACHINE, {"cpu_ratio": 0.2}, START, START + 3 * HOUR)
    statistics.add(MACHINE, {}, START + 3 * HOUR, START + 4 * HOUR)
    known = statistics.evidence("i", START + 4 * HOUR)
    assert known is not None
    spread = known.spreads["cpu_ratio"]
    assert (spread.read_hours, spread.unread_hours) == pytest.approx((3, 1))
    assert spread.read_ratio == pytest.approx(0.75)
    assert (known.since, known.until) == (START, START + 4 * HOUR)


def test_another_type_begins_anew_and_a_stop_does_not() -> None:
    statistics = LoadStatistics()
    statistics.add(MACHINE, {"cpu_ratio": 0.2}, START, START + HOUR)
    stopped = replace(MACHINE, components=())
    statistics.add(stopped, {}, START + HOUR, START + 2 * HOUR)
    statistics.add(of_type("m5.large"), {"cpu_ratio": 0.4}, START + 2 * HOUR, START + 3 * HOUR)
    known = statistics.evidence("i", START + 3 * HOUR)
    assert known is not None
    assert known.since == START
    assert known.spreads["cpu_ratio"].read_hours == pytest.approx(2)
    statistics.add(of_type("m5.xlarge"), {"cpu_ratio": 0.1}, START + 3 * HOUR, START + 4 * HOUR)
    known = statistics.evidence("i", START + 4 * HOUR)
    assert known is not None
    assert known.since == START + 3 * HOUR
    assert known.spreads["cpu_ratio"].read_hours == pytest.approx(1)


def test_a_disk_that_is_attached_again_was_never_unattached() -> None:
    statistics = LoadStatistics()
    statistics.add(DISK, {}, START, START + HOUR)
    assert len(statistics) == 1
    used = replace(DISK, info={"attached": "true"})
    statistics.add(used, {}, START + HOUR, START + 2 * HOUR)
    assert statistics.evidence("d", START + 2 * HOUR) is None
    statistics.add(DISK, {}, START + 2 * HOUR, START + 3 * HOUR)
    known = statistics.evidence("d", START + 3 * HOUR)
    assert known is not None
    assert known.since == START + 2 * HOUR


def test_of_a_rate_it_is_kept_whether_there_was_any() -> None:
    statistics = LoadStatistics()
    statistics.add(GATEWAY, {"bytes": 0.0}, START, START + HOUR)
    known = statistics.evidence("n", START + HOUR)
    assert known is not None and known.spreads["bytes"].most == 0
    statistics.add(GATEWAY, {"bytes": 5000.0}, START + HOUR, START + 2 * HOUR)
    known = statistics.evidence("n", START + 2 * HOUR)
    assert known is not None and known.spreads["bytes"].most > 0
    assert known.spreads["bytes"].mean == pytest.approx(2500)


def test_a_restart_loses_nothing() -> None:
    before, after = LoadStatistics(), LoadStatistics()
    before.add(MACHINE, {"cpu_ratio": 0.37}, START, START + 5 * HOUR)
    before.add(DISK, {}, START, START + 5 * HOUR)
    before.add(GATEWAY, {"bytes": 12.5}, START, START + 5 * HOUR)
    rows = json.loads(json.dumps(list(before.dump())))
    after.load(rows)
    now = START + 5 * HOUR
    for name in ("i", "d", "n"):
        assert after.evidence(name, now) == before.evidence(name, now)
    after.add(MACHINE, {"cpu_ratio": 0.37}, now, now + HOUR)
    known = after.evidence("i", now + HOUR)
    assert known is not None
    assert known.since == START
    assert known.spreads["cpu_ratio"].read_hours == pytest.approx(6)


@pytest.mark.parametrize(
    "row",
    [
        [],
        ["i", 1, 2],
        ["i", "much", 1, 2, {}],
        ["i", 1, 2, 3, 4],
        ["i", 1, 2, 3, [["cpu_ratio", WEEK, "AAAA"]]],
        ["i", 1, 2, 3, [["cpu_ratio", WEEK, 7]]],
        ["i", 1, 2, 3, [["cpu_ratio", WEEK]]],
    ],
)
def test_nonsense_in_the_file_is_an_error(row: list[object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        LoadStatistics().load([row])


def test_what_has_gone_is_forgotten() -> None:
    statistics = LoadStatistics()
    statistics.add(MACHINE, {"cpu_ratio": 0.2}, START, START + HOUR)
    statistics.forget(START + HOUR)
    assert len(statistics) == 1
    statistics.forget(START + 2 * HOUR + FORGOTTEN_SECONDS)
    assert len(statistics) == 0


def test_a_load_takes_no_more_than_three_weeks_of_bytes_and_a_third_in_its_first() -> None:
    sketch = LoadSketch(WEEK)
    first = sys.getsizeof(sketch._hours)
    for hour in range(2000):
        sketch.add(START + hour * HOUR, START + (hour + 1) * HOUR, hour % 10 / 10)
    assert len(sketch._hours) == NUMBERS
    assert first <= 160
    assert sys.getsizeof(sketch._hours) <= 330


def test_what_is_kept_of_one_week_is_one_week_again_and_all_of_it() -> None:
    sketch = LoadSketch(WEEK)
    sketch.add(START, START + HOUR, 0.25)
    again = LoadSketch.of_kept(WEEK, sketch.kept())
    assert again._hours == sketch._hours
    assert again.spread(WEEK) == sketch.spread(WEEK)
    again.add(START - 2 * WEEK_SECONDS, START - 2 * WEEK_SECONDS + HOUR, 0.75)
    assert len(again._hours) == NUMBERS
    assert again.spread(WEEK).read_hours == pytest.approx(2)


def test_a_reservation_of_which_another_number_is_unused_begins_anew() -> None:
    statistics = LoadStatistics()
    for day in range(20):
        unused = "4" if day == 10 else "2"
        held = replace(MACHINE, info={"host_type": "m5.large", "unused": unused})
        statistics.add(held, {}, START + day * 24 * HOUR, START + (day + 1) * 24 * HOUR)
        known = statistics.evidence("i", START + (day + 1) * 24 * HOUR)
        assert known is not None
        since = {10: 10}.get(day, 0 if day < 10 else 11)
        assert known.since == START + since * 24 * HOUR
