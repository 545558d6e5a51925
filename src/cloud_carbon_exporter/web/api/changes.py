"""/api/v1/changes: what emits more or less than in the time before, what is new, what gone."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from aiohttp import web
from multidict import MultiMapping

from cloud_carbon_exporter.history.query import Query, Summed, TooManySums
from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.model.differences import Terms, difference
from cloud_carbon_exporter.model.sums import Sum, sum_of_all
from cloud_carbon_exporter.web.api.answers import error_answer
from cloud_carbon_exporter.web.api.history import HISTORY, Remembered
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import (
    MEASURE_DEFAULT,
    MEASURES,
    Measure,
    check_parameters,
    one_named,
)
from cloud_carbon_exporter.web.api.ranges import last_hour_end
from cloud_carbon_exporter.web.api.resource_query import BadQuery

PARAMETERS = ("since", "measure")
SPANS: Mapping[str, int] = {"yesterday": 86_400, "last-week": 7 * 86_400}
SPAN_DEFAULT = "yesterday"
GROUPED_BY = ("cloud_provider", "cloud_account_id", "cloud_region", "kind")
MOST_ROWS = 12
"""Movers that are told, and of what is new and of what is gone as many."""

_CARRIED_PART = 1e-4
"""Part of the whole below which a change is none: figures that rest end in other digits."""


_Rates = Mapping[tuple[str, ...], Sum]


class _Both(NamedTuple):
    """Rates of a group before and now; None where it was not there."""

    labels: tuple[str, ...]
    before: Sum | None
    now: Sum | None

    @property
    def change(self) -> float:
        """What it is more now."""
        return (self.now or Sum()).value - (self.before or Sum()).value


def compared(before: Sequence[Summed], now: Sequence[Summed], measure: Measure) -> JsonObject:
    """Groups that moved most, new ones and gone ones, and the whole; rates over what was counted.

    A group with a load that was read at one time and not at another is one group all the same.
    """
    rates_before, rates_now = _rates(before, measure), _rates(now, measure)
    known = rates_before.keys() | rates_now.keys()
    both = [_Both(labels, rates_before.get(labels), rates_now.get(labels)) for labels in known]
    both.sort(key=lambda group: (-abs(group.change), group.labels))
    whole = sum([rate.value for rate in rates_now.values()])
    moved = [group for group in both if abs(group.change) > whole * _CARRIED_PART]
    sides = {
        "movers": [group for group in moved if group.before and group.now],
        "new": [group for group in both if group.before is None],
        "gone": [group for group in both if group.now is None],
    }
    told: JsonObject = {"total": _change(_terms(rates_before), _terms(rates_now))}
    for name, groups in sides.items():
        told[name] = list(map(_row, groups[:MOST_ROWS]))
        told[f"{name}_groups"] = len(groups)
    return told


def _rates(rows: Sequence[Summed], measure: Measure) -> _Rates:
    return {row.labels: measure.rate(row) for row in rows}


def _row(group: _Both) -> JsonObject:
    before = {group.labels: group.before} if group.before else {}
    now = {group.labels: group.now} if group.now else {}
    labels = dict(zip(GROUPED_BY, group.labels, strict=True))
    return {**labels, **_change(_terms(before), _terms(now))}


def _terms(rates: _Rates) -> Terms:
    # one name on both sides: what its resources have alone they have before and now
    return {"\n".join(labels): rate for labels, rate in rates.items()}


def _change(before: Terms, now: Terms) -> JsonObject:
    return {
        "before": asdict(sum_of_all(tuple(before.values())).estimate) if before else None,
        "now": asdict(sum_of_all(tuple(now.values())).estimate) if now else None,
        "change": asdict(difference(before, now)),
    }


def _changes(remembered: Remembered, span: int, measure: Measure, now: float) -> JsonObject:
    end = last_hour_end(now)
    by = {name: LABELS[name] for name in GROUPED_BY}
    before = remembered(Query(end - 2 * span, end - span, by))
    since = remembered(Query(end - span, end, by))
    return {
        "start": end - span,
        "end": end,
        "unit": measure.unit,
        "counted_seconds_before": before[0].seconds if before else 0,
        "counted_seconds": since[0].seconds if since else 0,
        **compared(before, since, measure),
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
        told = await asyncio.to_thread(
            _changes, request.app[HISTORY], SPANS[since], MEASURES[measure], time.time()
        )
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    except TooManySums as many:
        return error_answer(400, str(many), "since")
    except (sqlite3.Error, TimeoutError):
        return error_answer(503, "the history cannot be read now; the log says more")
    response = web.Response(
        text=json.dumps({"since": since, "measure": measure, **told}),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
    response.enable_compression()
    return response
