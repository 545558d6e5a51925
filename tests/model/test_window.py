"""Window of time: the cleanest start, and what its interval carries."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import GridForecast, GridNews, Method
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.window import (
    Load,
    NothingForeseen,
    best_window,
    foreseen_regions,
)

NOW, HOUR = 1_700_000_000.0, 3600
PARIS, LONDON = ("aws", "eu-west-3"), ("aws", "eu-west-2")


def snapshot(
    hours: Sequence[float], place: tuple[str, str] = PARIS, method: Method = "live"
) -> Snapshot:
    return Snapshot(NOW, grid=GridNews("live", (), tuple(_foreseen(hours, place, method))))


def _foreseen(
    hours: Sequence[float], place: tuple[str, str], method: Method = "live"
) -> Sequence[GridForecast]:
    return [
        GridForecast(*place, method, "gb", hour, grams) for hour, grams in enumerate(hours) if grams
    ]


def test_the_cleanest_hours_are_those_of_least_mean() -> None:
    window = best_window(snapshot([50, 40, 90, 10, 30, 80]), [PARIS], Load(2, 1000))
    assert window.cleanest.start == NOW + 3 * HOUR
    assert window.cleanest.end == NOW + 5 * HOUR
    assert window.cleanest.grams_per_kilowatt_hour == 20
    pue = facts.place(*PARIS).pue_ratio.value
    assert window.now.grams.value == pytest.approx(2 * pue * 45)
    assert window.saving.grams == pytest.approx(2 * pue * 25)
    assert window.saving.ratio == pytest.approx(25 / 45)
    assert (window.waits_seconds, window.is_sure) == (3 * HOUR, True)


def test_a_part_of_an_hour_counts_as_a_part() -> None:
    window = best_window(snapshot([100, 20, 60]), [PARIS], Load(1.5, 1000))
    assert window.now.grams_per_kilowatt_hour == pytest.approx((100 + 0.5 * 20) / 1.5)
    assert window.cleanest.start == NOW + HOUR


@pytest.mark.parametrize(("deadline_hours", "start"), [(None, 3), (4, 3), (3.9, 1), (2, 1), (1, 0)])
def test_it_ends_before_the_deadline(deadline_hours: float | None, start: int) -> None:
    deadline = None if deadline_hours is None else NOW + deadline_hours * HOUR
    window = best_window(snapshot([50, 40, 90, 10]), [PARIS], Load(1, 1000, deadline))
    assert window.cleanest.start == NOW + start * HOUR


def test_of_hours_that_are_alike_the_first_is_taken() -> None:
    window = best_window(snapshot([50, 50, 50]), [PARIS], Load(1, 1000))
    assert (window.waits_seconds, window.saving.grams, window.is_sure) == (0, 0, False)


def test_a_saving_smaller_than_its_doubt_is_not_sure() -> None:
    window = best_window(snapshot([50, 48]), [PARIS], Load(1, 1000))
    assert window.waits_seconds == HOUR
    assert window.saving.lower < 0 < window.saving.grams
    assert not window.is_sure


def test_the_best_of_several_regions() -> None:
    both = (*_foreseen([50, 40], PARIS), *_foreseen([200, 5], LONDON))
    taken = Snapshot(NOW, grid=GridNews("live", (), both))
    assert foreseen_regions(taken) == (LONDON, PARIS)
    window = best_window(taken, [PARIS, LONDON, ("gcp", "europe-west9")], Load(1, 1000))
    assert (window.place.provider, window.place.region) == LONDON


@pytest.mark.parametrize(
    ("hours", "load"),
    [
        ([], Load(1, 1000)),
        ([50, 40], Load(3, 1000)),
        ([0, 40, 30], Load(1, 1000)),  # of the hour that begins now nothing is known
        ([50, 40, 30], Load(1, 1000, NOW + HOUR / 2)),
    ],
)
def test_where_too_little_is_foreseen_nothing_is_said(hours: Sequence[float], load: Load) -> None:
    with pytest.raises(NothingForeseen):
        best_window(snapshot(hours), [PARIS], load)


def test_a_gap_in_the_hours_is_not_run_over() -> None:
    window = best_window(snapshot([90, 80, 0, 5, 0, 70, 60]), [PARIS], Load(2, 1000))
    assert window.cleanest.start == NOW + 5 * HOUR


def test_marginal_values_stay_apart() -> None:
    with pytest.raises(NothingForeseen):
        best_window(snapshot([50, 40], method="marginal"), [PARIS], Load(1, 1000))


@given(
    hours=st.lists(st.floats(1, 1000), min_size=2, max_size=24),
    length=st.floats(0.1, 24),
    watts=st.floats(1, 1e6),
)
def test_no_start_is_cleaner_and_bounds_hold_it(
    hours: list[float], length: float, watts: float
) -> None:
    try:
        window = best_window(snapshot(hours), [PARIS], Load(length, watts))
    except NothingForeseen:
        assert length > len(hours)
        return
    assert window.cleanest.grams.value <= window.now.grams.value
    assert window.saving.lower <= window.saving.grams <= window.saving.upper
    assert window.saving.grams >= 0
    shorter = best_window(snapshot(hours), [PARIS], Load(length / 2, watts))
    assert shorter.cleanest.grams.value <= window.cleanest.grams.value
    assert all(one[0] < other[0] for one, other in pairwise(window.hours))
