"""Cluster of a demo: split as any other, but for its Prometheus, which is made up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.http.vector import Pieces, Sample
from cloud_carbon_exporter.kubernetes.pod_labels import PodLabels, pod_labels
from cloud_carbon_exporter.kubernetes.prometheus import Count
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.sources import FromPrometheus, Opening
from cloud_carbon_exporter.providers.demo.cluster import CLUSTER, Answer, answers
from cloud_carbon_exporter.providers.options import DemoOptions


class DemoPrometheus:
    """Answers as `kubernetes.prometheus` does, from what is made up."""

    def __init__(self, options: DemoOptions, count: Count, clock: Callable[[], float]) -> None:
        self._options, self._count, self._clock = options, count, clock
        self._answer: Answer | None = None

    async def ask(self, name: str) -> Pieces[dict[str, str]]:
        """Answer to one of the queries."""
        told = await self._told(name)
        return Pieces(((dict(labels), value) for labels, value in told), None)

    async def ask_of_pods(self, name: str) -> Pieces[PodLabels]:
        """Answer to one of those of pods."""
        told = await self._told(name)
        return Pieces(((pod_labels(labels), value) for labels, value in told), None)

    async def _told(self, name: str) -> Sequence[Sample]:
        if self._answer is None:
            seed, resources = self._options.seed, self._options.resources
            self._answer = await asyncio.to_thread(answers, seed, resources)
        self._count(name, "success")
        return tuple(self._answer(name, self._clock()))

    async def close(self) -> None:
        """Nothing to close."""


def demo_cluster(settings: Settings) -> ClusterSettings | None:
    """The cluster of the demo of these settings; None where others are named, or it is no demo."""
    if settings.clusters or {target.provider for target in settings.targets} != {"demo"}:
        return None
    empty = not settings.targets[0].options_of(DemoOptions).resources
    return None if empty else ClusterSettings(cluster=CLUSTER, url="")


def opening_demo(settings: Settings, clock: Callable[[], float]) -> Opening:
    """What opens the source of a demo's cluster."""
    options = settings.targets[0].options_of(DemoOptions)

    def opened(_: ClusterSettings, count: Count) -> DemoPrometheus:
        return DemoPrometheus(options, count, clock)

    return lambda cluster, meter: FromPrometheus(cluster, meter, opened)
