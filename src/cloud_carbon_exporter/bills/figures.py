"""Figures of one unit of what a bill has, by the model of the live side: what it draws and emits.

A unit is an hour of a machine, a GiB over an hour, a GiB or a request. Sums are linear in them, so
that an engine can add up rows, and errors by fact as `model/sums.py` does: what a fact takes a
unit up or down adds up; what each resource has alone adds up in squares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import NamedTuple

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.bills.parts import Parts
from cloud_carbon_exporter.bills.shapes import Reading
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.held import Held, add_held, held
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, SECONDS_PER_HOUR
from cloud_carbon_exporter.model.sums import Sum, footprint_sum
from cloud_carbon_exporter.model.types import BASES, Basis
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB

QUANTITIES = ("energy", "operational", "embodied", "emissions")
"""What is told of each group: kWh, and grams of CO2eq; emissions are both kinds together."""


PARTS = ("energy", "operational", "embodied")
"""Quantities that emissions follow from."""


class Reach(NamedTuple):
    """How far a fact may take one unit of a quantity below and above its value."""

    fact: str
    down: float
    up: float


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """Quantity of one unit. own: what a resource may be off by itself, whatever others are."""

    value: float
    own_down: float
    own_up: float
    by_fact: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """Quantities of one unit, and how they are known. weakness: rank of the basis, 0 the best.

    held: hardware of one unit, times its seconds.
    """

    of: Mapping[str, UnitFigure]
    basis: Basis
    reason: str
    held: Held

    @property
    def weakness(self) -> int:
        """Rank of the basis: the weakest of a group is the largest."""
        return BASES.index(self.basis)


def figures_of(provider: str, reading: Reading, method: Method) -> UnitFigures:
    """Figures of one unit of what a shape was read as, at the usual load of its kind."""
    return _figures(provider, reading.kind, reading.place, reading.parts, method)


@cache
def _figures(provider: str, kind: str, place: str, parts: Parts, method: Method) -> UnitFigures:
    # One unit in an hour: of requests one, of bytes a GiB. What is scanned or logged is a GiB too.
    loads: dict[str, float] = {}
    if any(part.per for part in parts):
        loads = {"requests": 1 / SECONDS_PER_HOUR, "bytes": BYTES_PER_GIB / SECONDS_PER_HOUR}
    result = estimate.components(parts, provider, place, loads, grid_method=method, kind=kind)
    sums = footprint_sum([result.footprint])
    of = {
        "energy": _unit(sums.power_watts.scaled(SECONDS_PER_HOUR / JOULES_PER_KILOWATT_HOUR)),
        "operational": _unit(sums.operational_grams_per_second.scaled(SECONDS_PER_HOUR)),
        "embodied": _unit(sums.embodied_grams_per_second.scaled(SECONDS_PER_HOUR)),
        "emissions": _unit(sums.emissions_grams_per_second.scaled(SECONDS_PER_HOUR)),
    }
    over_an_hour: dict[str, float] = {}
    add_held(over_an_hour, held(parts, loads, kind), SECONDS_PER_HOUR)
    return UnitFigures(of, result.basis, result.reason, tuple(over_an_hour.items()))


def _unit(of: Sum) -> UnitFigure:
    return UnitFigure(of.value, sqrt(of.down.own), sqrt(of.up.own), tuple(_reaches(of)))


def _reaches(of: Sum) -> Iterator[Reach]:
    down, up = of.down.by_fact, of.up.by_fact
    for fact in dict.fromkeys((*down, *up)):
        yield Reach(fact, down.get(fact, 0), up.get(fact, 0))
