"""Time that was counted: of each account its own, without the gaps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.history.file import in_memory
from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.waiting import Waiting
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, CountedHour, Group
from cloud_carbon_exporter.model.stretches import Lengths, Stretch, joined
from tests.history.estates import START, asked

WATTS = 100.0
PROVIDER = {"cloud_provider": LABELS["cloud_provider"]}
AWS = Group("aws", "1", "eu-west-3", "ec2/instance")
GCP = Group("gcp", "shop", "europe-west1", "compute/instance")


def counted(store: Store, group: Group, first: float, last: float) -> None:
    """Take down 100 W over a stretch of one hour."""
    hour = int(first // HOUR_SECONDS) * HOUR_SECONDS
    amounts = (WATTS * (last - first), 1.0, 1.0)
    part = CountedHour(hour, group, *amounts, (Stretch(first, last),))
    waiting = Waiting()
    waiting.cover(part)
    for row in Shares().rows(part):
        waiting.add(row)
    store.add(waiting.rows(), waiting.spans())


def test_a_gap_within_an_hour_is_no_time_that_was_counted() -> None:
    store = in_memory()
    counted(store, AWS, START, START + 600)
    counted(store, AWS, START + 3000, START + 3600)
    for step in ("", "hour", "day"):
        (found,) = asked(store, 1, step=step)
        assert found.seconds == 1200
        assert found.power_watts.value == pytest.approx(WATTS)


def test_a_cloud_whose_figures_come_later_has_its_own_time() -> None:
    store = in_memory()
    for minute in range(0, 60, 5):
        counted(store, AWS, START + minute * 60, START + minute * 60 + 300)
    counted(store, GCP, START, START + 900)
    watts = {row.labels: row.power_watts.value for row in asked(store, 1, PROVIDER)}
    assert watts == {("aws",): pytest.approx(WATTS), ("gcp",): pytest.approx(WATTS)}
    assert [row.seconds for row in asked(store, 1, PROVIDER)] == [3600, 900]
    assert [row.seconds for row in asked(store, 1)] == [3600]


def test_time_that_touches_is_one_span_however_long() -> None:
    store = in_memory()
    for hour in range(50):
        counted(store, AWS, START + hour * 3600, START + hour * 3600 + 3600)
    counted(store, AWS, START + 60, START + 120)
    found = store.reader.find(START, START + 50 * 3600, "hour")
    assert found.spans == [("aws", "1", START, START + 50 * 3600)]
    assert [row.seconds for row in asked(store, 50, step="hour")] == [3600] * 50


def test_hours_that_go_take_their_time_along() -> None:
    store = in_memory()
    for hour in range(3):
        counted(store, AWS, START + hour * 3600, START + hour * 3600 + 3600)
    counted(store, GCP, START, START + 600)
    store.forget(START + 3601)
    assert store.reader.ends() == (START + 2 * 3600, START + 3 * 3600)
    assert store.reader.find(START, START + 3 * 3600, "").spans == [
        ("aws", "1", START + 2 * 3600, START + 3 * 3600)
    ]
    store.forget(START + 2 * 3600)
    assert store.reader.ends() == (START + 2 * 3600, START + 3 * 3600)


stretches = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda it: Stretch(it[0], sum(it)))
)


@given(stretches, st.integers(0, 50), st.integers(0, 50))
def test_each_moment_counts_once(many: list[Stretch], one: int, other: int) -> None:
    moments = {moment for first, last in many for moment in range(int(first), int(last))}
    since, until = min(one, other), max(one, other)
    assert Lengths(many).within(since, until) == len(moments & set(range(since, until)))
    disjoint = joined(many)
    assert sum(last - first for first, last in disjoint) == len(moments)
    for before, after in pairwise(disjoint):
        assert before.last < after.first
