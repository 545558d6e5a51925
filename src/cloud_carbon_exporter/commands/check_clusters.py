"""`check` of clusters of Kubernetes: whether the Prometheus of each answers, and what it knows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.kubernetes.feed import READ_SECONDS, ClusterFeed, Read
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings


class Tried(NamedTuple):
    """What came of one cluster: what it knows, or why it could not be read."""

    cluster: str
    detail: str
    error: str


class _Unheard:
    """What a feed says of changes: here each is told once anyway."""

    def failed(self, thing: object, error: object) -> None:
        """Nothing to tell."""

    def well(self, thing: object, text: str) -> None:
        """Nothing to tell."""


async def try_clusters(clusters: Sequence[ClusterSettings], budget: Budget) -> list[Tried]:
    """Ask every cluster's Prometheus all that is asked for a split."""
    meter = budget.meter("kubernetes")
    feed = ClusterFeed(
        clusters,
        0,
        meter,
        budget.error,
        _Unheard(),
        time.time,
        first_patience_seconds=READ_SECONDS,
        bills=budget,
    )
    try:
        await feed.refresh()
    finally:
        await feed.close()
    return list(map(_tried, feed.reads()))


def _tried(read: Read) -> Tried:
    name = read.settings.cluster
    if read.usage is None:
        return Tried(name, "", read.error or f"no answer within {READ_SECONDS:g} s")
    return Tried(name, ", ".join(_known(read)), "")


def _known(read: Read) -> Iterator[str]:
    """What there is, and what is missing for an exact split."""
    usage = read.usage
    assert usage is not None
    workloads = set().union(*(node.workloads for node in usage.nodes))
    yield f"nodes: {len(usage.nodes)}, workloads: {len(workloads)}"
    nodes = [each.node for each in usage.nodes]
    if all(node.cores_used is None for node in nodes):
        yield "nothing tells what nodes use in all"
    if not any(held.cores for each in usage.nodes for held in each.workloads.values()):
        yield "no pod's use of processors: is cAdvisor scraped?"
    if not any(each.provider_id for each in usage.nodes):
        yield "no node has a provider id"
