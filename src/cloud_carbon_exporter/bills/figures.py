"""Figures of one unit of what a bill has, by the model of the live side: what it draws and emits.

A unit is an hour of a machine, a GiB over an hour, a GiB or a request. Sums are linear in them, so
that an engine can add up rows, and errors by fact as `model/sums.py` does: what a fact takes a
unit up or down adds up; what each resource has alone adds up in squares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import hypot, sqrt
from typing import NamedTuple

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.bills.parts import Parts
from cloud_carbon_exporter.bills.shapes import Reading
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.held import Held, add_held, held
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, SECONDS_PER_HOUR
from cloud_carbon_exporter.model.sums import Sum, footprint_sum
from cloud_carbon_exporter.model.types import BASES, Basis
from cloud_carbon_exporter.model.water import liters
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB

QUANTITIES = ("energy", "operational", "embodied", "emissions")
"""What is told of each group: kWh, and grams of CO2eq; emissions are both kinds together."""


LOAD = "cpu_ratio"
"""Signal that a load read elsewhere stands for."""
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

    def times(self, factor: float) -> UnitFigure:
        """So many times of it, errors and all."""
        by_fact = [Reach(fact, down * factor, up * factor) for fact, down, up in self.by_fact]
        own_down, own_up = self.own_down * factor, self.own_up * factor
        return UnitFigure(self.value * factor, own_down, own_up, tuple(by_fact))


def _both(first: UnitFigure, second: UnitFigure) -> UnitFigure:
    """Sum of two quantities; what each fact does to it, engines add up from their parts."""
    own_down = hypot(first.own_down, second.own_down)
    own_up = hypot(first.own_up, second.own_up)
    return UnitFigure(first.value + second.value, own_down, own_up, ())


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """Quantities of one unit, and how they are known. weakness: rank of the basis, 0 the best.

    held: hardware of one unit, times its seconds. liters: of water, on site and of its power.
    """

    of: Mapping[str, UnitFigure]
    basis: Basis
    reason: str
    held: Held
    liters: float

    def at_grid(self, ratio: float) -> UnitFigures:
        """The same where the grid is so many times its annual intensity: its errors go with it."""
        if ratio == 1:
            return self
        operational = self.of["operational"].times(ratio)
        emissions = _both(operational, self.of["embodied"])
        return replace(self, of={**self.of, "operational": operational, "emissions": emissions})

    @property
    def weakness(self) -> int:
        """Rank of the basis: the weakest of a group is the largest."""
        return BASES.index(self.basis)


def figures_of(
    provider: str, reading: Reading, method: Method, load: float | None = None
) -> UnitFigures:
    """Figures of one unit of what a shape was read as, at a CPU load, or the usual of its kind."""
    return _figures(provider, reading.kind, reading.place, reading.parts, method, load)


@cache
def _figures(
    provider: str, kind: str, place: str, parts: Parts, method: Method, load: float | None
) -> UnitFigures:
    # One unit in an hour: of requests one, of bytes a GiB. What is scanned or logged is a GiB too.
    loads: dict[str, float] = {} if load is None else {LOAD: load}
    if any(part.per for part in parts):
        loads["requests"] = 1 / SECONDS_PER_HOUR
        loads["bytes"] = BYTES_PER_GIB / SECONDS_PER_HOUR
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
    joules = sums.power_watts.value * SECONDS_PER_HOUR
    water = sum(liters(joules, facts.place(provider, place)))
    return UnitFigures(of, result.basis, result.reason, tuple(over_an_hour.items()), water)


def _unit(of: Sum) -> UnitFigure:
    return UnitFigure(of.value, sqrt(of.down.own), sqrt(of.up.own), tuple(_reaches(of)))


def _reaches(of: Sum) -> Iterator[Reach]:
    down, up = of.down.by_fact, of.up.by_fact
    for fact in dict.fromkeys((*down, *up)):
        yield Reach(fact, down.get(fact, 0), up.get(fact, 0))
