"""/api/v1/changes: what emits more or less than in the time before, what is new, what gone."""

from __future__ import annotations

import asyncio
import heapq
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from aiohttp import web
from multidict import MultiMapping

from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.history.settled import last_hour_end
from cloud_carbon_exporter.model.differences import difference
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.sums import Sum
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.api.history import HISTORY, Remembered, unreadable
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import (
    MEASURE_DEFAULT,
    MEASURES,
    Measure,
    check_parameters,
    one_named,
)
from cloud_carbon_exporter.web.api.resource_query import BadQuery

PARAMETERS = ("since", "measure")
SPANS: Mapping[str, int] = {"yesterday": DAY_SECONDS, "last-week": 7 * DAY_SECONDS}
SPAN_DEFAULT = "yesterday"
GROUPED_BY = ("cloud_provider", "cloud_account_id", "cloud_region", "kind")
MOST_ROWS = 12
"""Movers that are told, and of what is new and of what is gone as many."""

_CARRIED_PART = 1e-4
"""Part of the whole below which a change is none: figures that rest end in other digits."""


class _Both(NamedTuple):
    """Rates of a group before and now; None where it was not there."""

    labels: tuple[str, ...]
    before: Sum | None
    now: Sum | None

    @property
    def change(self) -> float:
        """What it is more now."""
        return (self.now or Sum()).value - (self.before or Sum()).value


@dataclass(slots=True)
class _Largest:
    """The groups that moved most, of as many as come. groups: how many came."""

    groups: int = 0
    _kept: list[_Both] = field(default_factory=list)

    def take(self, group: _Both) -> None:
        """Keep it while it is one of the largest: sums with their errors are large themselves."""
        self.groups += 1
        self._kept.append(group)
        if len(self._kept) > 2 * MOST_ROWS:
            self._kept = self.rows()

    def rows(self) -> list[_Both]:
        """The largest first."""
        ranked = sorted(self._kept, key=lambda group: (-abs(group.change), group.labels))
        return ranked[:MOST_ROWS]


@dataclass(frozen=True, slots=True)
class _Time:
    """One of the two times that are compared. whole: of all groups; None where nothing is known."""

    remembered: Remembered
    since: int
    until: int
    measure: Measure
    whole: Summed | None

    def total(self) -> Sum | None:
        """Rate of all groups together."""
        return self.measure.rate(self.whole) if self.whole else None

    def rates(self) -> Iterator[tuple[tuple[str, ...], Sum]]:
        """Rates of the groups, by their labels; over the time that any of them was counted."""
        if self.whole is None or not self.whole.seconds:
            return
        by = {name: LABELS[name] for name in GROUPED_BY}
        for row in self.remembered(Query(self.since, self.until, by)):
            yield row.labels, self.measure.amount(row.amounts).scaled(1 / self.whole.seconds)


def _time(remembered: Remembered, since: int, until: int, measure: Measure) -> _Time:
    wholes = list(remembered(Query(since, until, {})))
    return _Time(remembered, since, until, measure, wholes[0] if wholes else None)


def _side_by_side(before: _Time, now: _Time) -> Iterator[_Both]:
    """Groups of both times, each once: both come by label."""
    marked = (
        ((labels, True, rate) for labels, rate in before.rates()),
        ((labels, False, rate) for labels, rate in now.rates()),
    )
    merged = heapq.merge(*marked, key=itemgetter(0))
    for labels, rates in groupby(merged, itemgetter(0)):
        sides = {is_before: rate for _, is_before, rate in rates}
        yield _Both(labels, sides.get(True), sides.get(False))


def compared(before: _Time, now: _Time) -> JsonObject:
    """Groups that moved most, new ones and gone ones, and the whole."""
    total_before, total_now = before.total(), now.total()
    least = (total_now or Sum()).value * _CARRIED_PART
    sides = {"movers": _Largest(), "new": _Largest(), "gone": _Largest()}
    for group in _side_by_side(before, now):
        if group.before is None:
            sides["new"].take(group)
        elif group.now is None:
            sides["gone"].take(group)
        elif abs(group.change) > least:
            sides["movers"].take(group)
    told: JsonObject = {"total": _change(total_before, total_now)}
    for name, largest in sides.items():
        told[name] = list(map(_row, largest.rows()))
        told[f"{name}_groups"] = largest.groups
    return told


def _row(group: _Both) -> JsonObject:
    labels = dict(zip(GROUPED_BY, group.labels, strict=True))
    return {**labels, **_change(group.before, group.now)}


def _change(before: Sum | None, now: Sum | None) -> JsonObject:
    # one name on both sides: what its resources have alone they have before and now
    change = difference({"": before} if before else {}, {"": now} if now else {})
    return {
        "before": asdict(before.estimate) if before else None,
        "now": asdict(now.estimate) if now else None,
        "change": asdict(change),
    }


def _changes(remembered: Remembered, span: int, measure: Measure, at: float) -> JsonObject:
    end = last_hour_end(at)
    before = _time(remembered, end - 2 * span, end - span, measure)
    now = _time(remembered, end - span, end, measure)
    return {
        "start": end - span,
        "end": end,
        "unit": measure.unit,
        "counted_seconds_before": before.whole.seconds if before.whole else 0,
        "counted_seconds": now.whole.seconds if now.whole else 0,
        **compared(before, now),
    }


def _parse(parameters: MultiMapping[str]) -> tuple[str, str]:
    check_parameters(parameters, PARAMETERS)
    return (
        one_named(parameters, "since", tuple(SPANS), SPAN_DEFAULT),
        one_named(parameters, "measure", tuple(MEASURES), MEASURE_DEFAULT),
    )


async def changes_answer(request: web.Request) -> web.Response:
    """What moved since yesterday, or since last week."""
    try:
        since, measure = _parse(request.query)
        history, span = request.app[HISTORY], SPANS[since]
        told = await asyncio.get_running_loop().run_in_executor(
            history.thread, _changes, history.remembered, span, MEASURES[measure], time.time()
        )
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    except TooManySums as many:
        return error_answer(400, str(many), "since")
    except (sqlite3.Error, TimeoutError) as error:
        return unreadable(error)
    return json_answer({"since": since, "measure": measure, **told})
