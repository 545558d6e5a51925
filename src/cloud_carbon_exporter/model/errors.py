"""Errors of a value by the fact that would be wrong: how far each may take it down and up.

A fact is one row of the tables, or rows that were read off one source together. It errs alike
wherever it is used, so within a fact deviations add up; two facts err independently of one another,
so over facts their squares do. See docs/model.md.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import expm1, hypot, log
from typing import NamedTuple

CERTAIN = 10**3
"""Logarithm of a ratio that is as good as none: exp(-1000) is 0."""


class Errors(NamedTuple):
    """Errors of one value: facts[i] may take it down[i] below and up[i] above itself."""

    facts: tuple[str, ...] = ()
    down: tuple[float, ...] = ()
    up: tuple[float, ...] = ()

    def reach(self) -> tuple[float, float]:
        """Reach of the 90 % interval below and above the value."""
        return hypot(*self.down), hypot(*self.up)

    def times(self, factor: float) -> Errors:
        """Errors of the value times a factor that is known exactly."""
        return Errors(
            self.facts,
            tuple([deviation * factor for deviation in self.down]),
            tuple([deviation * factor for deviation in self.up]),
        )

    def reaching(self, down: float, up: float) -> Errors:
        """The same facts in the same proportions, as far as the interval is known to reach."""
        below, above = self.reach()
        less = down / below if below else 0
        more = up / above if above else 0
        return Errors(
            self.facts,
            tuple([deviation * less for deviation in self.down]),
            tuple([deviation * more for deviation in self.up]),
        )

    def within(self, value: float) -> Errors:
        """Errors of a value that cannot be negative: none takes it below 0."""
        below = hypot(*self.down)
        if below <= value:
            return self
        return Errors(
            self.facts, tuple([deviation * value / below for deviation in self.down]), self.up
        )

    def also(self, fact: str, down: float, up: float) -> Errors:
        """With one more fact, independent of the others."""
        return Errors((*self.facts, fact), (*self.down, down), (*self.up, up))


def rising(values: Sequence[float], errors: Sequence[Errors]) -> tuple[Errors, ...]:
    """Errors of a curve that never falls: what may be drawn at rest may be at work, and no less."""
    found: list[Errors] = []
    least = most = 0.0
    for value, errs in zip(values, errors, strict=True):
        down, up = errs.reach()
        least, most = max(value - down, least), max(value + up, most)
        found.append(errs.reaching(value - least, most - value))
    return tuple(found)


class Factor(NamedTuple):
    """Factor that a value is multiplied by, and the fact that it is read from."""

    fact: str
    value: float
    down: float
    up: float


def product(value: float, errors: Errors, factor: Factor) -> Errors:
    """Errors of a value times a factor whose error is independent of its own.

    var(xy) = x^2 var(y) + y^2 var(x) + var(x) var(y), which holds where a value is 0, too. The
    last term goes to the facts of the value, so that the sum over facts is the same.
    """
    less, more = hypot(factor.value, factor.down), hypot(factor.value, factor.up)
    return Errors(
        (*errors.facts, factor.fact),
        (*[deviation * less for deviation in errors.down], value * factor.down),
        (*[deviation * more for deviation in errors.up], value * factor.up),
    )


class Units(NamedTuple):
    """Errors of so many units of one thing, all alike."""

    errors: Errors
    units: float

    def reach(self) -> tuple[float, float]:
        """Reach of the 90 % interval below and above the value of all units."""
        down, up = self.errors.reach()
        return down * self.units, up * self.units


class PackedUnits(NamedTuple):
    """Errors of so many units in few bytes: each of a hundred thousand machines has its own.

    deviations: those below the value, then those above it, in the order of the facts.
    """

    facts: tuple[str, ...]
    deviations: bytes
    units: float


def packed(units: Units) -> PackedUnits:
    """The same errors in few bytes."""
    facts, down, up = units.errors
    return PackedUnits(facts, array("d", (*down, *up)).tobytes(), units.units)


Columns = Sequence[Sequence[float]]
"""Deviations of many terms by one fact, fact by fact."""


def columns(count: int, terms: Iterable[Errors | PackedUnits]) -> Columns:
    """Deviations of terms that are off by the same facts, fact by fact: those below, then above."""
    numbers = array("d")
    for term in terms:
        if isinstance(term, PackedUnits):
            numbers.frombytes(term.deviations)
        else:
            numbers.extend(term.down)
            numbers.extend(term.up)
    return [numbers[index :: 2 * count] for index in range(2 * count)]


def product_of_ratios(value: float, errors: Errors, factor: Factor) -> Errors:
    """Errors of a value times a factor that may be many times as large: what a thing may be used.

    Bounds are ratios to the value here, and their logarithms add up as deviations do elsewhere:
    the interval of a product of log-normal factors. `product` would say that both are at their
    worst at once.
    """
    down, up = errors.reach()
    if not (value and factor.value):
        return product(value, errors, factor)
    less = (_ratio(value, value - down), _ratio(factor.value, factor.value - factor.down))
    more = (_ratio(value + up, value), _ratio(factor.value + factor.up, factor.value))
    whole = value * factor.value
    below, above = -expm1(-hypot(*less)) * whole, expm1(hypot(*more)) * whole
    own = errors.reaching(_share(below, less[0], less), _share(above, more[0], more))
    return own.also(factor.fact, _share(below, less[1], less), _share(above, more[1], more))


def _ratio(high: float, low: float) -> float:
    """Logarithm of a ratio, as far as a float can tell it from certainty."""
    return log(high / low) if low > 0 else CERTAIN


def _share(reach: float, part: float, parts: tuple[float, float]) -> float:
    """What one of two independent errors adds to their reach."""
    return reach * part / hypot(*parts) if part else 0


def added(terms: Sequence[Units]) -> Units:
    """Errors of the sum of several values: a fact that two of them share errs in both alike."""
    if len(terms) == 1:
        return terms[0]  # a hundred thousand disks have one object for the errors of a GiB
    facts, places = layout(tuple([term.errors.facts for term in terms]))
    down: list[float] = []
    up: list[float] = []
    for errors, units in terms:
        down += [deviation * units for deviation in errors.down]
        up += [deviation * units for deviation in errors.up]
    if places is not None:
        down, up = gathered(down, places, len(facts)), gathered(up, places, len(facts))
    return Units(Errors(facts, tuple(down), tuple(up)), 1)


@lru_cache(maxsize=65536)
def layout(
    of_terms: tuple[tuple[str, ...], ...],
) -> tuple[tuple[str, ...], tuple[int, ...] | None]:
    """Facts of a sum, and which of them each deviation belongs to; None where no two share one."""
    every: list[str] = []
    for facts in of_terms:
        every += facts
    facts = tuple(dict.fromkeys(every))
    if len(facts) == len(every):
        return facts, None
    position = {fact: index for index, fact in enumerate(facts)}
    return facts, tuple(position[fact] for fact in every)


def gathered(deviations: list[float], places: tuple[int, ...], count: int) -> list[float]:
    """Deviations by fact, of those whose places in a sum `layout` says."""
    sums = [0.0] * count
    for place, deviation in zip(places, deviations, strict=True):
        sums[place] += deviation
    return sums
