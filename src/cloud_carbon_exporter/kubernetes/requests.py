"""Requests of clusters, from what was read of each: sums by workload, made once an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloud_carbon_exporter.kubernetes.feed import Read
from cloud_carbon_exporter.kubernetes.usage import Usage
from cloud_carbon_exporter.model.clusters import ClusterRequests, NodeSize, Requests, Workload
from cloud_carbon_exporter.model.provider_ids import key_of_node


class RequestSums:
    """Requests of all clusters that are read. One caller at a time."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Usage, ClusterRequests]] = {}

    def of(
        self, reads: Iterable[Read], now: float, stale_after: float
    ) -> Iterator[ClusterRequests]:
        """Requests of each cluster whose usage may be used, as they were read last."""
        for read in reads:
            usage = read.usable(now, stale_after)
            if usage is None or read.read_at is None:
                continue
            name = read.settings.cluster
            known = self._known.get(name)
            if known is None or known[0] is not usage or known[1].read_at != read.read_at:
                known = self._known[name] = usage, _summed(read, read.read_at, usage)
            yield known[1]


def _summed(read: Read, read_at: float, usage: Usage) -> ClusterRequests:
    nodes: list[NodeSize] = []
    sums: dict[Workload, list[float]] = {}
    for each in usage.nodes:
        key = key_of_node(each.provider_id)
        nodes.append(NodeSize(key, each.node.cores, each.node.memory_bytes))
        for workload, held in each.workloads.items():
            known = sums.setdefault(workload, [0.0, 0.0, 0.0, 0.0])
            known[0] += held.cores_asked
            known[1] += held.cores
            known[2] += held.memory_bytes_asked
            known[3] += held.memory_bytes
    workloads = [Requests(workload, *amounts) for workload, amounts in sums.items()]
    return ClusterRequests(
        read.settings.cluster, read_at, tuple(nodes), tuple(workloads), read.seldom_seconds
    )
