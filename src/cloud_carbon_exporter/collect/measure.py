"""Measuring: the reads of one Target that are made in a refresh, and how that went."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.api_costs.prices import read_price
from cloud_carbon_exporter.collect.due_reads import DueReads, outcome_key
from cloud_carbon_exporter.collect.failure_log import FailureLog
from cloud_carbon_exporter.collect.last_reads import last_reads
from cloud_carbon_exporter.collect.outcomes import OutcomeKey
from cloud_carbon_exporter.collect.portions import in_portions
from cloud_carbon_exporter.collect.read_budget import ReadBudget, swing_watts
from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded
from cloud_carbon_exporter.model.quick import quick_dataclass
from cloud_carbon_exporter.model.snapshot import Outcome
from cloud_carbon_exporter.model.types import Point, Resource, Signal
from cloud_carbon_exporter.providers.spec import Client, Metric, Read, Reading

log = logging.getLogger(__name__)


class ReadGroup(NamedTuple):
    """What one call of Client.series spans; both empty where it spans the Target."""

    account_id: str = ""
    region: str = ""


@quick_dataclass(frozen=True, slots=True)
class Measured:
    """Points of one series, ready for the counters.

    corrects: whether silence is taken for a value, so that a late Point adds to what was counted.
    """

    resource_id: str
    signal: Signal
    points: tuple[Point, ...]
    valid_seconds: float
    corrects: bool = False


@quick_dataclass(frozen=True, slots=True)
class Asked:
    """Monitoring answered for all before `until`, and is asked again at `next_read`.

    delay: how much later than others the series is complete.
    """

    resource_id: str
    until: float
    next_read: float
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of reads brought.

    released: ids of vanished or stopped resources that had their last read -> up to when that was.
    """

    measured: tuple[Measured, ...] = ()
    asked: tuple[Asked, ...] = ()
    released: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _GroupRound:
    """What the reads of one group brought. unmade: ids of resources of which one was not made."""

    measured: tuple[Measured, ...] = ()
    asked: tuple[Asked, ...] = ()
    unmade: frozenset[str] = frozenset()


class Measurer:
    """The reads of one Target. Runs on the event loop, one round at a time."""

    def __init__(
        self, client: Client, target: Target, shared: Shared, failures: FailureLog
    ) -> None:
        self._client = client
        self._provider = target.provider
        self._settings = target.settings
        self._label = target.label
        self._account = shared.budget
        self._failures = failures
        self.due = DueReads(target, shared)
        self._read_budget = ReadBudget(
            shared.budget,
            target.name,
            dollars=target.settings.budget_dollars / shared.shard.of,
            free=target.settings.free_requests // shared.shard.of,
            price=read_price(target.label),
            single=target.provider.reads_span == "region",
            swing=lambda resource: swing_watts(resource, shared.surroundings_of(resource).place),
        )
        self._outcomes: dict[OutcomeKey, Outcome] = {}

    def waits(self, resource: Resource) -> bool:
        """Whether what it draws now hangs on a series we read."""
        return bool(self.due.applicable(resource))

    def outcomes(self) -> tuple[Outcome, ...]:
        """How the newest reads went: one row a kind, account and region with something to read."""
        return tuple(self._outcomes.values())

    async def round(
        self,
        resources: Iterable[Resource],
        departed: Iterable[Timeline],
        now: float,
        deadline_seconds: float,
    ) -> Round:
        """Read what is due, and make the last reads of what has vanished."""
        until = now - self._provider.settle_seconds
        overview = await self.due.overview(resources, now, until)
        choice = self._read_budget.choose(overview.due, now)
        groups: defaultdict[ReadGroup, list[Read]] = defaultdict(list)
        for read in choice.now:
            groups[self._group(read.resource, read.metric)].append(read)
        last = last_reads(departed, until, self.due.applicable)
        for read in last.reads:
            groups[self._group(read.resource, read.metric)].append(read)
        self.due.keep_only(overview.present)
        self._read_budget.forget(overview.present)
        reading = (
            self._read_group(group, reads, until, now, deadline_seconds)
            for group, reads in groups.items()
        )
        released = last.released
        asked = [Asked(name, -math.inf, -math.inf, delay) for name, delay in last.delays.items()]
        measured: list[Measured] = []
        for part in await asyncio.gather(*reading):
            measured += part.measured
            asked += part.asked
            for resource_id in part.unmade:  # a last read that failed is made again
                released.pop(resource_id, None)
        asked += self._put_off(choice.later, now)
        for key in self._outcomes.keys() - overview.places:
            del self._outcomes[key]
        return Round(tuple(measured), tuple(asked), released)

    def _put_off(self, reads: Iterable[Read], now: float) -> Iterator[Asked]:
        """What a budget puts off is asked for later, with all until then; it is not given up."""
        later = now + self._settings.utilisation_interval_seconds
        for read in reads:
            if not read.metric.valid_seconds:
                yield Asked(read.resource.id, -math.inf, later)

    def _group(self, resource: Resource, metric: Metric) -> ReadGroup:
        # GetMetricData is called in a region with an account's credentials, and CloudFront's series
        # lie in us-east-1 wherever it answers. Cloud Monitoring reads all regions of a project, or
        # of all projects of a scoping project, at once.
        at = resource.location
        if self._provider.reads_span == "target":
            return ReadGroup()
        if self._provider.reads_span == "account":
            return ReadGroup(at.account_id)
        return ReadGroup(at.account_id, metric.region or at.region)

    async def _read_group(
        self,
        group: ReadGroup,
        reads: Sequence[Read],
        until: float,
        now: float,
        deadline_seconds: float,
    ) -> _GroupRound:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(deadline_seconds):
                reading = await self._client.series(reads, until)
        except TimeoutError:
            silence = f"monitoring did not answer within {deadline_seconds:.0f} s"
            reading = _all_failed(reads, self._late(group, silence))
        except CollectError as error:
            reading = _all_failed(reads, error)
        except Exception as error:  # a defect of ours, or of a library, must not end the loop
            log.exception("reading the utilisation of %s failed unexpectedly", self._label)
            reading = _all_failed(reads, self._defect(group, error))
        self._note_outcomes(reads, reading, now, loop.time() - started)
        # What was not made stays due, so the next refresh reads it, whatever the read interval.
        asked: list[Asked] = []
        unmade: set[str] = set()
        for read in reads:
            if not reading.has_made(read):
                unmade.add(read.resource.id)
        async for reads_made in in_portions(read for read in reads if reading.has_made(read)):
            self._note(reads_made, reading, now)
            asked += self._asked(reads_made, until, now)
        measured: list[Measured] = []
        async for series in in_portions(_measured(reads, reading)):
            measured += series
        return _GroupRound(tuple(measured), tuple(asked), frozenset(unmade))

    def _late(self, group: ReadGroup, message: str) -> CollectError:
        hint = "the reads are tried again with the next refresh"
        return DeadlineExceeded(message, hint=hint, **self._where(group))

    def _defect(self, group: ReadGroup, error: Exception) -> CollectError:
        hint = "the log has the trace; the reads are tried again with the next refresh"
        return CollectError(type(error).__name__, hint=hint, **self._where(group))

    def _where(self, group: ReadGroup) -> dict[str, str]:
        return {
            "provider": self._label,
            "account_id": group.account_id,
            "region": group.region,
            "operation": "monitoring",
        }

    def _asked(self, reads_made: Iterable[Read], until: float, now: float) -> Iterator[Asked]:
        for read in reads_made:
            if not read.metric.valid_seconds:
                delay = read.metric.delay_seconds
                yield Asked(read.resource.id, until - delay, self.due.due_at(read, now), delay)

    def _note(self, reads_made: Iterable[Read], reading: Reading, now: float) -> None:
        """When each series that was read is due next, and how much its load varies."""
        for read in reads_made:
            points = reading.points.get((read.resource.id, read.metric.into), ())
            self._read_budget.note(read, points, now)
            self.due.note(read, now)

    def _note_outcomes(
        self, reads: Iterable[Read], reading: Reading, now: float, seconds: float
    ) -> None:
        """How it went: one Outcome a kind, account and region, and what could not be read."""
        for (kind, reason), count in reading.skipped.items():
            self._account.skip(self._label, kind, reason, count)
        counts = Counter(outcome_key(read.resource) for read in reads)
        for key, count in counts.items():
            error = reading.failures.get(key.kind)
            before = self._outcomes.get(key)
            last_success = before.last_success if before is not None else None
            if error is None:
                last_success = now
            self._outcomes[key] = Outcome(
                *key, str(error or ""), seconds, count, last_success, found=True
            )
        self._say(reading.failures, {key.kind for key in counts})

    def _say(self, failures: Mapping[str, CollectError], kinds: Iterable[str]) -> None:
        for kind in kinds:
            error, thing = failures.get(kind), ("reads", kind)
            if error is None:
                self._failures.well(thing, f"{self._label} utilisation of {kind}")
                continue
            self._failures.failed(thing, f"utilisation of {kind} could not be read: {error}")
            self._account.error(self._label, error.operation or "monitoring", error.reason)


def _all_failed(reads: Iterable[Read], error: CollectError) -> Reading:
    return Reading(failures={read.resource.kind: error for read in reads})


def _measured(reads: Sequence[Read], reading: Reading) -> Iterator[Measured]:
    """The series of a reading, with what its Metric says of how long a value holds."""
    metrics: dict[tuple[str, Signal], Metric] = {}
    for read in reads:
        metrics[read.resource.id, read.metric.into] = read.metric
        metrics[read.resource.id, read.metric.counted_as] = read.metric
    # A signal may bear a storage class after a colon, as the sizes of an S3 bucket come by class.
    for (resource_id, signal), points in reading.points.items():
        metric = metrics.get((resource_id, signal.partition(":")[0]))
        if metric is not None:
            corrects = metric.absent is not None
            yield Measured(resource_id, signal, tuple(points), metric.valid_seconds, corrects)
