"""Trend as the page draws it: rates by step, of the largest groups and of all, by measure.

Sums with their errors are large: they are taken one by one, and added up as they come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

from cloud_carbon_exporter.history.query import Summed
from cloud_carbon_exporter.model.hours import Amounts, amounts_over_time
from cloud_carbon_exporter.model.sums import sum_of_all
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import MEASURES

MOST_SERIES = 7
"""Groups with a line of their own; what is left is one more. Nobody tells more colours apart."""

MOST_GROUPS = 50
"""Groups that are told with their sum over the whole range."""

_DIGITS = 5  # of a number that is drawn: a pixel is a thousandth of the chart


_AT_ONCE = 500
"""Sums with their errors, some 30 kB each, that are added up at once."""

_Parts = defaultdict[str, dict[float, float]]


def _no_parts() -> _Parts:
    return defaultdict(dict)


@dataclass(slots=True)
class Looked:
    """What the history told of a range, added up.

    rates: of all together, by measure, for each of `starts`. parts: by measure, group and start.
    groups: over the range, by group. seconds: how much of the range was counted.
    """

    starts: list[int] = field(default_factory=list)
    rates: defaultdict[str, list[Estimate]] = field(default_factory=lambda: defaultdict(list))
    parts: defaultdict[str, _Parts] = field(default_factory=lambda: defaultdict(_no_parts))
    groups: dict[str, Amounts] = field(default_factory=dict)
    whole: Amounts | None = None
    _waiting: defaultdict[str, list[Amounts]] = field(default_factory=lambda: defaultdict(list))
    _rows: int = 0
    seconds: float = 0

    def take(self, start: int, rows: Sequence[Summed]) -> None:
        """Add the groups of one step."""
        # accounts may not have been counted for as long as others: what they add is spread over
        # the time that any was, so that the parts add up to the whole
        seconds = max(row.seconds for row in rows)
        amounts = _together([row.amounts for row in rows])
        for name, measure in MEASURES.items():
            per_second = 1 / seconds if seconds else 0
            self.rates[name].append(measure.amount(amounts).scaled(per_second).estimate)
            for row in rows:
                rate = measure.amount(row.amounts).value * per_second
                self.parts[name][row.labels[0]][start] = rate
        for row in rows:
            self._waiting[row.labels[0]].append(row.amounts)
        self._rows += len(rows)
        if self._rows >= _AT_ONCE:
            self.add_up()
        self.whole = _longer(self.whole, [amounts])
        self.starts.append(start)
        self.seconds += seconds

    def add_up(self) -> None:
        """Add what waits to the sums over the range: many at once are added twice as fast."""
        for group, amounts in self._waiting.items():
            self.groups[group] = _longer(self.groups.get(group), amounts)
        self._waiting.clear()
        self._rows = 0


def look(rows: Iterable[Summed]) -> Looked:
    """Add up what is told by step and group, step after step."""
    looked = Looked()
    for start, alike in groupby(rows, attrgetter("start")):
        looked.take(start, list(alike))
    looked.add_up()
    return looked


def _longer(before: Amounts | None, more: Sequence[Amounts]) -> Amounts:
    return amounts_over_time((before, *more) if before else more)


def _together(parts: Sequence[Amounts]) -> Amounts:
    return Amounts(
        sum_of_all([part.energy_joules for part in parts]),
        sum_of_all([part.operational_grams for part in parts]),
        sum_of_all([part.embodied_grams for part in parts]),
    )


def drawn(value: float) -> float:
    """A number as exact as a chart shows it: a third of the bytes."""
    return float(f"{value:.{_DIGITS}g}")


def chart(looked: Looked, name: str) -> JsonObject:
    """The columns of a chart of one measure, and the sums over its range."""
    amount, rates = MEASURES[name].amount, looked.rates[name]
    groups = sorted(looked.groups, key=lambda group: -amount(looked.groups[group]).value)
    sums: list[JsonObject] = []
    for group in groups[:MOST_GROUPS]:
        estimate = amount(looked.groups[group]).estimate
        sums.append({"name": group, "sum": asdict(estimate)})
    return {
        "start": looked.starts,
        "value": [drawn(rate.value) for rate in rates],
        "lower": [drawn(rate.lower) for rate in rates],
        "upper": [drawn(rate.upper) for rate in rates],
        **series_of(looked.parts[name], looked.starts),
        "sum": asdict(amount(looked.whole).estimate) if looked.whole else None,
        "counted_seconds": looked.seconds,
        "groups": sums,
    }


def series_of(
    by_name: Mapping[str, Mapping[float, float]],
    starts: Sequence[float],
    rest: Mapping[float, float] = MappingProxyType({}),
    more: int = 0,
) -> JsonObject:
    """Rates by time of the largest groups, and of all others together.

    rest: of the `more` groups whose names are not kept.
    """
    ranked = sorted(by_name, key=lambda name: (-sum(by_name[name].values()), name))
    largest = ranked[:MOST_SERIES]
    left = [by_name[name] for name in ranked[MOST_SERIES:]] + ([rest] if more else [])
    return {
        "series": [{"name": name, "values": _column([by_name[name]], starts)} for name in largest],
        "others": _column(left, starts) if left else None,
        "others_groups": len(ranked) - len(largest) + more,
    }


def _column(parts: Sequence[Mapping[float, float]], starts: Sequence[float]) -> list[float]:
    return [_sum_at(parts, start) for start in starts]


def _sum_at(parts: Sequence[Mapping[float, float]], start: float) -> float:
    return drawn(sum([part.get(start, 0) for part in parts]))
