"""Feed of usage: asks the Prometheus of each cluster in time, and keeps its last good answer."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded
from cloud_carbon_exporter.http.round import Round
from cloud_carbon_exporter.kubernetes.prometheus import PROVIDER
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.sources import Meter, Opening, open_source
from cloud_carbon_exporter.kubernetes.spending import Bills, Spending
from cloud_carbon_exporter.kubernetes.usage import Usage

log = logging.getLogger(__name__)

FIRST_PATIENCE_SECONDS = 5.0
READ_SECONDS = 120.0
"""All queries of one cluster must end within this."""


class Changes(Protocol):
    """Where failures that last are said once."""

    def failed(self, thing: object, error: object) -> None:
        """It fails."""
        ...

    def well(self, thing: object, text: str) -> None:
        """It works."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of one cluster. usage, read_at: of the newest answer; None before there is one.

    error: why the last try failed; empty where it went well. tried: whether any has ended.
    seldom_seconds: how old the usage of a source may be that is asked seldom, at the least.
    """

    settings: ClusterSettings
    usage: Usage | None = None
    read_at: float | None = None
    error: str = ""
    tried: bool = False
    seldom_seconds: float = 0.0

    def usable(self, now: float, stale_after: float) -> Usage | None:
        """The usage, while it is not older than figures may be."""
        stale_after = max(stale_after, self.seldom_seconds)
        if self.read_at is None or not -stale_after <= now - self.read_at <= stale_after:
            return None
        return self.usage


class _Cluster:
    """One cluster: its source, and what that said."""

    def __init__(
        self,
        settings: ClusterSettings,
        meter: Meter,
        opened: Opening,
        bills: Bills | None,
    ) -> None:
        self.spending = Spending(settings, bills)
        self.source = opened(settings, self.spending.meter(meter))
        self.read = Read(settings)
        self.due = -math.inf

    async def ask(self, now: Callable[[], float]) -> Usage:
        """Usage as it is now. Raises CollectError."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await self.source.usage(now)
        except TimeoutError:
            raise DeadlineExceeded(f"the queries took longer than {READ_SECONDS:g} s") from None


class ClusterFeed:
    """Usage of all clusters; asking has one loop, reading is safe from any thread.

    count_error: where errors by (provider, operation, reason) are counted. clock: time of the
    house. wall: time of this machine, which is held against that of the Prometheus.
    first_patience_seconds: how long the first answers are waited for. opened: what is asked. bills:
    where it is written down what sources cost that are paid for.
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
        opened: Opening = open_source,
        bills: Bills | None = None,
    ) -> None:
        self._clusters = [_Cluster(settings, meter, opened, bills) for settings in clusters]
        self._interval = interval_seconds
        self._count_error, self._changes = count_error, changes
        self._clock, self._wall = clock, wall
        self._round = Round(first_patience_seconds)

    @property
    def clusters(self) -> tuple[ClusterSettings, ...]:
        """What is asked."""
        return tuple(cluster.read.settings for cluster in self._clusters)

    def reads(self) -> tuple[Read, ...]:
        """What is known of each cluster."""
        return tuple(cluster.read for cluster in self._clusters)

    async def refresh(self) -> None:
        """Ask what is due. What is slow is not waited for; its answer is there the next time."""
        if self._clusters:
            await self._round.ask(self._ask_all)

    def give_up(self) -> None:
        """Wait no longer for what is being asked."""
        self._round.give_up()

    async def close(self) -> None:
        """Stop asking."""
        await self._round.close()
        for cluster in self._clusters:
            await cluster.source.close()

    def move(self, seconds: float) -> None:
        """The clock was set: marks of its time move with it."""
        for cluster in self._clusters:
            cluster.due += seconds
            read = cluster.read
            if read.read_at is not None:
                cluster.read = replace(read, read_at=read.read_at + seconds)

    async def _ask_all(self) -> None:
        now = self._clock()
        # A target that is refreshed publishes for all: each cluster is asked once an interval.
        due = [cluster for cluster in self._clusters if cluster.due <= now]
        for cluster in due:
            cluster.due = now + self._interval * _NEARLY
        await asyncio.gather(*map(self._ask, due))

    async def _ask(self, cluster: _Cluster) -> None:
        began = self._clock()
        spending = cluster.spending
        if not spending.may_ask():
            cluster.read = replace(cluster.read, error=_SPENT, tried=True)
            return
        await self._read(cluster)
        seconds = spending.interval(self._interval)
        cluster.due = began + seconds * _NEARLY
        if seconds > self._interval:
            cluster.read = replace(cluster.read, seldom_seconds=2 * seconds)

    async def _read(self, cluster: _Cluster) -> None:
        before = cluster.read
        settings = before.settings
        try:
            usage = await cluster.ask(self._wall)
        except CollectError as error:
            error.provider, error.account_id = PROVIDER, settings.cluster
            self._count_error(PROVIDER, error.operation, error.reason)
            self._changes.failed(settings.cluster, error)
            cluster.read = replace(before, error=str(error), tried=True)
            return
        except Exception:  # a defect of ours: the other clusters, and the nodes, go on
            log.exception("cluster %s could not be read", settings.cluster)
            error_text = "it could not be read: see the log"
            cluster.read = replace(before, error=error_text, tried=True)
            return
        self._changes.well(settings.cluster, f"{PROVIDER} {settings.cluster}")
        cluster.read = Read(settings, usage, self._clock(), "", True)


_SPENT = "its budget of this month is spent: it is asked again in the next"
_NEARLY = 0.9
"""Of an interval: timers of the collection that come a little early still find it due."""
