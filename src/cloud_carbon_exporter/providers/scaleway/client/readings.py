"""Readings of Cockpit: rows that were joined, what failed, and those of all sources together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.scaleway.client.promql import Joined, Points, Window, within
from cloud_carbon_exporter.providers.spec import Metric, Read, Reading


def reading(joined: Joined, metric: Metric, reads: Sequence[Read], window: Window) -> Reading:
    """What one query brought; zeros for what writes nothing while it sleeps."""
    points = joined.points
    # What is absent may be what could not be read, so nothing is said to be absent then.
    if metric.absent is not None and not joined.skipped:
        for read in reads:
            zeros = within(window.zeros(metric.absent), read.start, window.last)
            points.setdefault((read.resource.id, metric.into), zeros)
    kind = reads[0].resource.kind
    return Reading(
        {key: of_signal for key, of_signal in points.items() if of_signal},
        skipped={(kind, reason): count for reason, count in joined.skipped.items()},
    )


def failed(reads: Sequence[Read], error: CollectError) -> Reading:
    """Failure of all kinds that were to be read."""
    return Reading(failures={read.resource.kind: error for read in reads})


def together(readings: Iterable[Reading]) -> Reading:
    """All readings as one."""
    points: Points = {}
    failures: dict[str, CollectError] = {}
    skipped: Counter[tuple[str, str]] = Counter()
    unpublished: dict[str, str] = {}
    for reading in readings:
        points.update(reading.points)
        failures.update(reading.failures)
        skipped.update(reading.skipped)
        unpublished.update(reading.unpublished)
    return Reading(points, failures, skipped, unpublished=unpublished)
