"""Timelines over a restart: what awaits its last read is known as it was, and read, and counted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.collect import presence
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.model.types import LARGEST, Component, Location, Resource, Totals
from cloud_carbon_exporter.storage.counter_rows import read_counters
from cloud_carbon_exporter.storage.life_rows import (
    SavedAwaiting,
    SavedLife,
    SavedTimeline,
    SavedVersion,
)
from tests.collect.test_counters import new_counters, watts
from tests.collect.test_presence import (
    HALF,
    began,
    load,
    settle_all,
    stopped,
    tell,
    with_disk,
)

AMOUNTS = st.floats(0, LARGEST / 2)
MOMENTS = st.floats(0, 1e10)
COMPONENTS = st.builds(
    Component,
    st.sampled_from(["vcpu", "gpu", "block", "fixed"]),
    st.text(max_size=9),
    AMOUNTS,
    load=st.sampled_from(["", "cpu_ratio"]),
    per=st.sampled_from(["", "stored_gib"]),
    share=st.floats(0, 1),
    assumed=st.text(max_size=9),
    least=AMOUNTS,
    most=AMOUNTS | st.just(LARGEST),
)
PLACE = Location("aws", "1", "eu-west-1", "eu-west-1a")


def resources(components: list[Component], started: float | None) -> Resource:
    held = tuple(components)
    return Resource("i-1", "a/b", "i-1", PLACE, held, monitor={"name": "x"}, started=started)


VERSIONS = st.builds(
    SavedVersion,
    MOMENTS,
    st.builds(resources, st.lists(COMPONENTS, max_size=3), MOMENTS | st.none()),
    st.booleans(),
)
TIMELINES = st.builds(
    SavedTimeline,
    st.just("i-1"),
    MOMENTS,
    MOMENTS,
    st.builds(Totals, AMOUNTS, AMOUNTS, AMOUNTS),
    st.lists(VERSIONS, min_size=1, max_size=3).map(tuple),
)
AWAITING = st.builds(SavedAwaiting, st.text(), MOMENTS, st.booleans(), MOMENTS, TIMELINES)


@pytest.mark.slow
@given(TIMELINES | AWAITING)
def test_law_a_row_says_what_was_kept(saved: SavedTimeline | SavedAwaiting) -> None:
    assert list(read_counters([json.loads(json.dumps(saved.row()))])) == [saved]


def restarted(counters: Counters) -> Counters:
    again = new_counters()
    again.load(json.loads(json.dumps(list(counters.dump()))))
    return again


def test_what_stopped_is_counted_as_it_ran_after_a_restart() -> None:
    counters = new_counters()
    tell(counters, 1000, [with_disk(900)])
    tell(counters, 1300, [with_disk(900)])
    tell(counters, 1600, [stopped(None)])  # its last run is not read yet
    counters = restarted(restarted(counters))
    tell(counters, 1900, [stopped(None)])
    load(counters, 900, 1600)
    drawn = 600 * watts(with_disk(900), cpu_ratio=0.5) + 300 * watts(stopped(None))
    assert settle_all(counters) == pytest.approx(drawn)


def test_what_vanished_awaits_its_last_read_after_a_restart() -> None:
    counters = new_counters()
    tell(counters, 1000, [began(900)])
    tell(counters, 1300, [began(900)])
    tell(counters, 1600, [])
    counters = restarted(restarted(counters))
    [awaiting] = counters.departed()
    measured = awaiting.last_measured
    assert measured is not None and measured.until == 1300
    assert measured.resource == replace(began(900), name="i-1", tags={}, info={})
    load(counters, 900, 1300)
    counters.advance(2000, {"i-1": 1300})
    assert not counters.departed()
    assert settle_all(counters) == pytest.approx(300 * HALF)


def test_so_many_are_kept_with_their_description_and_the_others_by_their_cloud_s_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "MOST_KEPT_AWAITING", 2)
    counters = new_counters()
    machines = [began(900, f"i-{number}") for number in range(5)]
    tell(counters, 1000, machines)
    tell(counters, 1300, [])
    kept = list(read_counters(counters.dump()))
    assert [type(row) for row in kept].count(SavedAwaiting) == 2
    assert [type(row) for row in kept].count(SavedLife) == 3
    assert max(len(json.dumps(row.row())) for row in kept) < 500


@pytest.mark.parametrize(
    "nonsense",
    [
        [["warp", "", 1, "", "", 1, "", 0, 1]],
        [["vcpu", "", 1, "warp", "", 1, "", 0, 1]],
        [["vcpu", "", -1, "", "", 1, "", 0, 1]],
        [["vcpu"]],
        7,
    ],
)
def test_a_description_that_makes_no_sense_is_said(nonsense: object) -> None:
    version = [0, 1, None, {}, nonsense]
    place = ["a/b", "aws", "1", "eu-west-1", ""]
    row = ["awaits", "t", 0, 1, 9, "i-1", 0, 9, 0, 0, 0, *place, [version]]
    with pytest.raises((ValueError, TypeError)):
        list(read_counters([row]))
    with pytest.raises(ValueError, match="nothing says what i-1 was"):
        list(read_counters([row[:11]]))


@pytest.mark.slow
@given(TIMELINES)
def test_all_moments_move_with_the_clock(saved: SavedTimeline) -> None:
    moved = saved.moved(60)
    assert moved.covered_until == saved.covered_until + 60
    assert moved.seen_until == saved.seen_until + 60
    then = [version.since for version in saved.versions]
    assert [version.since for version in moved.versions] == [since + 60 for since in then]
    assert [version.resource for version in moved.versions] == [
        version.resource for version in saved.versions
    ]
