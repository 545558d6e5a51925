"""Differences of two sums of estimates: a fact that both stand on errs in both, and cancels. Pure.

Each term bears a name. What a fact takes one side down by, it takes the other down by as well; what
a term has alone goes with its name, so that what stands on both sides unchanged adds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, sqrt

from cloud_carbon_exporter.model.emissions import weakest
from cloud_carbon_exporter.model.sums import Reach, Sum
from cloud_carbon_exporter.model.types import Basis

Terms = Mapping[str, Sum]
"""Terms of one side, each by the name of what it is of."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What one sum is more than another, with its 90 % interval; below 0 where it is less."""

    value: float
    lower: float
    upper: float
    basis: Basis

    def times(self, factor: float) -> Difference:
        """The same in another unit."""
        return Difference(self.value * factor, self.lower * factor, self.upper * factor, self.basis)


def difference(before: Terms, after: Terms) -> Difference:
    """What the terms after are more than those before."""
    value = sum(term.value for term in after.values()) - sum(term.value for term in before.values())
    # a fact that is lower than thought takes both sides down: the one before is subtracted
    if_low = _moves(_downs(before), _downs(after))
    if_high = _moves(_ups(after), _ups(before))
    below = above = 0.0
    for fact in if_low.keys() | if_high.keys():
        moves = (if_low.get(fact, 0.0), if_high.get(fact, 0.0))
        below = hypot(below, min(0.0, *moves))
        above = hypot(above, max(0.0, *moves))
    bases = {term.basis for side in (before, after) for term in side.values()}
    return Difference(value, value - below, value + above, weakest("measured", *bases))


def _downs(terms: Terms) -> Mapping[str, Reach]:
    return {name: term.down for name, term in terms.items()}


def _ups(terms: Terms) -> Mapping[str, Reach]:
    return {name: term.up for name, term in terms.items()}


def _moves(more: Mapping[str, Reach], less: Mapping[str, Reach]) -> dict[str, float]:
    """By how much each fact moves the difference: what it adds, without what it takes."""
    moves: defaultdict[str, float] = defaultdict(float)
    for sign, reaches in ((1, more), (-1, less)):
        for name, reach in reaches.items():
            for fact, deviation in reach.by_fact.items():
                moves[fact] += sign * deviation
            moves[f"own {name}"] += sign * sqrt(reach.own)
    return moves
