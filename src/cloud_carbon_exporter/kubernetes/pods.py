"""Pods of a cluster while it is read: each is told of by several answers, one after another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from cloud_carbon_exporter.http.prometheus import Sample
from cloud_carbon_exporter.kubernetes.boards import IS_BOARD, board_share
from cloud_carbon_exporter.kubernetes.owners import Owners, PodKey, pod_key
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held

NOTHING: Mapping[str, float] = {}


class Pod:
    """A pod: where it is, whose it is, and what it uses and asks for by the answers so far."""

    __slots__ = (
        "boards_asked",
        "cores",
        "cores_asked",
        "disk_bytes_asked",
        "memory",
        "memory_asked",
        "node",
        "workload",
    )

    def __init__(self, node: str, workload: Workload) -> None:
        self.node = node
        self.workload = workload
        self.cores = self.cores_asked = self.memory = self.memory_asked = 0.0
        self.disk_bytes_asked = 0.0
        self.boards_asked = NOTHING

    def ask(self, resource: str, amount: float) -> None:
        """It asks for so much of a resource other than processors and memory."""
        if resource == "ephemeral_storage":
            self.disk_bytes_asked = amount
        elif IS_BOARD.fullmatch(resource):
            self.boards_asked = {**self.boards_asked, resource: amount}

    def held(self, boards: Mapping[str, float], board_work: float) -> Held:
        """What it holds of its node. boards: that are there, by resource."""
        asked = self.boards_asked
        return Held(
            self.cores,
            self.cores_asked,
            self.memory,
            self.memory_asked,
            max(self.memory, self.memory_asked),
            board_share(asked, boards) if asked and boards else 0.0,
            board_work,
            self.disk_bytes_asked,
        )


class Pods:
    """All pods that are there, by their key."""

    def __init__(
        self, told: Iterable[Sample], owners: Owners, ended: Collection[PodKey] = ()
    ) -> None:
        self.by_key: dict[PodKey, Pod] = {}
        workload_of = owners.of_pods()
        for labels, _ in told:
            key = pod_key(labels)
            node = labels.get("exported_node") or labels.get("node", "")
            if not node or key in ended:
                continue
            # A pod that was just moved is on two nodes for a scrape: on one of them it counts.
            before = self.by_key.get(key)
            if before is None or before.node < node:
                self.by_key[key] = Pod(node, workload_of(key, labels, node))

    def take_requests(self, told: Iterable[Sample]) -> None:
        """What they ask for."""
        get = self.by_key.get
        for labels, amount in told:
            pod = get(pod_key(labels))
            if pod is None:
                continue
            resource = labels.get("resource", "")
            if resource == "cpu":
                pod.cores_asked = amount
            elif resource == "memory":
                pod.memory_asked = amount
            else:
                pod.ask(resource, amount)

    def take_cores(self, told: Iterable[Sample]) -> None:
        """Cores they use."""
        get = self.by_key.get
        for labels, amount in told:
            pod = get(pod_key(labels))
            if pod is not None:
                pod.cores = amount

    def take_memory(self, told: Iterable[Sample]) -> None:
        """Bytes of memory they use."""
        get = self.by_key.get
        for labels, amount in told:
            pod = get(pod_key(labels))
            if pod is not None:
                pod.memory = amount

    def by_node(self) -> Mapping[str, list[PodKey]]:
        """Pods of each node."""
        where: dict[str, list[PodKey]] = {}
        for key, pod in self.by_key.items():
            where.setdefault(pod.node, []).append(key)
        return where

    def workloads(self) -> Iterator[tuple[PodKey, Workload]]:
        """Whose each is."""
        for key, pod in self.by_key.items():
            yield key, pod.workload
