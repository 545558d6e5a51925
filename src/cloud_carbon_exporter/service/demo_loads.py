"""Loads of a demo before it was started: three weeks of them, made up from its seed.

What stands in the estate is taken to have stood as it does now, and its days to be alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

from cloud_carbon_exporter.advice.known import long_enough
from cloud_carbon_exporter.collect.advising import Past
from cloud_carbon_exporter.collect.load_sketch import WEEK_SECONDS, WEEKS
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Resource, Signal
from cloud_carbon_exporter.providers.demo.day import day_number
from cloud_carbon_exporter.providers.demo.past import loads_at
from cloud_carbon_exporter.providers.options import DemoOptions

MOST_RESOURCES = 400
"""Resources that are given such a past; those of a larger estate gather it as they run."""

_DAY_HOURS = 24
_HOURS_TOGETHER = 2


def past_loads_of(settings: Settings) -> Past | None:
    """What makes up the loads before the demo of these settings; None where it is no demo."""
    if {target.provider for target in settings.targets} != {"demo"}:
        return None
    seed = settings.targets[0].options_of(DemoOptions).seed
    return partial(made_up_loads, seed=seed)


def made_up_loads(snapshot: Snapshot, statistics: LoadStatistics, seed: int) -> Iterator[None]:
    """Fill in three weeks before the Snapshot, for what has no two weeks behind it yet.

    A step a resource, so that whoever asks may pause.
    """
    until = int(snapshot.taken_at // HOUR_SECONDS) * HOUR_SECONDS
    since = until - WEEKS * WEEK_SECONDS
    for cluster in snapshot.clusters.requests:
        for workload in cluster.workloads:
            for hour in range(since, until, HOUR_SECONDS):
                statistics.workloads.add(cluster.cluster, workload, hour, hour + HOUR_SECONDS)
        yield
    for row in snapshot.rows[:MOST_RESOURCES]:
        resource = row.resource
        known = statistics.evidence(resource.id, snapshot.taken_at)
        if known is not None and long_enough(known):
            continue
        start = since if resource.started is None else max(since, resource.started)
        if resource.monitor:
            _fill(statistics, resource, int(start), until, seed)
        else:
            statistics.add(resource, {}, start, max(start, until))
        yield


def _fill(
    statistics: LoadStatistics, resource: Resource, since: int, until: int, seed: int
) -> None:
    """Count the hours of one resource, each at the load of its hour of day."""
    region = resource.location.region
    alike: defaultdict[tuple[bool, int], list[int]] = defaultdict(list)
    for hour in range(since // HOUR_SECONDS * HOUR_SECONDS, until, HOUR_SECONDS):
        time_of_day = hour // HOUR_SECONDS % _DAY_HOURS // _HOURS_TOGETHER
        alike[_is_weekend(hour, region), time_of_day].append(hour)
    for hours in alike.values():
        loads: Mapping[Signal, float] = loads_at(resource, hours[0], seed)
        for hour in hours:
            statistics.add(resource, loads, hour, hour + HOUR_SECONDS)


def _is_weekend(at: int, region: str) -> bool:
    return (day_number(at, region) + 3) % 7 >= 5  # 1 January 1970 was a Thursday
