"""Which series are due, reading them, and how that went by kind, account and region."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.api_costs.budget import read_price
from cloud_carbon_exporter.collect.changes import ChangeLog
from cloud_carbon_exporter.collect.portions import in_portions
from cloud_carbon_exporter.collect.read_budget import Governor
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.collect.timeline import Track
from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded
from cloud_carbon_exporter.model.types import Outcome, Point, Resource, Signal
from cloud_carbon_exporter.providers.spec import Client, Metric, Read, Reading

log = logging.getLogger(__name__)

LOOK_BACK_PERIODS = 3  # a read reaches back so far at least, to find the newest Point

Group = tuple[str, str]  # account, region; both empty where one call spans the Target
Place = tuple[str, str, str]  # account, region, kind


@dataclass(frozen=True, slots=True)
class Asked:
    """Monitoring answered for all that happened to a resource before `until`, and is asked again at
    `next_read`.
    """

    resource_id: str
    until: float
    next_read: float


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of reads brought. released: ids of vanished resources that had their last read."""

    measured: tuple[Measured, ...] = ()
    asked: tuple[Asked, ...] = ()
    released: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Measured:
    """Points of one series, ready for the counters."""

    resource_id: str
    signal: Signal
    points: tuple[Point, ...]
    valid_seconds: float


def signals(resource: Resource) -> frozenset[Signal]:
    """Every signal that would change what the resource draws."""
    wanted = {
        signal
        for component in resource.components
        for signal in (component.load, component.per)
        if signal
    }
    if "gpu_ratio" in wanted:
        wanted.add("gpu_watts")
    return frozenset(wanted)


class Measurer:
    """The reads of one Target. Runs on the event loop."""

    def __init__(self, client: Client, target: Target, shared: Shared, changes: ChangeLog) -> None:
        self._client = client
        self._provider = target.provider
        self._settings = target.settings
        self._label = target.label
        self._counters = shared.counters
        self._budget = shared.budget
        self._changes = changes
        self._stale_after = shared.stale_after_seconds
        self._governor = Governor(
            shared.budget,
            target.name,
            dollars=target.settings.budget_dollars / shared.shard.of,
            free=target.settings.free_requests // shared.shard.of,
            price=read_price(target.label),
            single=target.provider.reads_span == "region",
            swing=shared.counters.swing,
        )
        self._metrics = {
            spec.kind: spec.metrics for spec in target.provider.services if spec.metrics
        }
        self._due: dict[tuple[str, str], float] = {}  # (resource id, metric name) -> when
        self._outcomes: dict[Place, Outcome] = {}

    def waits(self, resource: Resource) -> bool:
        """Whether what it draws now hangs on a series we read."""
        return bool(self._applicable(resource))

    def outcomes(self) -> tuple[Outcome, ...]:
        """How the newest reads went: one row a kind, account and region that has something to read."""
        return tuple(self._outcomes.values())

    async def round(
        self,
        resources: Iterable[Resource],
        departed: Iterable[Track],
        now: float,
        deadline_seconds: float,
    ) -> Round:
        """Read what is due, and make the last reads of what has vanished."""
        until = now - self._provider.settle_seconds
        due, present, places = await self._look(resources, now, until)
        chosen, put_off = self._governor.choose(due, now)
        groups: dict[Group, list[Read]] = defaultdict(list)
        for read in chosen:
            groups[self._group(read.resource, read.metric)].append(read)
        last = [track for track in departed if now >= track.seen_until + track.settle]
        for track in last:
            for metric in self._applicable(track.resource):
                groups[self._group(track.resource, metric)].append(
                    Read(track.resource, metric, track.covered)
                )
        self._due = {key: when for key, when in self._due.items() if key in present}
        self._governor.forget(present)
        rounds = (
            self._group_read(group, reads, until, now, deadline_seconds)
            for group, reads in groups.items()
        )
        results = await asyncio.gather(*rounds)
        self._outcomes = {
            place: outcome for place, outcome in self._outcomes.items() if place in places
        }
        return Round(
            tuple(one for measured, _ in results for one in measured),
            (*(one for _, asked in results for one in asked), *self._put_off(put_off, now)),
            frozenset(track.resource.id for track in last),
        )

    async def _look(
        self, resources: Iterable[Resource], now: float, until: float
    ) -> tuple[list[Read], set[tuple[str, str]], set[Place]]:
        """The reads that are due, every series there is, and where; scrapes are answered meanwhile."""
        due: list[Read] = []
        present: set[tuple[str, str]] = set()
        places: set[Place] = set()
        async for portion in in_portions(resources):
            for resource in portion:
                metrics = self._applicable(resource)
                if metrics:
                    places.add(
                        (resource.location.account_id, resource.location.region, resource.kind)
                    )
                for metric in metrics:
                    key = (resource.id, metric.name)
                    present.add(key)
                    if self._due.get(key, now) <= now:
                        due.append(self._read(resource, metric, until))
        return due, present, places

    def _put_off(self, reads: Iterable[Read], now: float) -> Iterable[Asked]:
        """What a budget puts off is not given up: it is asked for later, with all that happened
        until then.
        """
        later = now + self._settings.utilisation_interval_seconds
        return (
            Asked(read.resource.id, -math.inf, later)
            for read in reads
            if not read.metric.valid_seconds
        )

    def _applicable(self, resource: Resource) -> Sequence[Metric]:
        metrics = self._metrics.get(resource.kind)
        if not metrics:
            return ()
        wanted, known = signals(resource), resource.monitor
        return [
            metric
            for metric in metrics
            if metric.into in wanted and all(key in known for key in metric.dimensions.values())
        ]

    def _group(self, resource: Resource, metric: Metric) -> Group:
        if self._provider.reads_span == "target":
            return ("", "")
        if self._provider.reads_span == "account":
            return (resource.location.account_id, "")
        return (resource.location.account_id, metric.region or resource.location.region)

    def _read(self, resource: Resource, metric: Metric, until: float) -> Read:
        back = until - max(
            self._stale_after if not metric.valid_seconds else 0,
            LOOK_BACK_PERIODS * metric.period_seconds,
        )
        covered = self._counters.covered(resource.id)
        return Read(resource, metric, back if covered is None else min(back, covered))

    async def _group_read(
        self, group: Group, reads: Sequence[Read], until: float, now: float, deadline_seconds: float
    ) -> tuple[list[Measured], list[Asked]]:
        where = {
            "provider": self._label,
            "account_id": group[0],
            "region": group[1],
            "operation": "monitoring",
        }
        again = "the reads are tried again with the next refresh"
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(deadline_seconds):
                reading = await self._client.series(reads, until)
        except TimeoutError:
            late = DeadlineExceeded(
                f"monitoring did not answer within {deadline_seconds:.0f} s", hint=again, **where
            )
            reading = Reading(failures={read.resource.kind: late for read in reads})
        except CollectError as error:
            reading = Reading(failures={read.resource.kind: error for read in reads})
        except Exception as error:  # a defect of ours, or of a library, must not end the loop
            log.exception("reading the utilisation of %s failed unexpectedly", self._label)
            defect = CollectError(
                type(error).__name__, hint=f"the log has the trace; {again}", **where
            )
            reading = Reading(failures={read.resource.kind: defect for read in reads})
        self._note_outcomes(reads, reading, now, asyncio.get_running_loop().time() - started)
        asked: list[Asked] = []
        async for portion in in_portions(reads):
            self._note(portion, reading, now)
            asked += self._asked(portion, reading, until)
        return [
            one async for portion in in_portions(self._measured(reads, reading)) for one in portion
        ], asked

    def _asked(self, reads: Iterable[Read], reading: Reading, until: float) -> Iterator[Asked]:
        for read in reads:
            if reading.has_made(read) and not read.metric.valid_seconds:
                yield Asked(read.resource.id, until, self._due[read.resource.id, read.metric.name])

    def _measured(self, reads: Sequence[Read], reading: Reading) -> Iterable[Measured]:
        metrics = {(read.resource.id, read.metric.into): read.metric for read in reads}
        for (resource_id, signal), points in reading.points.items():
            metric = metrics.get((resource_id, signal.partition(":")[0]))
            if metric is not None:
                yield Measured(resource_id, signal, tuple(points), metric.valid_seconds)

    def _note(self, reads: Iterable[Read], reading: Reading, now: float) -> None:
        """When each series that was read is due next."""
        pause = self._settings.utilisation_interval_seconds if self._provider.reads_cost else 0.0
        for read in reads:
            if reading.has_made(read):
                self._governor.note(
                    read, reading.points.get((read.resource.id, read.metric.into), ()), now
                )
                self._due[read.resource.id, read.metric.name] = now + max(
                    pause, read.metric.every_seconds
                )

    def _note_outcomes(
        self, reads: Iterable[Read], reading: Reading, now: float, seconds: float
    ) -> None:
        """How it went: one Outcome a kind, account and region, and what could not be read."""
        for (kind, reason), count in reading.skipped.items():
            self._budget.skip(self._label, kind, reason, count)
        counts = Counter((read.resource.location, read.resource.kind) for read in reads)
        found: dict[Place, tuple[str, int]] = {}
        for (at, kind), count in counts.items():  # several zones of one region
            place = (at.account_id, at.region, kind)
            found[place] = (at.provider, found.get(place, ("", 0))[1] + count)
        for place, (provider, count) in found.items():
            error = reading.failures.get(place[2])
            before = self._outcomes.get(place)
            success = now if error is None else before.last_success if before else None
            self._outcomes[place] = Outcome(
                provider, *place, str(error or ""), seconds, count, success
            )
        self._say(reading.failures, {kind for _, _, kind in found})

    def _say(self, failures: Mapping[str, CollectError], kinds: Iterable[str]) -> None:
        for kind in kinds:
            error = failures.get(kind)
            if error is None:
                self._changes.well(("reads", kind), f"{self._label} utilisation of {kind}")
                continue
            self._changes.failed(
                ("reads", kind), f"utilisation of {kind} could not be read: {error}"
            )
            self._budget.error(self._label, error.operation or "monitoring", error.reason)
