"""Widths of intervals: how far watts lie from estimates, by how often a CPU model was measured.

Each is a quantile of ln(measured / estimated) over machines that were left out of the fit, apart
for what the fit had met of them (`KNOWN`) and for the load. A microarchitecture whose machines err
more or less than others has a spread, a factor on these logarithms, drawn towards that of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from typing import NamedTuple

import numpy as np

from bench.fit.data import LEVELS
from bench.fit.validate import FAMILIAR, KNOWN, Point

TAIL = 0.04
"""Part of the machines left out on either side of a 90 % interval.

Not 0.05: a quantile of some twenty machines lies within that of the next ones, and covers 88 %.
"""
PRIOR_MACHINES = 4.0
"""How many machines the spread of all microarchitectures together weighs against those of one."""
UNKNOWN_MACHINES = 1.0
"""By how many machines more a spread is widened, since a handful of machines tells it badly."""
FARTHEST = 2.5
"""No machine counts as farther off than so many widths: one strange one is not a family."""
NARROWEST = 0.02
"""Least logarithm of a bound: supplies and meters of the benchmark differ by as much."""
ENDS = {0: "idle", 100: "full"}
"""Loads at which a spread stands in the tables; between them it lies on a straight line."""

Bounds = tuple[float, float]
"""Logarithms below and above the estimate, both positive."""


class Left(NamedTuple):
    """A machine that was left out, at one load: ln(measured / estimated)."""

    machine: int
    group: str
    family: str
    known: str
    level: int
    off: float


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths by what is known of a server and load, and spreads by microarchitecture and end."""

    bounds: Mapping[tuple[str, int], Bounds]
    spreads: Mapping[tuple[str, int], float]

    def factor(self, known: str, family: str, level: int) -> float:
        """Spread of a microarchitecture at a load; that of one with few machines is wider."""
        if known not in FAMILIAR:
            return 1
        of_all = {end: self.spreads.get(("all", end), 1.0) for end in ENDS}
        idle, full = (self.spreads.get((family, end), of_all[end]) for end in ENDS)
        return idle + (full - idle) * level / max(LEVELS)

    def ratios(self, known: str, family: str, level: int) -> Bounds:
        """Ratios of measured to estimated watts that 90 % of such machines lie between."""
        down, up = self.bounds[known, level]
        factor = self.factor(known, family, level)
        return exp(-down * factor), exp(up * factor)


def widths(points: Iterable[Point]) -> Widths:
    """Widths from points of machines that were left out.

    Those of microarchitectures left out whole have no spread: nothing is known of theirs.
    """
    left = [_left(point) for point in points]
    weights = _weights(left)
    plain = Widths({}, {})
    found = Widths(_bounds(left, weights, plain), {})
    for _ in range(2):  # each from the other, which is settled by then
        spreads = _spreads([each for each in left if each.known in FAMILIAR], found)
        found = Widths(_bounds(left, weights, Widths({}, spreads)), spreads)
    return found


def _left(point: Point) -> Left:
    known = point.known
    # what a CPU model errs by counts once, however often it was measured; so does a family's
    group = point.machine.model if known in FAMILIAR else point.machine.microarchitecture
    off = -float(np.log(point.ratio))
    return Left(id(point.machine), group, point.machine.microarchitecture, known, point.level, off)


def _weights(left: Sequence[Left]) -> list[float]:
    """Weight of each point: the root of what its group would have if groups counted alike."""
    members: dict[tuple[str, int, str], set[int]] = {}
    for each in left:
        members.setdefault((each.known, each.level, each.group), set()).add(each.machine)
    return [1 / sqrt(len(members[each.known, each.level, each.group])) for each in left]


def _bounds(
    left: Sequence[Left], weights: Sequence[float], by: Widths
) -> dict[tuple[str, int], Bounds]:
    """Bounds at every load; who knows less is never narrower."""
    bounds: dict[tuple[str, int], Bounds] = {}
    for level in LEVELS:
        down = up = NARROWEST
        for known in KNOWN:
            near = [
                (each.off / by.factor(known, each.family, each.level), weight)
                for each, weight in zip(left, weights, strict=True)
                if each.known == known and _is_near(each.level, level)
            ]
            low, high = _quantiles(near) if near else (0.0, 0.0)
            down, up = max(down, -low), max(up, high)
            bounds[known, level] = (down, up)
    return bounds


def _is_near(measured: int, level: int) -> bool:
    """Middle loads lean on their neighbours too, since few machines state them."""
    middle = level not in ENDS and measured not in ENDS
    return measured == level or (middle and abs(measured - level) <= 20)


def _quantiles(weighted: Sequence[tuple[float, float]]) -> tuple[float, float]:
    values, weights = np.array(sorted(weighted)).T
    middles = (np.cumsum(weights) - weights / 2) / weights.sum()
    low, high = np.interp([TAIL, 1 - TAIL], middles, values)
    return float(low), float(high)


def _spreads(left: Sequence[Left], by: Widths) -> dict[tuple[str, int], float]:
    """Spread of each microarchitecture at either end: how its machines err beside all others."""
    spreads: dict[tuple[str, int], float] = {}
    for end in ENDS:
        machines = _squares([each for each in left if abs(each.level - end) < 50], by)
        of_all = [square for squares in machines.values() for square in squares]
        mean = float(np.mean(of_all))
        wide = PRIOR_MACHINES + UNKNOWN_MACHINES
        for family, squares in machines.items():
            weight = PRIOR_MACHINES + len(squares)
            spreads[family, end] = sqrt((sum(squares) / mean + wide) / weight)
        spreads["all", end] = sqrt(wide / PRIOR_MACHINES)
    return spreads


def _squares(left: Sequence[Left], by: Widths) -> dict[str, list[float]]:
    """Mean square of each machine's errors in widths, by microarchitecture."""
    off: dict[tuple[str, int], list[float]] = {}
    for each in left:
        down, up = by.bounds[each.known, each.level]
        widths_off = abs(each.off) / (up if each.off > 0 else down)
        of_machine = off.setdefault((each.family, each.machine), [])
        of_machine.append(min(FARTHEST, widths_off) ** 2)
    means: dict[str, list[float]] = {}
    for (family, _), squares in off.items():
        means.setdefault(family, []).append(float(np.mean(squares)))
    return means
