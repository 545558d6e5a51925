"""Steps a range is cut into: hours, days, weeks and months of UTC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.api_costs.calendar_month import month_bounds
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS

_WEEK = 7 * DAY_SECONDS
_MONDAY = 4 * DAY_SECONDS  # 1 January 1970 was a Thursday


class Step(NamedTuple):
    """One step: where it starts, in SQL, of an hour; and where it ends, of its start."""

    start: str
    end: Callable[[int], int]


STEPS: Mapping[str, Step] = {
    "hour": Step("hour", lambda start: start + HOUR_SECONDS),
    "day": Step(f"hour / {DAY_SECONDS} * {DAY_SECONDS}", lambda start: start + DAY_SECONDS),
    "week": Step(
        f"(hour - {_MONDAY}) / {_WEEK} * {_WEEK} + {_MONDAY}", lambda start: start + _WEEK
    ),
    "month": Step(
        "CAST(strftime('%s', hour, 'unixepoch', 'start of month') AS INTEGER)",
        lambda start: int(month_bounds(start).end),
    ),
}
"""Steps by name."""
