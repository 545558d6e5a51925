"""Ranges the page looks back over, from an hour to thirteen months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_HOUR, _DAY = 3600, 86_400

SETTLING_SECONDS = 1800
"""Until an hour is whole: CloudWatch has its points ten minutes later, read every quarter hour."""


def last_hour_end(now: float) -> int:
    """End of the last hour that is counted wholly: one that is not would be drawn as a fall."""
    return int(max(now - SETTLING_SECONDS, _HOUR) // _HOUR) * _HOUR


@dataclass(frozen=True, slots=True)
class Range:
    """Range that ends with the last whole hour.

    steps: what it is cut into, the finest first; none: each refresh.
    """

    seconds: int
    steps: Sequence[str]

    def hours(self, now: float) -> tuple[int, int]:
        """Start and end of its hours."""
        end = last_hour_end(now)
        return max(0, end - self.seconds), end


RANGES: Mapping[str, Range] = {
    "1h": Range(_HOUR, ()),
    "24h": Range(_DAY, ("hour",)),
    "7d": Range(7 * _DAY, ("hour", "day")),
    "30d": Range(30 * _DAY, ("day",)),
    "90d": Range(90 * _DAY, ("day", "week")),
    "13mo": Range(396 * _DAY, ("week", "month")),
}
"""Ranges by name. A second step stands in where the first would be too many sums."""

RANGE_DEFAULT = "24h"
