"""The made-up estate: raw objects as small dicts made once from a seed, and fleets that come and go
by the clock.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cloud_carbon_exporter.providers.demo.blueprints import (
    BLUEPRINTS,
    FLEETS,
    SCOPE_OF,
    UNSUPPORTED,
    Blueprint,
    ListingKey,
)
from cloud_carbon_exporter.providers.demo.day import (
    BUSIEST_HOUR,
    QUIETEST_HOUR,
    SLOT_SECONDS,
    activity,
    day_number,
    slot,
)
from cloud_carbon_exporter.providers.spec import Raw

FLEET_SHARE = 20
"""One resource in so many belongs to a fleet."""

TEAMS = ("storefront", "platform", "data", "finance")
ENVIRONMENTS = ("prod", "prod", "prod", "staging", "dev")
SIZES_GIB = (8, 20, 50, 100, 100, 200, 500, 2000)

_64_BITS = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15  # odd, so multiplying by it modulo 2^64 maps no two numbers to one
_FLEET_NUMBERS = 1 << 44  # above every static resource's number
_UNSUPPORTED_NUMBERS = 1 << 43

Sweep = tuple[ListingKey, str]
"""One Listing in one place: a region, a zone, or "global" for a project."""


@dataclass(frozen=True, slots=True)
class Member:
    """One seat of a fleet. By day `by_day` sits in it when rank < seats x level of the region, else
    `by_night`.
    """

    by_day: Blueprint
    by_night: Blueprint
    region: str
    zone: str
    rank: int
    seats: int
    number: int


@dataclass(frozen=True, slots=True)
class Estate:
    """All objects of a seed and size. `objects` and `count` answer for a moment in Unix seconds."""

    seed: int
    steady: Mapping[Sweep, tuple[Raw, ...]]
    members: Mapping[Sweep, tuple[Member, ...]]

    def objects(self, sweep: Sweep, at: float) -> Iterator[Raw]:
        """What a list call in this sweep answers at that moment."""
        yield from self.steady.get(sweep, ())
        moment = slot(at) * float(SLOT_SECONDS)
        for member in self.members.get(sweep, ()):
            yield _seated(member, moment, self.seed)

    def count(self, listings: frozenset[ListingKey]) -> int:
        """How many objects these listings hold together, at any moment: a fleet's seats are always
        taken.
        """
        every = (*self.steady.items(), *self.members.items())
        return sum(len(found) for (listing, _), found in every if listing in listings)


def build(seed: int, resources: int) -> Estate:
    """The estate of `resources` resources, each with a footprint of its own; same arguments, same
    estate.

    Counted are instances, volumes, databases and buckets, stopped and unattached ones and the
    fleets' seats included. What no ServiceSpec knows comes on top. The first resources are one of
    each blueprint, the others drawn by weight.
    """
    seats = resources // FLEET_SHARE
    steady: dict[Sweep, list[Raw]] = {}
    for number, blueprint in enumerate(_drawn(seed, resources - seats)):
        raw = _raw(blueprint, number, seed)
        steady.setdefault(
            (blueprint.listing, _place(blueprint, raw["region"], raw["zone"])), []
        ).append(raw)
    for number, blueprint in enumerate(UNSUPPORTED if resources else (), _UNSUPPORTED_NUMBERS):
        raw = _raw(blueprint, number, seed)
        steady.setdefault(
            (blueprint.listing, _place(blueprint, raw["region"], raw["zone"])), []
        ).append(raw)
    members: dict[Sweep, list[Member]] = {}
    for member in _members(seats):
        members.setdefault(
            (member.by_day.listing, _place(member.by_day, member.region, member.zone)), []
        ).append(member)
    return Estate(
        seed,
        {sweep: tuple(found) for sweep, found in steady.items()},
        {sweep: tuple(found) for sweep, found in members.items()},
    )


def fleet_level(at: float, region: str) -> float:
    """The share of a fleet's seats that the day's machines hold."""
    return 0.2 + 0.7 * activity(at, region)


def _drawn(seed: int, count: int) -> Iterator[Blueprint]:
    yield from BLUEPRINTS[:count]
    if count > len(BLUEPRINTS):
        weights = [blueprint.weight for blueprint in BLUEPRINTS]
        draw = random.Random(seed)  # noqa: S311 - an estate to look at, not a secret
        yield from draw.choices(BLUEPRINTS, weights, k=count - len(BLUEPRINTS))


def _members(seats: int) -> Iterator[Member]:
    number = 0
    for fleet, (by_day, by_night) in enumerate(FLEETS):
        share = len(range(fleet, seats, len(FLEETS)))
        places = [by_day.places[seat % len(by_day.places)] for seat in range(share)]
        of_region: dict[str, int] = {}
        for region, _ in places:
            of_region[region] = of_region.get(region, 0) + 1
        taken: dict[str, int] = {}
        for region, zone in places:
            rank = taken[region] = taken.get(region, -1) + 1
            yield Member(by_day, by_night, region, zone, rank, of_region[region], number)
            number += 1


def _seated(member: Member, at: float, seed: int) -> Raw:
    """Who holds the seat now. A machine lives from one coming to the next, so tomorrow's is
    another.
    """
    by_day = member.rank < round(member.seats * fleet_level(at, member.region))
    blueprint = member.by_day if by_day else member.by_night
    day = day_number(at, member.region, QUIETEST_HOUR if by_day else BUSIEST_HOUR)
    number = _FLEET_NUMBERS | (member.number * 2 + by_day) << 16 | day & 0xFFFF
    return _raw(blueprint, number, seed, (member.region, member.zone))


def _place(blueprint: Blueprint, region: str, zone: str) -> str:
    scope = SCOPE_OF[blueprint.listing]
    return "global" if scope == "project" else zone if scope == "zone" else region


def _raw(blueprint: Blueprint, number: int, seed: int, place: tuple[str, str] | None = None) -> Raw:
    token = (number * _ODD ^ zlib.crc32(b"%d" % seed)) & _64_BITS
    chance = token >> 32
    region, zone = place or blueprint.places[chance % len(blueprint.places)]
    return {
        "kind": blueprint.kind,
        "id": f"{token:016x}",
        "name": f"{blueprint.service}-{number & (_UNSUPPORTED_NUMBERS - 1)}",
        "type": blueprint.types[(chance >> 5) % len(blueprint.types)],
        "region": region,
        "zone": zone,
        "gib": SIZES_GIB[(chance >> 10) % len(SIZES_GIB)],
        "profile": blueprint.profile,
        "tags": _TAGS[blueprint.service, chance % len(ENVIRONMENTS)],
        **blueprint.extra,
    }


_TAGS: Mapping[tuple[str, int], Mapping[str, str]] = {
    (service, number): {
        "team": TEAMS[zlib.crc32(service.encode()) % len(TEAMS)],
        "env": env,
        "service": service,
    }
    for service in {
        blueprint.service for blueprint in (*BLUEPRINTS, *UNSUPPORTED, *sum(FLEETS, ()))
    }
    for number, env in enumerate(ENVIRONMENTS)
}
