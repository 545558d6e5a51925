"""Stretches of time: several as one, without those that touch; and how long they are together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple


class Stretch(NamedTuple):
    """The time [first, last)."""

    first: float
    last: float


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The same time, in order, each moment once; what touches is one."""
    disjoint: list[Stretch] = []
    for stretch in sorted(stretches):
        if disjoint and stretch.first <= disjoint[-1].last:
            before = disjoint.pop()
            disjoint.append(Stretch(before.first, max(before.last, stretch.last)))
        else:
            disjoint.append(stretch)
    return tuple(disjoint)


class Lengths:
    """How long stretches are within any other; each moment counts once."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._disjoint = joined(stretches)
        self._firsts = [stretch.first for stretch in self._disjoint]
        lengths = [stretch.last - stretch.first for stretch in self._disjoint]
        self._before = list(accumulate(lengths, initial=0.0))

    def within(self, since: float, until: float) -> float:
        """Seconds of them in [since, until)."""
        return self._until(until) - self._until(since)

    def _until(self, moment: float) -> float:
        begun = bisect_right(self._firsts, moment)
        if not begun:
            return 0.0
        last = self._disjoint[begun - 1]
        return self._before[begun - 1] + min(moment, last.last) - last.first
