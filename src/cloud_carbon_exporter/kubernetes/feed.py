"""Feed of usage: asks the Prometheus of each cluster in time, and keeps its last good answer."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded, Malformed, Stale
from cloud_carbon_exporter.http.prometheus import Sample, Series
from cloud_carbon_exporter.kubernetes.prometheus import PROVIDER, Count, Prometheus
from cloud_carbon_exporter.kubernetes.queries import QUERIES
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.usage import Usage, UsageReading

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
FIRST_PATIENCE_SECONDS = 5.0
READ_SECONDS = 120.0
"""All queries of one cluster must end within this."""
APART_SECONDS = 300.0
"""Clocks that are further apart than Prometheus looks back: its present is none of ours."""


class Meter(Protocol):
    """Where calls are counted."""

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count one call."""
        ...


class Changes(Protocol):
    """Where failures that last are said once."""

    def failed(self, thing: object, error: object) -> None:
        """It fails."""
        ...

    def well(self, thing: object, text: str) -> None:
        """It works."""
        ...


class Asked(Protocol):
    """What tells of one cluster: its Prometheus, or what stands in for it."""

    async def ask(self, name: str) -> Series:
        """Answer to one of the QUERIES. Raises CollectError."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of one cluster. usage, read_at: of the newest answer; None before there is one.

    error: why the last try failed; empty where it went well. tried: whether any has ended.
    """

    settings: ClusterSettings
    usage: Usage | None = None
    read_at: float | None = None
    error: str = ""
    tried: bool = False

    def usable(self, now: float, stale_after: float) -> Usage | None:
        """The usage, while it is not older than figures may be."""
        if self.read_at is None or not -stale_after <= now - self.read_at <= stale_after:
            return None
        return self.usage


class _Cluster:
    """One cluster: its Prometheus, and what it said."""

    def __init__(
        self,
        settings: ClusterSettings,
        meter: Meter,
        opened: Callable[[ClusterSettings, Count], Asked],
    ) -> None:
        def count(operation: str, outcome: str) -> None:
            meter.call(account_id="", api="prometheus", operation=operation, outcome=outcome)

        self.prometheus = opened(settings, count)
        self.read = Read(settings)
        self.due = -math.inf

    async def ask(self, now: Callable[[], float]) -> Usage:
        """Usage as it is now. Raises CollectError."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                reading = UsageReading()
                # One after another: each is held in memory while it is read.
                for name in QUERIES:
                    series = await self.prometheus.ask(name)
                    if series.at is not None:
                        _must_be_present(series.at - now())
                    await asyncio.to_thread(_take, reading, name, series.samples)
                return await asyncio.to_thread(_whole, reading)
        except TimeoutError:
            raise DeadlineExceeded(f"the queries took longer than {READ_SECONDS:g} s") from None


def _must_be_present(ahead: float) -> None:
    if abs(ahead) > APART_SECONDS:
        way = "ahead of" if ahead > 0 else "behind"
        raise Stale(f"its clock is {abs(ahead):.0f} s {way} ours")


def _take(reading: UsageReading, name: str, told: Sequence[Sample]) -> None:
    """Take an answer. Raises CollectError; Malformed for what could not be thought of."""
    try:
        reading.take(name, told)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise Malformed("the answer cannot be read", operation=name) from None


def _whole(reading: UsageReading) -> Usage:
    """Usage by all answers. Raises CollectError."""
    try:
        return reading.usage()
    except (TypeError, ValueError, LookupError, AttributeError):
        raise Malformed("the answers cannot be read") from None


class ClusterFeed:
    """Usage of all clusters; asking has one loop, reading is safe from any thread.

    count_error: where errors by (provider, operation, reason) are counted. clock: time of the
    house. wall: time of this machine, which is held against that of the Prometheus.
    first_patience_seconds: how long the first answers are waited for. opened: what is asked.
    """

    def __init__(
        self,
        clusters: Sequence[ClusterSettings],
        interval_seconds: float,
        meter: Meter,
        count_error: Callable[[str, str, str], None],
        changes: Changes,
        clock: Callable[[], float],
        wall: Callable[[], float] = time.time,
        first_patience_seconds: float = FIRST_PATIENCE_SECONDS,
        opened: Callable[[ClusterSettings, Count], Asked] = Prometheus,
    ) -> None:
        self._clusters = [_Cluster(settings, meter, opened) for settings in clusters]
        self._interval = interval_seconds
        self._count_error, self._changes = count_error, changes
        self._clock, self._wall = clock, wall
        self._first_patience = first_patience_seconds
        self._round: asyncio.Task[None] | None = None
        self._tried = False

    @property
    def clusters(self) -> tuple[ClusterSettings, ...]:
        """What is asked."""
        return tuple(cluster.read.settings for cluster in self._clusters)

    def reads(self) -> tuple[Read, ...]:
        """What is known of each cluster."""
        return tuple(cluster.read for cluster in self._clusters)

    async def refresh(self) -> None:
        """Ask what is due. What is slow is not waited for; its answer is there the next time."""
        if not self._clusters:
            return
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._ask_all())
        patience = PATIENCE_SECONDS if self._tried else self._first_patience
        await asyncio.wait({self._round}, timeout=patience)
        self._tried = True

    def give_up(self) -> None:
        """Wait no longer for what is being asked."""
        if self._round is not None:
            self._round.cancel()

    async def close(self) -> None:
        """Stop asking."""
        self.give_up()
        if self._round is not None:
            await asyncio.gather(self._round, return_exceptions=True)
        for cluster in self._clusters:
            await cluster.prometheus.close()

    def move(self, seconds: float) -> None:
        """The clock was set: marks of its time move with it."""
        for cluster in self._clusters:
            cluster.due += seconds
            read = cluster.read
            if read.read_at is not None:
                moved = read.read_at + seconds
                cluster.read = Read(read.settings, read.usage, moved, read.error, read.tried)

    async def _ask_all(self) -> None:
        now = self._clock()
        # A target that is refreshed publishes for all: each cluster is asked once an interval.
        due = [cluster for cluster in self._clusters if cluster.due <= now]
        for cluster in due:
            cluster.due = now + self._interval * _NEARLY
        await asyncio.gather(*map(self._ask, due))

    async def _ask(self, cluster: _Cluster) -> None:
        before = cluster.read
        settings = before.settings
        try:
            usage = await cluster.ask(self._wall)
        except CollectError as error:
            error.provider, error.account_id = PROVIDER, settings.cluster
            self._count_error(PROVIDER, error.operation, error.reason)
            self._changes.failed(settings.cluster, error)
            cluster.read = Read(settings, before.usage, before.read_at, str(error), True)
            return
        except Exception:  # a defect of ours: the other clusters, and the nodes, go on
            log.exception("cluster %s could not be read", settings.cluster)
            error_text = "it could not be read: see the log"
            cluster.read = Read(settings, before.usage, before.read_at, error_text, True)
            return
        self._changes.well(settings.cluster, f"{PROVIDER} {settings.cluster}")
        cluster.read = Read(settings, usage, self._clock(), "", True)


_NEARLY = 0.9
"""Of an interval: timers of the collection that come a little early still find it due."""
