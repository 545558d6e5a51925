"""Sums of the history: over any range and any group what the model's own sums say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.query import MOST_SUMS, Query, summed
from cloud_carbon_exporter.history.reader import Found, Part, TooManySums
from cloud_carbon_exporter.history.series import LABELS, Series, tag_value
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.waiting import Waiting
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, CountedHour, Group
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.stretches import Stretch
from cloud_carbon_exporter.model.sums import Sum, footprint_sum, sum_of
from tests.examples import examples
from tests.history.estates import ROWS, START, asked, counted, rates
from tests.laws.strategies import grids, loads, places, resources

RATIO = 2e-4
"""Ratios of errors are kept with four digits, and once more with each addition."""


def recorded(store: Store, hours: int, rows: tuple[Row, ...] = ROWS, parts: int = 1) -> None:
    """Write so many hours of an estate that stays, each in so many parts."""
    shares = Shares()
    shares.look_at(rows)
    for hour in range(START, START + hours * HOUR_SECONDS, HOUR_SECONDS):
        for _ in range(parts):
            waiting = Waiting()
            for part in counted(hour, rows, HOUR_SECONDS / parts):
                whole = Stretch(hour, hour + HOUR_SECONDS)
                waiting.cover(part._replace(stretches=(whole,)))
                for row in shares.rows(part):
                    waiting.add(row)
            store.add(waiting.rows(), waiting.spans())


def assert_same(found: Sum, expected: Sum) -> None:
    one, other = found.estimate, expected.estimate
    assert one.value == pytest.approx(other.value, rel=1e-9)
    assert one.lower == pytest.approx(other.lower, rel=RATIO, abs=RATIO * other.value)
    assert one.upper == pytest.approx(other.upper, rel=RATIO)


@pytest.mark.parametrize("parts", [1, 12])
@pytest.mark.parametrize("hours", [1, 30])
def test_an_estate_that_stays_has_the_interval_of_its_rate(hours: int, parts: int) -> None:
    store = in_memory()
    recorded(store, hours, parts=parts)
    (found,) = asked(store, hours)
    now = footprint_sum(row.footprint for row in ROWS)
    seconds = hours * HOUR_SECONDS
    assert found.seconds == seconds
    assert found.power_watts.basis == now.power_watts.basis
    assert_same(found.power_watts, now.power_watts)
    assert_same(found.amounts.energy_joules, now.power_watts.scaled(seconds))
    grams = now.operational_grams_per_second
    assert_same(found.amounts.operational_grams, grams.scaled(seconds))
    assert_same(found.amounts.embodied_grams, now.embodied_grams_per_second.scaled(seconds))
    assert_same(found.amounts.emissions_grams, now.emissions_grams_per_second.scaled(seconds))


@pytest.mark.slow
@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_estate_has_the_interval_of_its_rate(data: st.DataObject) -> None:
    rows: list[Row] = []
    for number in range(data.draw(st.integers(1, 5))):
        resource, read = data.draw(resources), data.draw(loads)
        footprint = estimate(resource, read, data.draw(places), data.draw(grids))
        rows.append(Row(replace(resource, id=str(number)), footprint, read))
    assume(all(row.footprint.power_watts.value for row in rows))
    assume(all(sum_of(row.footprint.operational_grams_per_second).value for row in rows))
    assume(all(row.footprint.embodied_grams_per_second.value for row in rows))
    store = in_memory()
    recorded(store, 2, tuple(rows))
    now = footprint_sum(row.footprint for row in rows)
    for found in asked(store, 2):
        assert_same(found.power_watts, now.power_watts)
        assert_same(found.amounts.embodied_grams, now.embodied_grams_per_second.scaled(7200))


@pytest.mark.parametrize("label", ["cloud_provider", "cloud_region", "kind", "basis"])
def test_a_group_is_the_sum_of_what_is_in_it(label: str) -> None:
    store = in_memory()
    recorded(store, 3)
    by = LABELS[label]
    found = {row.labels: row for row in asked(store, 3, {label: by})}
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in ROWS:
        (group,) = rates([row])
        groups.setdefault((by(Series(group, row.footprint.basis)),), []).append(row)
    assert found.keys() == groups.keys()
    for labels, rows in groups.items():
        now = footprint_sum(row.footprint for row in rows)
        assert_same(found[labels].power_watts, now.power_watts)


def test_a_tag_is_a_label_and_its_absence_an_empty_one() -> None:
    store = in_memory()
    recorded(store, 1)
    teams = {dict(row.resource.tags).get("team", "") for row in ROWS}
    found = asked(store, 1, {"tag_team": tag_value("team")})
    assert {row.labels[0] for row in found} == teams
    assert len(teams) > 1


def test_steps_add_up_to_the_range() -> None:
    store = in_memory()
    recorded(store, 50)
    (whole,) = asked(store, 50)
    for step, count in (("hour", 50), ("day", 3), ("week", 1), ("month", 1)):
        rows = asked(store, 50, step=step)
        assert len(rows) == count
        assert (rows[0].start, rows[-1].end) == (whole.start, whole.end)
        assert all(row.end == after.start for row, after in pairwise(rows))
        joules = sum(row.amounts.energy_joules.value for row in rows)
        assert joules == pytest.approx(whole.amounts.energy_joules.value)


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    monday, first = 1_796_601_600, 1_796_083_200  # 7 and 1 December 2026
    group = Group("aws", "1", "eu-west-3", "ec2/instance")
    store, shares = in_memory(), Shares()
    for hour in (monday - HOUR_SECONDS, monday, first - HOUR_SECONDS, first):
        part = CountedHour(hour, group, 1.0, 1.0, 1.0, (Stretch(hour, hour + HOUR_SECONDS),))
        store.add(shares.rows(part), ())
    until = monday + HOUR_SECONDS
    for step, start in (("week", monday), ("month", first)):
        query = Query(first - HOUR_SECONDS, until, {}, step)
        starts = [row.start for row in summed(store.reader.find(query.since, until, step), query)]
        assert start in starts


def test_what_was_stopped_since_errs_as_it_did() -> None:
    """A group that draws nothing now says nothing of what it drew."""
    shares, store = Shares(), in_memory()
    shares.look_at(ROWS)
    shares.look_at([])
    rows = [row for part in counted(START) for row in shares.rows(part)]
    store.add(rows, ())
    (found,) = asked(store, 1)
    expected = footprint_sum(row.footprint for row in ROWS).power_watts.scaled(HOUR_SECONDS)
    assert_same(found.amounts.energy_joules, expected)


def test_what_nothing_is_known_of_has_a_wide_interval() -> None:
    group = Group("aws", "1", "eu-west-3", "ec2/instance")
    part = CountedHour(START, group, 100.0, 10.0, 1.0, (Stretch(START, START + HOUR_SECONDS),))
    (row,) = Shares().rows(part)
    estimated = row.amounts.energy_joules.estimate
    assert (estimated.lower, estimated.value, estimated.upper) == (0.0, 100.0, 200.0)
    assert row.series.basis == "assumed"


def test_too_many_sums_are_not_made() -> None:
    parts = [Part(number, 0, 0, 1.0, 1.0, 1.0) for number in range(MOST_SUMS + 1)]
    series = {0: Series(Group("aws", "1", "eu-west-3", "ec2/instance"), "measured")}
    with pytest.raises(TooManySums):
        next(summed(Found(parts, series, {}, (), []), Query(0, MOST_SUMS + 1, {}, "hour")))
