"""The course of the totals: bounded, whole, in order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exposition import estate
from tests.web.serving import held, served

from cloud_carbon_exporter.web.history import History, Point


@given(st.integers(1, 400), st.sampled_from([2, 3, 10, 50]))
def test_history_stays_bounded_and_keeps_the_start(snapshots: int, capacity: int) -> None:
    history = History(capacity)
    for at in range(1, snapshots + 1):
        history.record(replace(estate.EMPTY, taken_at=float(at), first_collection_done=True))
    times = history.document()["taken_at"]
    assert len(times) <= capacity
    assert times[0] == 1
    steps = {after - before for before, after in itertools.pairwise(times)}
    assert len(steps) <= 1  # evenly spaced
    assert times[-1] > snapshots - max(steps, default=1)


def test_a_point_is_the_totals_of_its_snapshot() -> None:
    history = History()
    history.record(estate.SNAPSHOT)
    document = history.document()
    assert document["taken_at"] == [estate.TAKEN_AT]
    assert document["power_watts"] == [12.5]
    assert document["power_lower_watts"][0] <= 12.5 <= document["power_upper_watts"][0]
    assert document["operational_emissions_grams_per_second"] == [pytest.approx(0.000155)]
    assert document["embodied_emissions_grams_per_second"] == [pytest.approx(0.00004125)]


def test_nothing_is_recorded_before_the_first_collection_or_twice() -> None:
    history = History()
    history.record(estate.EMPTY)
    history.record(estate.SNAPSHOT)
    history.record(estate.SNAPSHOT)
    assert len(history.points) == 1


async def test_the_history_is_served() -> None:
    history = History()
    history.record(estate.SNAPSHOT)
    async with (
        served(held(estate.SNAPSHOT), history=history) as client,
        client.get("/api/v1/history") as response,
    ):
        assert (await response.json())["power_watts"] == [12.5]


def test_a_snapshot_that_comes_while_the_columns_are_made_makes_none_longer() -> None:
    """Snapshots are recorded in another thread."""

    class Meanwhile(tuple[Point, ...]):
        __slots__ = ()

        def __iter__(self) -> Iterator[Point]:
            known = list(super().__iter__())
            history.points = (*known, known[-1])
            return iter(known)

    history = History()
    history.record(estate.SNAPSHOT)
    history.points = Meanwhile(history.points)
    assert {len(column) for column in history.document().values()} == {1}
    assert len(history.points) > 1
