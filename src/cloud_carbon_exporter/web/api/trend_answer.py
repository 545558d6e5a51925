"""/api/v1/trend: what the page draws of the past, small, and made once for all who look."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from aiohttp import web
from multidict import MultiMapping

from cloud_carbon_exporter.history.query import Query
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.api.history import HISTORY, Remembered, unreadable
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import (
    BY_DEFAULT,
    MEASURE_DEFAULT,
    MEASURES,
    check_parameters,
    labels_to_sum_by,
    one_named,
)
from cloud_carbon_exporter.web.api.ranges import RANGE_DEFAULT, RANGES
from cloud_carbon_exporter.web.api.recent_chart import chart_of_points, chart_of_recent, is_kept
from cloud_carbon_exporter.web.api.resource_query import BadQuery
from cloud_carbon_exporter.web.api.trend_chart import chart, look
from cloud_carbon_exporter.web.settings import SERVING
from cloud_carbon_exporter.web.trend import TREND, Trend

PARAMETERS = ("range", "by", "measure")

_KEPT_PART = 1000
"""A chart may be as old as this part of its range: older by less than the width of its line."""

_MOST_KEPT = 64


class TrendQuery(NamedTuple):
    """What is drawn: range, label and measure by name."""

    range: str
    by: str
    measure: str


class _Kept(NamedTuple):
    """Charts of one range and label, by measure, and until when they are shown."""

    until: float
    charts: Mapping[str, JsonObject]


@dataclass(slots=True)
class ChartCache:
    """Charts that were made, and who makes one: the page of every open browser asks for them."""

    kept: dict[tuple[str, str], _Kept] = field(default_factory=dict)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    def find(self, asked: TrendQuery, now: float) -> JsonObject | None:
        """The chart of one measure, where it is young enough."""
        kept = self.kept.get((asked.range, asked.by))
        return kept.charts[asked.measure] if kept and now < kept.until else None

    def keep(self, asked: TrendQuery, now: float, charts: Mapping[str, JsonObject]) -> None:
        """Keep the charts of all measures, of which a person will ask for the next one."""
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        until = now + RANGES[asked.range].seconds / _KEPT_PART
        self.kept[asked.range, asked.by] = _Kept(until, charts)


CHARTS: web.AppKey[ChartCache] = web.AppKey("charts")


def parse_trend(parameters: MultiMapping[str], tags: tuple[str, ...]) -> TrendQuery:
    """Read the query string. Raises BadQuery that says what is allowed."""
    check_parameters(parameters, PARAMETERS)
    return TrendQuery(
        one_named(parameters, "range", tuple(RANGES), RANGE_DEFAULT),
        one_named(parameters, "by", tuple(labels_to_sum_by(tags)), BY_DEFAULT),
        one_named(parameters, "measure", tuple(MEASURES), MEASURE_DEFAULT),
    )


def _charts(
    remembered: Remembered, asked: TrendQuery, tags: tuple[str, ...], now: float
) -> Mapping[str, JsonObject]:
    wanted = RANGES[asked.range]
    since, until = wanted.hours(now)
    by = {asked.by: labels_to_sum_by(tags)[asked.by]}
    for step in wanted.steps:
        try:
            looked = look(remembered(Query(since, until, by, step)))
        except TooManySums:
            if step == wanted.steps[-1]:
                raise
            continue
        told = {"since": since, "until": until, "step": step, "parts": asked.by}
        return {name: told | chart(looked, name) for name in MEASURES}
    return {}


def _recent(trend: Trend, asked: TrendQuery, now: float) -> JsonObject:
    since = now - RANGES[asked.range].seconds
    told: JsonObject = {"since": since, "until": now, "step": ""}
    whole = [point for point in trend.points if point.taken_at >= since]
    parts = [point for point in trend.recent.points if point.taken_at >= since]
    if is_kept(parts, whole):
        return told | chart_of_recent(parts, asked.by, asked.measure)
    return told | chart_of_points(whole, asked.measure)


async def trend_answer(request: web.Request) -> web.Response:
    """The chart of one range, label and measure."""
    tags = request.app[SERVING].settings.exposition.tags
    try:
        asked = parse_trend(request.query, tags)
        told = await _told(request, asked, tags)
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    except TooManySums as many:
        return error_answer(400, str(many), "by")
    except (sqlite3.Error, TimeoutError) as error:
        return unreadable(error)
    body = {**asked._asdict(), "unit": MEASURES[asked.measure].unit, **told}
    return json_answer(body)


async def _told(request: web.Request, asked: TrendQuery, tags: tuple[str, ...]) -> JsonObject:
    if not RANGES[asked.range].steps:
        return _recent(request.app[TREND], asked, time.time())
    cache, history = request.app[CHARTS], request.app[HISTORY]
    async with cache.making:
        if known := cache.find(asked, time.monotonic()):
            return known
        charts = await asyncio.get_running_loop().run_in_executor(
            history.thread, _charts, history.remembered, asked, tags, time.time()
        )
        cache.keep(asked, time.monotonic(), charts)
        return charts[asked.measure]
