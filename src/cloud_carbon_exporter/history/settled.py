"""Hours that are whole: of which no monitoring will tell more."""

from __future__ import annotations

from cloud_carbon_exporter.model.hours import HOUR_SECONDS

SETTLING_SECONDS = 1800
"""Until an hour is whole: CloudWatch has its points ten minutes later, read every quarter hour."""


def last_hour_end(now: float) -> int:
    """End of the last hour that is counted wholly: one that is not would be drawn as a fall."""
    return int(max(now - SETTLING_SECONDS, HOUR_SECONDS) // HOUR_SECONDS) * HOUR_SECONDS
