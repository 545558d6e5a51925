"""Sources of usage: how each kind is opened, and what all of them answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from cloud_carbon_exporter.errors import CollectError, Malformed, Stale
from cloud_carbon_exporter.http.vector import L, Pieces
from cloud_carbon_exporter.kubernetes.pod_labels import PodLabels
from cloud_carbon_exporter.kubernetes.prometheus import Count, Prometheus
from cloud_carbon_exporter.kubernetes.queries import OF_PODS, QUERIES
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.usage import Usage, UsageReading

APART_SECONDS = 300.0
"""Clocks that are further apart than Prometheus looks back: its present is none of ours."""


class Meter(Protocol):
    """Where calls are counted."""

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count one call."""
        ...


class Source(Protocol):
    """What tells the usage of one cluster."""

    async def usage(self, now: Callable[[], float]) -> Usage:
        """Usage as it is now. Raises CollectError."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


Opening = Callable[[ClusterSettings, Meter], Source]
"""Opens the source of a cluster."""


def open_source(settings: ClusterSettings, meter: Meter) -> Source:
    """Source of a cluster, as it is configured."""
    if settings.source == "cloud_monitoring":
        # Clients of clouds are loaded where they are asked for alone.
        from cloud_carbon_exporter.kubernetes.cloud_monitoring import CloudMonitoring, open_rest

        return CloudMonitoring(settings, open_rest(settings, meter))
    if settings.source == "container_insights":
        from cloud_carbon_exporter.kubernetes.container_insights import (
            ContainerInsights,
            open_client,
        )

        return ContainerInsights(settings, open_client(settings, meter))
    return FromPrometheus(settings, meter)


class Asked(Protocol):
    """What is asked the QUERIES: a Prometheus, or what stands in for it."""

    async def ask(self, name: str) -> Pieces[dict[str, str]]:
        """Answer to one of the QUERIES. Raises CollectError."""
        ...

    async def ask_of_pods(self, name: str) -> Pieces[PodLabels]:
        """Answer to one of those OF_PODS. Raises CollectError."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class FromPrometheus:
    """Usage by a Prometheus, or what answers as one: Thanos, Mimir, Cockpit."""

    def __init__(
        self,
        settings: ClusterSettings,
        meter: Meter,
        opened: Callable[[ClusterSettings, Count], Asked] = Prometheus,
    ) -> None:
        def count(operation: str, outcome: str) -> None:
            meter.call(account_id="", api="prometheus", operation=operation, outcome=outcome)

        self._prometheus = opened(settings, count)

    async def usage(self, now: Callable[[], float]) -> Usage:
        """See Source."""
        reading = UsageReading()
        # One after another: each is held in memory while it is read.
        for name in QUERIES:
            if name in OF_PODS:
                of_pods = await self._prometheus.ask_of_pods(name)
                _must_be_present(of_pods.at, now())
                await asyncio.to_thread(_take, reading.take_pods, name, of_pods.samples)
            else:
                series = await self._prometheus.ask(name)
                _must_be_present(series.at, now())
                await asyncio.to_thread(_take, reading.take, name, series.samples)
        return await asyncio.to_thread(_whole, reading)

    async def close(self) -> None:
        """See Source."""
        await self._prometheus.close()


def _must_be_present(at: float | None, now: float) -> None:
    ahead = 0.0 if at is None else at - now
    if abs(ahead) > APART_SECONDS:
        way = "ahead of" if ahead > 0 else "behind"
        raise Stale(f"its clock is {abs(ahead):.0f} s {way} ours")


def _take(
    take: Callable[[str, Iterable[tuple[L, float]]], None],
    name: str,
    told: Iterable[tuple[L, float]],
) -> None:
    """Take an answer. Raises CollectError; Malformed for what could not be thought of."""
    try:
        take(name, told)
    except CollectError as error:
        error.operation = error.operation or name
        raise
    except (TypeError, ValueError, LookupError, AttributeError):
        raise Malformed("the answer cannot be read", operation=name) from None


def _whole(reading: UsageReading) -> Usage:
    """Usage by all answers. Raises CollectError."""
    try:
        return reading.usage()
    except (TypeError, ValueError, LookupError, AttributeError):
        raise Malformed("the answers cannot be read") from None
