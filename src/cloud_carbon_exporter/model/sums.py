"""Sums over many resources, with an interval that comes from what their estimates share.

Whatever groups are made of resources, and in whatever order they are added, the sum is the same:
a sum keeps what each fact may take it down and up, and draws its interval from that at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import hypot, sqrt
from operator import mul
from typing import NamedTuple

from cloud_carbon_exporter.model.emissions import weakest
from cloud_carbon_exporter.model.errors import Columns, Errors, Factor, PackedUnits, Units, columns
from cloud_carbon_exporter.model.facts import figures
from cloud_carbon_exporter.model.place_facts import fact_of_grid, fact_of_pue
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.quick import quick_dataclass
from cloud_carbon_exporter.model.types import (
    Basis,
    CarbonIntensity,
    Estimate,
    Footprint,
    Place,
)

NO_FACT = ""
"""What an estimate is wrong by that says nothing of its facts: it errs as all such do."""


@quick_dataclass(frozen=True, slots=True)
class Reach:
    """Reach of a sum to one side: by each fact that its terms share, and by what each has alone.

    own: squares of what no two terms have in common, added up.
    """

    by_fact: Mapping[str, float] = field(default_factory=dict)
    own: float = 0

    def times(self, value: float, fact: str, factor: float, deviation: float) -> Reach:
        """Reach of the sum, which is `value`, times a factor that itself may be off."""
        wide = hypot(factor, deviation)
        by_fact = {known: reach * wide for known, reach in self.by_fact.items()}
        by_fact[fact] = by_fact.get(fact, 0) + value * deviation
        return Reach(by_fact, self.own * wide * wide)

    def scaled(self, ratio: float) -> Reach:
        """Reach of the sum times a number that is known exactly."""
        by_fact = {fact: reach * ratio for fact, reach in self.by_fact.items()}
        return Reach(by_fact, self.own * ratio * ratio)

    def whole(self) -> float:
        """All of it: facts err independently of one another."""
        return hypot(sqrt(self.own), *self.by_fact.values())


def _reach_of_all(reaches: Sequence[Reach]) -> Reach:
    """Reach of a sum of sums."""
    by_fact: dict[str, float] = {}
    for reach in reaches:
        for fact, deviation in reach.by_fact.items():
            by_fact[fact] = by_fact.get(fact, 0) + deviation
    return Reach(by_fact, sum([reach.own for reach in reaches]))


@dataclass(frozen=True, slots=True)
class Sum:
    """Sum of estimates that can be added to another one: value, and reach below and above it."""

    value: float = 0
    down: Reach = field(default_factory=Reach)
    up: Reach = field(default_factory=Reach)
    basis: Basis = "measured"

    def __add__(self, other: Sum) -> Sum:
        return sum_of_all((self, other))

    @property
    def estimate(self) -> Estimate:
        """The sum with its 90 % interval."""
        lower = max(0.0, self.value - self.down.whole())
        return Estimate(self.value, lower, self.value + self.up.whole(), self.basis)

    def scaled(self, ratio: float) -> Sum:
        """The sum times a number that is known exactly, such as seconds."""
        down, up = self.down.scaled(ratio), self.up.scaled(ratio)
        return Sum(self.value * ratio, down, up, self.basis)

    def times(self, factor: Factor, basis: Basis, unit: float = 1) -> Sum:
        """The sum times one factor of all its terms, in `unit`s."""
        value = self.value
        scaled = Factor(factor.fact, *(number * unit for number in factor[1:]))
        return Sum(
            value * scaled.value,
            self.down.times(value, scaled.fact, scaled.value, scaled.down),
            self.up.times(value, scaled.fact, scaled.value, scaled.up),
            weakest(self.basis, basis),
        )


def sum_of_all(sums: Sequence[Sum]) -> Sum:
    """Sum of sums over different resources."""
    return Sum(
        sum([part.value for part in sums]),
        _reach_of_all([part.down for part in sums]),
        _reach_of_all([part.up for part in sums]),
        weakest("measured", *{part.basis for part in sums}),
    )


def over_time(sums: Sequence[Sum]) -> Sum:
    """Sum of what the same resources drew or emitted in several stretches of time.

    What a resource has alone, it has in each of them: it errs alike in all, as a fact does.
    """
    added = sum_of_all(sums)
    down = sum([sqrt(part.down.own) for part in sums])
    up = sum([sqrt(part.up.own) for part in sums])
    return Sum(
        added.value,
        Reach(added.down.by_fact, down * down),
        Reach(added.up.by_fact, up * up),
        added.basis,
    )


@dataclass(frozen=True, slots=True)
class FootprintSum:
    """Sum of the Footprints of so many resources. Those without a grid add no operational grams."""

    resources: int = 0
    power_watts: Sum = field(default_factory=Sum)
    operational_grams_per_second: Sum = field(default_factory=Sum)
    embodied_grams_per_second: Sum = field(default_factory=Sum)

    @property
    def emissions_grams_per_second(self) -> Sum:
        """Of power and of manufacture together."""
        return self.operational_grams_per_second + self.embodied_grams_per_second

    def __add__(self, other: FootprintSum) -> FootprintSum:
        return together((self, other))


def together(sums: Iterable[FootprintSum]) -> FootprintSum:
    """Sum of sums, in whatever order; of none it is 0."""
    parts = tuple(sums)
    return FootprintSum(
        sum([part.resources for part in parts]),
        sum_of_all([part.power_watts for part in parts]),
        sum_of_all([part.operational_grams_per_second for part in parts]),
        sum_of_all([part.embodied_grams_per_second for part in parts]),
    )


def footprint_sum(footprints: Iterable[Footprint]) -> FootprintSum:
    """Sum of the Footprints of resources."""
    by_place: defaultdict[tuple[int, int], list[Footprint]] = defaultdict(list)
    sums: list[FootprintSum] = []
    for footprint in footprints:
        errors = footprint.errors
        if errors is None:
            sums.append(_of_estimates(footprint))
        else:
            # what stands in one place has the same objects for it: see `Surroundings`
            by_place[id(errors.place), id(errors.intensity)].append(footprint)
    sums += map(_in_one_place, by_place.values())
    return together(sums)


def sum_of(estimate: Estimate | None) -> Sum:
    """Sum of one estimate that says nothing of its facts; 0 of none."""
    if estimate is None:
        return Sum()
    return Sum(
        estimate.value,
        Reach({NO_FACT: estimate.value - estimate.lower}),
        Reach({NO_FACT: estimate.upper - estimate.value}),
        estimate.basis,
    )


def _of_estimates(footprint: Footprint) -> FootprintSum:
    return FootprintSum(
        1,
        sum_of(footprint.power_watts),
        sum_of(footprint.operational_grams_per_second),
        sum_of(footprint.embodied_grams_per_second),
    )


def _in_one_place(footprints: Sequence[Footprint]) -> FootprintSum:
    """Sum over resources with the same PUE and grid, by which they are multiplied all at once."""
    watts = grams = 0.0
    of_watts, of_grams = list[Units | PackedUnits](), list[Units]()
    bases: set[Basis] = set()
    for footprint in footprints:
        watts += footprint.power_watts.value
        grams += footprint.embodied_grams_per_second.value
        bases.add(footprint.basis)
        if footprint.errors is not None:
            of_watts.append(footprint.errors.watts)
            of_grams.append(footprint.errors.grams)
            place, intensity = footprint.errors.place, footprint.errors.intensity
    drawn = _terms(watts / place.pue_ratio.value, of_watts)
    made = _terms(grams, of_grams)
    return in_one_place(len(footprints), drawn, made, place, intensity, weakest(*bases))


class Terms(NamedTuple):
    """Sum of terms of hardware: errors of one unit, units, and the sum of squares of units."""

    value: float
    errors: Sequence[Errors | PackedUnits]
    units: Sequence[float]
    squares: Sequence[float]


def _terms(value: float, terms: Sequence[Units | PackedUnits]) -> Terms:
    errors = [term.errors if isinstance(term, Units) else term for term in terms]
    units = [term.units for term in terms]
    return Terms(value, errors, units, list(map(mul, units, units)))


def in_one_place(
    resources: int,
    watts: Terms,
    grams: Terms,
    place: Place,
    intensity: CarbonIntensity | None,
    basis: Basis,
) -> FootprintSum:
    """Sum over hardware with the same PUE and grid. watts: of the hardware, without PUE."""
    pue = place.pue_ratio
    power = _summed(watts, basis).times(_factor(fact_of_pue(place), pue), basis)
    operational = Sum()
    if intensity is not None:
        grid = intensity.grams_per_kilowatt_hour
        factor = _factor(fact_of_grid(place, intensity), grid)
        operational = power.times(factor, grid.basis, 1 / JOULES_PER_KILOWATT_HOUR)
    return FootprintSum(resources, power, operational, _summed(grams, basis))


_Alike = tuple[list[Errors | PackedUnits], list[float], list[float]]


def _summed(terms: Terms, basis: Basis) -> Sum:
    """Sum of terms: those that are off by the same facts go together."""
    by_facts: defaultdict[tuple[str, ...], _Alike] = defaultdict(lambda: ([], [], []))
    for errors, units, squares in zip(terms.errors, terms.units, terms.squares, strict=True):
        alike = by_facts[errors.facts]
        alike[0].append(errors)
        alike[1].append(units)
        alike[2].append(squares)
    down, up = list[Reach](), list[Reach]()
    for facts, (of_terms, *amounts) in by_facts.items():
        deviations = columns(len(facts), of_terms)
        down.append(_reach(facts, deviations[: len(facts)], *amounts))
        up.append(_reach(facts, deviations[len(facts) :], *amounts))
    return Sum(terms.value, _reach_of_all(down), _reach_of_all(up), basis)


def _reach(facts: tuple[str, ...], deviations: Columns, *amounts: Sequence[float]) -> Reach:
    """Reach of a sum whose terms are all off by the same facts; a column for each of them."""
    by_fact: dict[str, float] = {}
    own, (units, squares) = 0.0, amounts
    for fact, column in zip(facts, deviations, strict=True):
        share = _alike(fact)
        by_fact[fact] = sqrt(share) * sum(map(mul, column, units))
        if share < 1:
            own += (1 - share) * sum(map(mul, map(mul, column, column), squares))
    return Reach(by_fact, own)


@cache
def _alike(fact: str) -> float:
    """How much of a fact's variance all that use it share; 1 but where its row says less."""
    row = figures().get(fact)
    return row.alike if row else 1


def _factor(fact: str, estimate: Estimate) -> Factor:
    value = estimate.value
    return Factor(fact, value, value - estimate.lower, estimate.upper - value)
