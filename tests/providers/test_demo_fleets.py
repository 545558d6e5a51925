"""Fleets of the made-up estate: each seat is always taken, and each tenure has its two ends."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.demo_support import HOUR, WEDNESDAY, client, listed, takers

from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.providers.demo.blueprints import FLEETS
from cloud_carbon_exporter.providers.demo.day import SLOT_SECONDS
from cloud_carbon_exporter.providers.demo.fleets import Member, tenure_at
from cloud_carbon_exporter.providers.description import Ended

SPOTS = FLEETS[0].by_day.spots

seats = st.integers(1, 40)
moments = st.floats(min_value=1_000_000_000, max_value=3_000_000_000)


def member(rank: int, number_of_seats: int, place: int) -> Member:
    fleet = FLEETS[0]
    spot = SPOTS[place % len(SPOTS)]
    return Member(fleet.by_day, fleet.by_night, spot, rank, number_of_seats, 7)


@pytest.mark.slow
@given(number_of_seats=seats, rank=st.integers(0, 39), place=st.integers(0, 20), at=moments)
def test_a_tenure_holds_from_its_start_to_its_end_and_no_longer(
    number_of_seats: int, rank: int, place: int, at: float
) -> None:
    seat = member(rank % number_of_seats, number_of_seats, place)
    tenure = tenure_at(seat, at)
    assert tenure.started <= at < tenure.ended
    assert tenure.ended - tenure.started <= DAY_SECONDS
    moment = tenure.started
    while moment < tenure.ended:
        assert tenure_at(seat, moment) == tenure
        moment += SLOT_SECONDS
    assert tenure_at(seat, tenure.started - 1).ended == tenure.started
    assert tenure_at(seat, tenure.ended).started == tenure.ended


def lived(at: float) -> tuple[set[str], list[Ended]]:
    """Ids of the machines of fleets that run at a moment, and the endings that are told then."""
    running: set[str] = set()
    endings: list[Ended] = []
    for listing, scope, raw in asyncio.run(listed(client(400, at=at))).objects:
        if "started" not in raw:
            continue
        [spec] = takers(listing, raw)
        life = spec.read(raw, scope)
        if isinstance(life, Ended):
            endings.append(life)
        else:
            assert life is not None
            assert life.started == raw["started"]
            running.add(life.id)
    return running, endings


@pytest.mark.parametrize("hours", range(0, 24, 3))
def test_who_left_within_the_hour_is_told_with_both_ends(hours: int) -> None:
    now = WEDNESDAY + hours * HOUR
    before, _ = lived(now - HOUR)
    running, endings = lived(now)
    assert before - running <= {ending.resource.id for ending in endings}
    for ending in endings:
        assert now - HOUR < ending.at <= now
        assert ending.resource.id not in running
        assert ending.resource.started is not None
        assert ending.resource.started < ending.at
        assert ending.resource.components
