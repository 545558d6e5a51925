"""Fleets of the made-up estate: who sits in a seat when, by the clock alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.providers.demo.blueprints import Blueprint
from cloud_carbon_exporter.providers.demo.day import (
    BUSIEST_HOUR,
    QUIETEST_HOUR,
    SLOT_SECONDS,
    activity,
    day_number,
    slot,
)
from cloud_carbon_exporter.providers.demo.places import Spot


@dataclass(frozen=True, slots=True)
class Member:
    """Seat of a fleet.

    `by_day` sits in it when rank < seats x level of the region, else `by_night`.

    seats: how many the fleet has in this region. number: of the seat, over all regions.
    """

    by_day: Blueprint
    by_night: Blueprint
    spot: Spot
    rank: int
    seats: int
    number: int


class Tenure(NamedTuple):
    """Tenure of a machine in a seat: whose, of which day, and from when until when.

    Who sits in a seat changes with the hour the day begins at; and the seat is never empty.
    """

    by_day: bool
    day: int
    started: float
    ended: float


def fleet_level(at: float, region: str) -> float:
    """Share of a fleet's seats that the day's machines hold."""
    return 0.2 + 0.7 * activity(at, region)


def tenure_at(member: Member, at: float) -> Tenure:
    """Tenure of the machine that sits in a seat at a moment, in Unix seconds."""
    return _tenure(member.rank, member.seats, member.spot.region, slot(at))


@lru_cache(maxsize=1 << 16)
def _tenure(rank: int, seats: int, region: str, number: int) -> Tenure:
    by_day, day = _occupant(rank, seats, region, number)
    first = last = number
    step = DAY_SECONDS // SLOT_SECONDS
    # A tenure is of one day, and unbroken: its ends are found by halving steps.
    while step:
        while _occupant(rank, seats, region, first - step) == (by_day, day):
            first -= step
        while _occupant(rank, seats, region, last + step) == (by_day, day):
            last += step
        step //= 2
    return Tenure(by_day, day, float(first * SLOT_SECONDS), float((last + 1) * SLOT_SECONDS))


def _occupant(rank: int, seats: int, region: str, number: int) -> tuple[bool, int]:
    """Whether the day's machine sits in a seat in a slot, and of which day the one that does is."""
    at = number * float(SLOT_SECONDS)
    by_day = rank < round(seats * fleet_level(at, region))
    return by_day, day_number(at, region, QUIETEST_HOUR if by_day else BUSIEST_HOUR)
