"""Last reads: the utilisation of what vanished or stopped, once monitoring has told all of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.spec import Metric, Read


class LastReads(NamedTuple):
    """Reads to make now. released: ids of what is let go once they are made -> up to when they are.

    delays: ids of all that awaits them -> how much later than others its series are complete.
    """

    reads: list[Read]
    released: dict[str, float]
    delays: dict[str, float]


def last_reads(
    departed: Iterable[Timeline], until: float, applicable: Callable[[Resource], Sequence[Metric]]
) -> LastReads:
    """The reads of what ran last, from where it is covered; none before all its Points have come.

    until: monitoring is complete up to here, but for the delay of a metric.
    """
    last_ones = LastReads([], {}, {})
    for timeline in departed:
        last, resource_id = timeline.last_measured, timeline.resource.id
        if last is None:
            continue
        metrics = applicable(last.resource)
        delays = [metric.delay_seconds for metric in metrics]
        last_ones.delays[resource_id] = max(delays, default=0.0)
        if all(_is_complete(metric, last.until, until) for metric in metrics):
            last_ones.released[resource_id] = last.until
            for metric in metrics:
                last_ones.reads.append(Read(last.resource, metric, timeline.covered_until))
    return last_ones


def _is_complete(metric: Metric, end: float, until: float) -> bool:
    """Whether the Point in which a life ended has come. Of a slow figure the last one holds on."""
    if metric.valid_seconds:
        return end <= until
    period = metric.period_seconds
    return math.ceil(end / period) * period <= until - metric.delay_seconds
