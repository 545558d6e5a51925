"""Need of nodes: how many of a cluster's the requests of its workloads fill."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from cloud_carbon_exporter.model.clusters import ClusterRequests, Requests

_DIGITS = 9


class Need(NamedTuple):
    """Shares of a cluster's cores and memory that are asked for."""

    cores: float
    memory: float

    @property
    def nodes(self) -> float:
        """Share of its nodes that is needed: where the one is full the other has no room either."""
        return min(1.0, max(self.cores, self.memory))


class Sizes(NamedTuple):
    """Cores and bytes of memory of all nodes of a cluster."""

    cores: float
    memory: float

    def need(self, cores: float, memory: float) -> Need:
        """What asking for so much needs of them; nothing where their size is not known."""
        if not self.cores or not self.memory:
            return Need(0.0, 0.0)
        return Need(cores / self.cores, memory / self.memory)


def sizes(of: ClusterRequests) -> Sizes:
    """Sizes of all nodes."""
    return Sizes(
        math.fsum([node.cores for node in of.nodes]), math.fsum([node.memory for node in of.nodes])
    )


def asked(of: ClusterRequests) -> tuple[float, float]:
    """Cores and bytes that all workloads ask for."""
    return (
        math.fsum([each.cores_asked for each in of.workloads]),
        math.fsum([each.memory_asked for each in of.workloads]),
    )


def nodes_going(
    of: ClusterRequests, now: Iterable[Requests], then: Iterable[Requests]
) -> tuple[int, float]:
    """Whole nodes that go where all these workloads ask for less, and the nodes' worth they free.

    Nodes are taken to be alike, and one always stays.
    """
    count, size = len(of.nodes), sizes(of)
    cores, memory = asked(of)
    before = size.need(cores, memory).nodes * count
    for one, less in zip(now, then, strict=True):
        cores -= one.cores_asked - less.cores_asked
        memory -= one.memory_asked - less.memory_asked
    after = size.need(max(0.0, cores), max(0.0, memory)).nodes * count
    # What fills a node to a billionth beyond it fills it.
    kept = max(1, math.ceil(round(after, _DIGITS)))
    return max(0, math.ceil(round(before, _DIGITS)) - kept), before - after


def less_need(of: Sizes, whole: tuple[float, float], now: Requests, then: Requests) -> float:
    """Share of the nodes that is needed no more where one workload asks for less than now."""
    cores = max(0.0, whole[0] - now.cores_asked + then.cores_asked)
    memory = max(0.0, whole[1] - now.memory_asked + then.memory_asked)
    return of.need(*whole).nodes - of.need(cores, memory).nodes
