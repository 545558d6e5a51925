"""Reads that are due: which monitoring series a resource has, and when each is read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.collect.outcomes import OutcomeKey
from cloud_carbon_exporter.collect.portions import in_portions
from cloud_carbon_exporter.collect.read_budget import SeriesKey, series_key
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.model.types import Resource, Signal
from cloud_carbon_exporter.providers.spec import Metric, Read

# A read reaches back so many periods at least, to find the newest Point.
LOOK_BACK_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Overview:
    """What an estate has to read: the reads that are due, and where.

    present: every series there is of those of which it is kept when they are due.
    """

    due: list[Read] = field(default_factory=list)
    present: set[SeriesKey] = field(default_factory=set)
    places: set[OutcomeKey] = field(default_factory=set)


def signals(resource: Resource) -> frozenset[Signal]:
    """Every signal that would change what the resource draws."""
    wanted: set[Signal] = set()
    for component in resource.components:
        wanted.update((component.load, component.per))
    wanted.discard("")
    if "gpu_ratio" in wanted:
        wanted.add("gpu_watts")  # where a board tells its watts, they go before its load
    return frozenset(wanted)


def outcome_key(resource: Resource) -> OutcomeKey:
    """Where the outcome of reading a resource's utilisation stands: zones of a region together."""
    at = resource.location
    return OutcomeKey(at.provider, at.account_id, at.region, resource.kind)


class DueReads:
    """The series of one Target, and when each is due."""

    def __init__(self, target: Target, shared: Shared) -> None:
        self._target = target.name
        self._counters = shared.counters
        self._stale_after = shared.stale_after_seconds
        # Free reads come with every refresh.
        self._paid = target.provider.reads_cost
        self._pause = target.settings.utilisation_interval_seconds if self._paid else 0.0
        self._metrics: dict[str, Sequence[Metric]] = {}
        for spec in target.provider.services:
            if spec.metrics:
                self._metrics[spec.kind] = spec.metrics
        self._due: dict[SeriesKey, float] = {}

    def applicable(self, resource: Resource) -> Sequence[Metric]:
        """The series a resource has: those that matter and whose dimensions are known."""
        metrics = self._metrics.get(resource.kind)
        if not metrics:
            return ()
        wanted, names = signals(resource), resource.monitor.keys()
        return [
            metric
            for metric in metrics
            if metric.into in wanted and names >= set(metric.dimensions.values())
        ]

    async def overview(self, resources: Iterable[Resource], now: float, until: float) -> Overview:
        """What there is to read; scrapes are answered meanwhile.

        until: monitoring is complete up to this moment.
        """
        overview = Overview()
        async for portion in in_portions(resources):
            for resource in portion:
                metrics = self.applicable(resource)
                if metrics:
                    overview.places.add(outcome_key(resource))
                for metric in metrics:
                    if self._is_kept(metric):
                        key = series_key(resource, metric)
                        overview.present.add(key)
                        if not self._is_due(key, metric, now):
                            continue
                    overview.due.append(self._read(resource, metric, until))
        return overview

    def _is_kept(self, metric: Metric) -> bool:
        """Whether it is kept when a series is due; what every refresh reads for free always is."""
        return self._paid or metric.every_seconds > 0

    def _is_due(self, key: SeriesKey, metric: Metric, now: float) -> bool:
        """Whether a series is to be read; so is one due later than ever, as the clock was set."""
        return not now < self._due.get(key, now) <= now + self._pause_of(metric)

    def _pause_of(self, metric: Metric) -> float:
        # S3 writes the size of a bucket once a day: reading it each quarter of an hour would cost
        # 96 times as much and tell nothing more.
        return max(self._pause, metric.every_seconds)

    def _read(self, resource: Resource, metric: Metric, until: float) -> Read:
        """The read of a series from where its resource is covered, or from further back."""
        waited = 0.0 if metric.valid_seconds else self._stale_after
        complete = until - metric.delay_seconds
        periods = LOOK_BACK_PERIODS * metric.period_seconds
        # What holds for days may be the only sample of a day: none within hours is not nothing.
        start = complete - max(waited, periods, metric.valid_seconds)
        counts_from = self._counters.counts_from(self._target, resource)
        if counts_from is not None:
            start = min(start, counts_from)
        return Read(resource, metric, start)

    def note(self, read: Read, now: float) -> None:
        """A read was made: it is due again after a while."""
        if self._is_kept(read.metric):
            key = series_key(read.resource, read.metric)
            self._due[key] = now + self._pause_of(read.metric)

    def due_at(self, read: Read, now: float) -> float:
        """When a series that was read now is due again."""
        if not self._is_kept(read.metric):
            return now
        return self._due[series_key(read.resource, read.metric)]

    def move(self, seconds: float) -> None:
        """The clock was set: nothing is due earlier or later for it."""
        for key in self._due:
            self._due[key] += seconds

    def keep_only(self, present: set[SeriesKey]) -> None:
        """Forget what is no longer there."""
        for key in self._due.keys() - present:
            del self._due[key]
