"""Nodes of a cluster as one pool: of sources that do not tell on which node a pod is. Pure.

All amounts are in nodes: a workload that holds 0.5 of the memory has half of that of one node,
wherever it is. What a node uses is shared among the workloads as the use of all nodes is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.kubernetes.usage import NodeUsage, Usage
from cloud_carbon_exporter.model.clusters import Workload, rest_of
from cloud_carbon_exporter.model.node_split import Held, Node

PAIRS = 100_000
"""Most pairs of a node and a workload: what is beyond is summed as the rest of its namespace."""


class PoolNode(NamedTuple):
    """A node, and which shares of its processors and memory are used."""

    provider_id: str
    cores: float
    memory: float


class Pooled(NamedTuple):
    """What a workload uses and asks for, in nodes."""

    cores: float = 0.0
    cores_asked: float = 0.0
    memory: float = 0.0
    memory_asked: float = 0.0

    def plus(self, other: Pooled) -> Pooled:
        """Of both together."""
        return Pooled(*[one + two for one, two in zip(self, other, strict=True)])


def pool_usage(
    nodes: Mapping[str, PoolNode], workloads: Mapping[Workload, Pooled], most: int
) -> Usage:
    """Usage of the nodes, by name. most: workloads that are told of at all, the largest."""
    kept = _largest(workloads, min(most, PAIRS // max(1, len(nodes))))
    used = Pooled()
    for pooled in kept.values():
        used = used.plus(pooled)
    cores = max(used.cores, sum([node.cores for node in nodes.values()])) or 1.0
    memory = max(used.memory, sum([node.memory for node in nodes.values()])) or 1.0
    found: list[NodeUsage] = []
    for name, node in nodes.items():
        of_cores, of_memory, of_all = node.cores / cores, node.memory / memory, 1 / len(nodes)
        held: dict[Workload, Held] = {}
        for workload, pooled in kept.items():
            uses, asks = pooled.memory * of_memory, pooled.memory_asked * of_all
            held[workload] = Held(
                pooled.cores * of_cores,
                pooled.cores_asked * of_all,
                uses,
                asks,
                max(uses, asks),
            )
        size = Node(1.0, 1.0, 0.0, node.cores, node.memory)
        found.append(NodeUsage(name, node.provider_id, size, held))
    return Usage(tuple(found), {})


def _largest(workloads: Mapping[Workload, Pooled], most: int) -> Mapping[Workload, Pooled]:
    """The largest workloads, and the rest of each namespace."""
    ranked = sorted(workloads, key=lambda workload: (-sum(workloads[workload]), workload))
    kept = {workload: workloads[workload] for workload in ranked[:most]}
    for workload in ranked[most:]:
        rest = rest_of(workload)
        kept[rest] = kept.get(rest, Pooled()).plus(workloads[workload])
    return kept
