"""Counted time of a period: its share, and the hours or days nothing is known of."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.history.query import Query
from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.reporting.period.figures import Counted, Period, Source

LONG_DAYS = 62
"""Days above which gaps are told by the day: a year of hours is a long answer."""

DAY_SECONDS = 86_400


def counted(source: Source, period: Period) -> Counted:
    """How much of the period was counted. Raises what the source does."""
    long = period.seconds > LONG_DAYS * DAY_SECONDS
    step = "day" if long else source.finest
    known: dict[int, float] = {}
    for row in source.ask(Query(period.start, period.end, {}, step)):
        known[row.start] = row.seconds
    seconds = min(float(period.seconds), sum(known.values()))
    return Counted(seconds, seconds / period.seconds, tuple(_gaps(period, known, step)), step)


def _gaps(period: Period, known: dict[int, float], step: str) -> Iterable[Period]:
    """Steps of which nothing was counted, those that touch as one."""
    begun: int | None = None
    start = period.start
    while start < period.end:
        if known.get(start):
            if begun is not None:
                yield Period(begun, start)
            begun = None
        elif begun is None:
            begun = start
        start = min(period.end, _next(start, step))
    if begun is not None:
        yield Period(begun, period.end)


def _next(start: int, step: str) -> int:
    """Start of the next step: a period may begin within a day."""
    if step == "day":
        start = start // DAY_SECONDS * DAY_SECONDS
    return STEPS[step].end(start)
