"""Trend of the totals: bounded, whole, in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exposition import estate
from tests.web.serving import held, served

from cloud_carbon_exporter.web.trend import Trend, TrendPoint


@pytest.mark.slow
@given(st.integers(1, 400), st.sampled_from([2, 3, 10, 50]))
def test_the_trend_stays_bounded_and_keeps_the_start(snapshots: int, capacity: int) -> None:
    trend = Trend(capacity)
    for at in range(1, snapshots + 1):
        trend.record(replace(estate.EMPTY, taken_at=float(at), first_collection_done=True))
    times = trend.columns()["taken_at"]
    assert len(times) <= capacity
    assert times[0] == 1
    steps = {after - before for before, after in itertools.pairwise(times)}
    assert len(steps) <= 1  # evenly spaced
    assert times[-1] > snapshots - max(steps, default=1)


def test_what_a_clock_that_was_ahead_has_drawn_goes_when_it_is_set_back() -> None:
    """Else nothing would be drawn until that time has come."""
    trend = Trend()
    for at in (1.0, 2.0, 172_802.0, 172_803.0, 3.0, 3.0, 4.0):
        trend.record(replace(estate.EMPTY, taken_at=at, first_collection_done=True))
    assert trend.columns()["taken_at"] == [1, 2, 3, 4]


def test_a_point_is_the_totals_of_its_snapshot() -> None:
    trend = Trend()
    trend.record(estate.SNAPSHOT)
    columns = trend.columns()
    assert columns["taken_at"] == [estate.TAKEN_AT]
    assert columns["power_watts"] == [18.5]
    assert columns["power_lower_watts"][0] <= 18.5 <= columns["power_upper_watts"][0]
    assert columns["operational_emissions_grams_per_second"] == [pytest.approx(0.000155)]
    assert columns["embodied_emissions_grams_per_second"] == [pytest.approx(0.00004125)]


def test_nothing_is_recorded_before_the_first_collection_or_twice() -> None:
    trend = Trend()
    trend.record(estate.EMPTY)
    trend.record(estate.SNAPSHOT)
    trend.record(estate.SNAPSHOT)
    assert len(trend.points) == 1


async def test_the_trend_is_served() -> None:
    trend = Trend()
    trend.record(estate.SNAPSHOT)
    async with (
        served(held(estate.SNAPSHOT), trend=trend) as client,
        client.get("/api/v1/history") as response,
    ):
        assert (await response.json())["power_watts"] == [18.5]


def test_a_snapshot_that_comes_while_the_columns_are_made_makes_none_longer() -> None:
    """Snapshots are recorded in another thread."""

    class Meanwhile(tuple[TrendPoint, ...]):
        __slots__ = ()

        def __iter__(self) -> Iterator[TrendPoint]:
            known = list(super().__iter__())
            trend.points = (*known, known[-1])
            return iter(known)

    trend = Trend()
    trend.record(estate.SNAPSHOT)
    trend.points = Meanwhile(trend.points)
    assert {len(column) for column in trend.columns().values()} == {1}
    assert len(trend.points) > 1
