"""Sketch of a load: hours by how high it was, over three weeks, in a fixed number of bytes.

A week's hours are dropped as a whole, so that two weeks to three are known at any moment.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import isfinite

from cloud_carbon_exporter.model.advice import Spread
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR

WEEK_SECONDS = 7 * 24 * SECONDS_PER_HOUR
WEEKS = 3

# Fine where rules decide, coarse where they do not; a load counts as the bound above it.
BOUNDS = (0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_UNREAD = len(BOUNDS)
_SUM = _UNREAD + 1
WIDTH = _SUM + 1
"""Numbers a week has: hours at or below each bound, hours that were not read, load x hours."""

NUMBERS = WIDTH * WEEKS

_NOTHING = array("f", [0.0])

_MOST_OF = 0.95
"""The percentile that rules decide by."""


class LoadSketch:
    """Hours of one signal of one resource. newest: number of its newest week since 1970.

    Weeks of which nothing is known take no bytes, but for the newest.
    """

    __slots__ = ("_hours", "newest")

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self._hours = _NOTHING * WIDTH

    def add(self, start: float, end: float, load: float | None) -> None:
        """Count a stretch of time at a load, or without one that was read.

        Of time older than three weeks nothing is kept.
        """
        week = int(start // WEEK_SECONDS)
        self.turn_to(week)
        at = (self.newest - week) * WIDTH
        if at >= NUMBERS:
            return
        if at >= len(self._hours):
            self._hours.extend(_NOTHING * (at + WIDTH - len(self._hours)))
        hours = (end - start) / SECONDS_PER_HOUR
        if load is None:
            self._hours[at + _UNREAD] += hours
            return
        bound = min(bisect_left(BOUNDS, load), _UNREAD - 1)
        self._hours[at + bound] += hours
        self._hours[at + _SUM] += load * hours

    def turn_to(self, week: int) -> None:
        """Let a newer week begin; the oldest are dropped."""
        newer = week - self.newest
        if newer > 0:
            kept = self._hours[: max(0, NUMBERS - newer * WIDTH)]
            self._hours = _NOTHING * (min(newer, WEEKS) * WIDTH) + kept
            self.newest = week

    def spread(self, week: int) -> Spread:
        """What it comes to over three weeks up to one; nothing is changed by it."""
        held = self._hours[: max(0, NUMBERS - max(0, week - self.newest) * WIDTH)]
        hours = [sum(held[number::WIDTH]) for number in range(WIDTH)]
        read = sum(hours[:_UNREAD])
        mean = hours[_SUM] / read if read else 0.0
        return Spread(read, hours[_UNREAD], mean, _bound(hours, read * _MOST_OF), _most(hours))

    def kept(self) -> str:
        """Its numbers as the state file has them: floats of 32 bits, little-endian, in base64."""
        every_week = self._hours + _NOTHING * (NUMBERS - len(self._hours))
        return b64encode(_little_endian(every_week).tobytes()).decode()

    @classmethod
    def of_kept(cls, newest: int, kept: str) -> LoadSketch:
        """Back from the file. Raises ValueError for anything else."""
        numbers = array("f")
        numbers.frombytes(b64decode(kept, validate=True))
        if len(numbers) != NUMBERS or not all(map(isfinite, numbers)):
            raise ValueError("no hours by load")
        sketch = cls(newest)
        hours = _little_endian(numbers)
        while len(hours) > WIDTH and not any(hours[-WIDTH:]):
            del hours[-WIDTH:]
        sketch._hours = hours
        return sketch


def _little_endian(numbers: array[float]) -> array[float]:
    """The numbers, or a copy in the other order of bytes where the machine's own is big-endian."""
    if sys.byteorder == "little":
        return numbers
    swapped = numbers[:]
    swapped.byteswap()
    return swapped


def _bound(hours: Sequence[float], wanted: float) -> float:
    """The lowest bound that so many hours lie at or below."""
    reached = 0.0
    for bound, of_bound in zip(BOUNDS, hours, strict=False):
        reached += of_bound
        if reached >= wanted and reached:
            return bound
    return BOUNDS[-1]


def _most(hours: Iterable[float]) -> float:
    """The highest bound that any hour lies at."""
    most = 0.0
    for bound, of_bound in zip(BOUNDS, hours, strict=False):
        if of_bound:
            most = bound
    return most
