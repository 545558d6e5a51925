"""Estate that is made up: raw objects made once from a seed, and fleets that follow the clock."""

from __future__ import annotations

import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, islice
from typing import NamedTuple

from cloud_carbon_exporter.providers.demo.blueprints import (
    BLUEPRINTS,
    FLEETS,
    UNSUPPORTED,
    Blueprint,
)
from cloud_carbon_exporter.providers.demo.fleets import Member, Tenure, tenure_at
from cloud_carbon_exporter.providers.demo.listings import ListCall
from cloud_carbon_exporter.providers.demo.places import Spot
from cloud_carbon_exporter.providers.spec import Raw

LISTED_AFTER_SECONDS = 3600
"""Time for which a machine that has ended is still listed."""

FLEET_SHARE = 20
"""One resource in so many belongs to a fleet."""

TEAMS = ("storefront", "platform", "data", "finance")
ENVIRONMENTS = ("prod", "prod", "prod", "staging", "dev")
# Repeated ones are more frequent: an estate has more production than tests, more small disks.
SIZES_GIB = (8, 20, 50, 100, 100, 200, 500, 2000)

_64_BITS = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15  # odd, so multiplying by it modulo 2^64 maps no two numbers to one
_FLEET_NUMBERS = 1 << 44  # above every static resource's number
_UNSUPPORTED_NUMBERS = 1 << 43


class ListedAt(NamedTuple):
    """List call, and the place it is made in: a region, a zone, or "global" for a project."""

    call: ListCall
    where: str


@dataclass(frozen=True, slots=True)
class Estate:
    """All objects of a seed and size."""

    seed: int
    steady: Mapping[ListedAt, Sequence[Raw]]
    members: Mapping[ListedAt, Sequence[Member]]

    def objects(self, listed_at: ListedAt, at: float) -> Iterator[Raw]:
        """What a list call answers in a place at a moment, in Unix seconds.

        Machines that have ended stay listed for an hour, as EC2 lists them.
        """
        yield from self.steady.get(listed_at, ())
        for member in self.members.get(listed_at, ()):
            yield from _seated(member, at, self.seed)

    def sat(
        self, since: float, until: float
    ) -> Iterator[tuple[ListedAt, Raw, tuple[float, float]]]:
        """Machines that sat in the fleets' seats, each with the part of a time it did so in."""
        for listed_at, members in self.members.items():
            for member in members:
                at = since
                while at < until:
                    tenure = tenure_at(member, at)
                    stay = at, min(tenure.ended, until)
                    yield listed_at, _machine(member, tenure, self.seed), stay
                    at = tenure.ended

    def count(self, provider: str) -> int:
        """Number of objects in a cloud, at any moment: a fleet's seats are always taken."""
        total = 0
        for objects in (self.steady, self.members):
            for listed_at, there in objects.items():
                if listed_at.call.provider == provider:
                    total += len(there)
        return total


def build(seed: int, resources: int) -> Estate:
    """Estate of so many resources, each with a footprint of its own; same arguments, same estate.

    Counted are instances, volumes, databases and buckets, stopped and unattached ones and the
    fleets' seats included. What no ServiceSpec knows comes on top. The first resources are one of
    each blueprint, the others drawn by weight.
    """
    seats = resources // FLEET_SHARE
    steady: dict[ListedAt, list[Raw]] = defaultdict(list)
    unsupported = UNSUPPORTED if resources else ()
    numbered = chain(
        enumerate(_drawn(seed, resources - seats)), enumerate(unsupported, _UNSUPPORTED_NUMBERS)
    )
    for number, blueprint in numbered:
        spot = _spot(blueprint, number, seed)
        raw = _raw(blueprint, number, seed, spot)
        steady[ListedAt(blueprint.call, blueprint.call.where(spot))].append(raw)
    members: dict[ListedAt, list[Member]] = defaultdict(list)
    for member in _members(seats):
        call = member.by_day.call
        members[ListedAt(call, call.where(member.spot))].append(member)
    return Estate(seed, dict(steady), dict(members))


def _drawn(seed: int, count: int) -> Iterator[Blueprint]:
    """One of each blueprint, as far as `count` goes, and then as many more, drawn by weight."""
    yield from BLUEPRINTS[:count]
    if count > len(BLUEPRINTS):
        weights = [blueprint.weight for blueprint in BLUEPRINTS]
        draw = random.Random(seed)  # noqa: S311 - an estate to look at, not a secret
        yield from draw.choices(BLUEPRINTS, weights, k=count - len(BLUEPRINTS))


def _members(seats: int) -> Iterator[Member]:
    """Seats of all fleets, dealt out in turn to the spots of each."""
    number = 0
    for index, fleet in enumerate(FLEETS):
        seats_of_fleet = len(range(index, seats, len(FLEETS)))
        spots = tuple(islice(cycle(fleet.by_day.spots), seats_of_fleet))
        seats_in = Counter(spot.region for spot in spots)
        taken: Counter[str] = Counter()
        for spot in spots:
            rank = taken[spot.region]
            taken[spot.region] += 1
            yield Member(fleet.by_day, fleet.by_night, spot, rank, seats_in[spot.region], number)
            number += 1


def _seated(member: Member, at: float, seed: int) -> Iterator[Raw]:
    """Machine that holds a seat now, and those that left it within the last hour.

    It lives from one coming to the next, so tomorrow's is another.
    """
    tenure = tenure_at(member, at)
    yield _machine(member, tenure, seed)
    while tenure.started > at - LISTED_AFTER_SECONDS:
        tenure = tenure_at(member, tenure.started - 1)
        yield {**_machine(member, tenure, seed), "state": "terminated", "ended": tenure.ended}


def _machine(member: Member, tenure: Tenure, seed: int) -> Raw:
    blueprint = member.by_day if tenure.by_day else member.by_night
    number = _FLEET_NUMBERS | (member.number * 2 + tenure.by_day) << 16 | tenure.day & 0xFFFF
    return {**_raw(blueprint, number, seed, member.spot), "started": tenure.started}


def _token(number: int, seed: int) -> int:
    """64 bits that belong to one number of a seed: its id, and the dice of its properties."""
    return (number * _ODD ^ zlib.crc32(b"%d" % seed)) & _64_BITS


def _spot(blueprint: Blueprint, number: int, seed: int) -> Spot:
    chance = _token(number, seed) >> 32
    return blueprint.spots[chance % len(blueprint.spots)]


def _raw(blueprint: Blueprint, number: int, seed: int, spot: Spot) -> Raw:
    token = _token(number, seed)
    chance = token >> 32
    return {
        "kind": blueprint.kind,
        "id": f"{token:016x}",
        "name": f"{blueprint.service}-{number & (_UNSUPPORTED_NUMBERS - 1)}",
        "type": blueprint.types[(chance >> 5) % len(blueprint.types)],
        "region": spot.region,
        "zone": spot.zone,
        "gib": SIZES_GIB[(chance >> 10) % len(SIZES_GIB)],
        "profile": blueprint.profile,
        "tags": _TAGS[blueprint.service][chance % len(ENVIRONMENTS)],
        **blueprint.extra,
    }


def _tags_of(service: str) -> list[Mapping[str, str]]:
    """Tags of a service, one set for each environment; its team is always the same."""
    team = TEAMS[zlib.crc32(service.encode()) % len(TEAMS)]
    return [{"team": team, "env": env, "service": service} for env in ENVIRONMENTS]


_EVERY_BLUEPRINT = chain(BLUEPRINTS, UNSUPPORTED, chain.from_iterable(FLEETS))
_SERVICES = {blueprint.service for blueprint in _EVERY_BLUEPRINT}
_TAGS = {service: _tags_of(service) for service in _SERVICES}
