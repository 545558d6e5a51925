"""Trend as the page draws it: rates by step, of the largest groups and of all, in one measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from cloud_carbon_exporter.history.query import Summed
from cloud_carbon_exporter.model.hours import Amounts, amounts_over_time
from cloud_carbon_exporter.model.sums import sum_of_all
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import MEASURES, Measure

MOST_SERIES = 7
"""Groups with a line of their own; what is left is one more. Nobody tells more colours apart."""

MOST_GROUPS = 50
"""Groups that are told with their sum over the whole range."""

_DIGITS = 5  # of a number that is drawn: a pixel is a thousandth of the chart


@dataclass(frozen=True, slots=True)
class Looked:
    """What the history told of a range, once by step and group, and added up from that.

    steps: all together, by step. parts: by step and group. groups: by group, over the range.
    whole: all together, over the range; None where nothing is known.
    """

    steps: Sequence[Summed]
    parts: Sequence[Summed]
    groups: Sequence[Summed]
    whole: Summed | None


def look(parts: Sequence[Summed]) -> Looked:
    """Add up what was told by step and group."""
    by_step: defaultdict[int, list[Summed]] = defaultdict(list)
    by_group: defaultdict[tuple[str, ...], list[Summed]] = defaultdict(list)
    for part in parts:
        by_step[part.start].append(part)
        by_group[part.labels].append(part)
    steps: list[Summed] = []
    for start in sorted(by_step):
        alike = by_step[start]
        amounts = _amounts_of_all([part.amounts for part in alike])
        steps.append(Summed(start, alike[0].end, (), alike[0].seconds, amounts))
    seconds = sum(step.seconds for step in steps)
    groups: list[Summed] = []
    for labels, alike in by_group.items():
        groups.append(_over_time(alike, labels, seconds))
    return Looked(steps, parts, groups, _over_time(steps, (), seconds) if steps else None)


def _over_time(parts: Sequence[Summed], labels: tuple[str, ...], seconds: float) -> Summed:
    amounts = amounts_over_time([part.amounts for part in parts])
    return Summed(parts[0].start, parts[-1].end, labels, seconds, amounts)


def _amounts_of_all(parts: Sequence[Amounts]) -> Amounts:
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
    measure = MEASURES[name]
    rates = [measure.rate(row).estimate for row in looked.steps]
    starts = [row.start for row in looked.steps]
    return {
        "start": starts,
        "value": [drawn(rate.value) for rate in rates],
        "lower": [drawn(rate.lower) for rate in rates],
        "upper": [drawn(rate.upper) for rate in rates],
        **_series(looked, measure, starts),
        "sum": _amount(looked.whole, measure) if looked.whole else None,
        "counted_seconds": looked.whole.seconds if looked.whole else 0,
        "groups": _groups(looked.groups, measure),
    }


def _amount(row: Summed, measure: Measure) -> JsonObject:
    return asdict(measure.amount(row.amounts).estimate)


def _groups(rows: Iterable[Summed], measure: Measure) -> list[JsonObject]:
    ranked = sorted(rows, key=lambda row: -measure.amount(row.amounts).value)
    return [{"name": row.labels[0], "sum": _amount(row, measure)} for row in ranked[:MOST_GROUPS]]


def _series(looked: Looked, measure: Measure, starts: Sequence[int]) -> JsonObject:
    by_name: defaultdict[str, dict[float, float]] = defaultdict(dict)
    for row in looked.parts:
        by_name[row.labels[0]][row.start] = measure.rate(row).value
    return series_of(by_name, starts)


def series_of(by_name: Mapping[str, Mapping[float, float]], starts: Sequence[float]) -> JsonObject:
    """Rates by time of the largest groups, and of all others together."""
    ranked = sorted(by_name, key=lambda name: (-sum(by_name[name].values()), name))
    largest = ranked[:MOST_SERIES]
    left = [by_name[name] for name in ranked[MOST_SERIES:]]
    return {
        "series": [{"name": name, "values": _column([by_name[name]], starts)} for name in largest],
        "others": _column(left, starts) if left else None,
        "others_groups": len(left),
    }


def _column(parts: Sequence[Mapping[float, float]], starts: Sequence[float]) -> list[float]:
    return [_together(parts, start) for start in starts]


def _together(parts: Sequence[Mapping[float, float]], start: float) -> float:
    return drawn(sum([part.get(start, 0) for part in parts]))
