"""Calendar months in UTC: their bounds, their length, and the share of one that has passed.

AWS bills by months in UTC. Google's invoices follow US Pacific time, some hours off, which neither
a budget nor a month's emissions need to know.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

# Of a mean month: what a rate is told a month as. A Gregorian year has 365.2425 days; the invoices
# and calculators of the clouds take 730 hours, 0.07 % less.
SECONDS_PER_MONTH = 365.25 * 86400 / 12


class MonthBounds(NamedTuple):
    """The month [start, end), in Unix seconds."""

    start: float
    end: float


def month_bounds(moment: float) -> MonthBounds:
    """Start and end of the calendar month a moment lies in."""
    moment_in_utc = datetime.fromtimestamp(moment, UTC)
    start = moment_in_utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return MonthBounds(start.timestamp(), end.timestamp())


def month_seconds(moment: float) -> float:
    """Length of the calendar month a moment lies in."""
    month = month_bounds(moment)
    return month.end - month.start


def elapsed_share(moment: float) -> float:
    """Share of its calendar month that has passed at a moment, 0..1."""
    month = month_bounds(moment)
    return (moment - month.start) / (month.end - month.start)


def month_name(moment: float) -> str:
    """Name of the calendar month a moment lies in, as "2026-11"."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m")
