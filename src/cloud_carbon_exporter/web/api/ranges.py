"""Ranges the page looks back over, from an hour to thirteen months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.history.settled import last_hour_end
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS


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
    "1h": Range(HOUR_SECONDS, ()),
    "24h": Range(DAY_SECONDS, ("hour",)),
    "7d": Range(7 * DAY_SECONDS, ("hour", "day")),
    "30d": Range(30 * DAY_SECONDS, ("day",)),
    "90d": Range(90 * DAY_SECONDS, ("day", "week")),
    "13mo": Range(396 * DAY_SECONDS, ("week", "month")),
}
"""Ranges by name. A second step stands in where the first would be too many sums."""

RANGE_DEFAULT = "24h"
