"""Query of the history: a range, cut into steps, grouped by labels, as sums with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter, mul

from cloud_carbon_exporter.history.ratios import Ratios, SumRatios, unpacked
from cloud_carbon_exporter.history.reader import Found, Part, TooManySums
from cloud_carbon_exporter.history.series import By
from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.model.emissions import weakest
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, Amounts
from cloud_carbon_exporter.model.stretches import Lengths, Stretch
from cloud_carbon_exporter.model.sums import Reach, Sum
from cloud_carbon_exporter.model.types import Basis

MOST_SUMS = 50_000
"""Sums of one answer: more than a year of hours in five groups."""

AT_ONCE = 1_000
"""Parts of a sum whose errors are unpacked at once, each three times as large as in the file."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: whole hours of [since, until), by labels, in steps ("" for one)."""

    since: int
    until: int
    by: Mapping[str, By]
    step: str = ""


@dataclass(frozen=True, slots=True)
class Summed:
    """Sum of one group over one step.

    [start, end): the step, cut to the range. seconds: how much of it was counted, of any of the
        accounts that have a part in the sum.
    """

    start: int
    end: int
    labels: tuple[str, ...]
    seconds: float
    amounts: Amounts

    @property
    def power_watts(self) -> Sum:
        """Mean power over the time that was counted."""
        return self.amounts.energy_joules.scaled(1 / self.seconds if self.seconds else 0)


def whole_hours(since: float, until: float) -> tuple[int, int]:
    """The hours that hold [since, until), from the start of the first to the end of the last."""
    first = int(since // HOUR_SECONDS) * HOUR_SECONDS
    last = -int(-until // HOUR_SECONDS) * HOUR_SECONDS
    return first, last


def summed(found: Found, query: Query) -> Iterator[Summed]:
    """The sums of what the store found, one by one, by step, then by label. Raises TooManySums."""
    labels_of: dict[int, tuple[str, ...]] = {}
    for number, series in found.series.items():
        labels_of[number] = tuple([by(series) for by in query.by.values()])
    groups: defaultdict[tuple[int, tuple[str, ...]], list[Part]] = defaultdict(list)
    for part in found.parts:
        groups[part.start, labels_of[part.series]].append(part)
    if len(groups) > MOST_SUMS:
        raise TooManySums(MOST_SUMS)
    counted, amounts_of = _Counted(found), _Amounts(found)
    for (start, labels), parts in sorted(groups.items(), key=itemgetter(0)):
        first, end = max(start, query.since), query.until
        if query.step:
            end = min(end, STEPS[query.step].end(start))
        seconds = counted.of(parts).within(first, end)
        yield Summed(first, end, labels, seconds, amounts_of(parts))


class _Counted:
    """The time that was counted of several accounts; worked out once for each set of them."""

    def __init__(self, found: Found) -> None:
        self._accounts: dict[int, tuple[str, str]] = {}
        for number, series in found.series.items():
            self._accounts[number] = series.group[:2]
        self._spans = found.spans
        self._known: dict[frozenset[tuple[str, str]], Lengths] = {}

    def of(self, parts: Sequence[Part]) -> Lengths:
        accounts = frozenset([self._accounts[part.series] for part in parts])
        if accounts not in self._known:
            of_them = [span for span in self._spans if span[:2] in accounts]
            stretches = [Stretch(span.first, span.last) for span in of_them]
            self._known[accounts] = Lengths(stretches)
        return self._known[accounts]


class _Amounts:
    """Amounts of all series of a group over a time."""

    def __init__(self, found: Found) -> None:
        self._series = found.series
        # Hours and steps share errors: those that were unpacked last are likely to come again.
        self._errors: Callable[[int], Ratios] = lru_cache(AT_ONCE)(
            lambda number: unpacked(found.errors[number], found.facts)
        )

    def __call__(self, parts: Sequence[Part]) -> Amounts:
        energy, operational, embodied = _Adding(), _Adding(), _Adding()
        for index in range(0, len(parts), AT_ONCE):
            some = parts[index : index + AT_ONCE]
            errors = [self._errors(part.errors) for part in some]
            series = [part.series for part in some]
            energy.add([each.energy for each in errors], [part.joules for part in some], series)
            operational.add(
                [each.operational for each in errors],
                [part.operational_grams for part in some],
                series,
            )
            embodied.add(
                [each.embodied for each in errors], [part.embodied_grams for part in some], series
            )
        basis = weakest(*{self._series[part.series].basis for part in parts})
        return Amounts(energy.sum(basis), operational.sum(basis), embodied.sum(basis))


class _Adding:
    """Sum over time and series, a column a fact: `over_time` of each, then `sum_of_all` of these.

    By a fact all errors add up, over time as over series. What a series has alone it has in every
    hour, so that its reach adds up over time, and its squares over series.
    """

    def __init__(self) -> None:
        self._value = 0.0
        self._down: dict[str, float] = {}
        self._up: dict[str, float] = {}
        self._own_down: dict[int, float] = {}
        self._own_up: dict[int, float] = {}

    def add(
        self, errors: Sequence[SumRatios], values: Sequence[float], series: Sequence[int]
    ) -> None:
        """Add values of these series, with what they err by."""
        alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for index, each in enumerate(errors):
            alike[each.facts].append(index)
        for facts, indexes in alike.items():
            of_them = [values[index] for index in indexes]
            _add(self._down, facts, [errors[index].down for index in indexes], of_them)
            _add(self._up, facts, [errors[index].up for index in indexes], of_them)
        own_down, own_up = self._own_down, self._own_up
        for each, value, number in zip(errors, values, series, strict=True):
            own_down[number] = own_down.get(number, 0) + each.own_down * value
            own_up[number] = own_up.get(number, 0) + each.own_up * value
        self._value += sum(values)

    def sum(self, basis: Basis) -> Sum:
        """The sum of all that was added."""
        below, above = _squares(self._own_down.values()), _squares(self._own_up.values())
        return Sum(self._value, Reach(self._down, below), Reach(self._up, above), basis)


def _squares(reaches: Iterable[float]) -> float:
    return sum([reach * reach for reach in reaches])


def _add(
    reach: dict[str, float],
    facts: Sequence[str],
    ratios: Iterable[tuple[float, ...]],
    values: Sequence[float],
) -> None:
    for fact, column in zip(facts, zip(*ratios, strict=True), strict=True):
        reach[fact] = reach.get(fact, 0) + sum(map(mul, column, values))
