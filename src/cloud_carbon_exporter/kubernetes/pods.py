"""Pods of a cluster while it is read: each is told of by several answers, one after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from cloud_carbon_exporter.kubernetes.boards import IS_BOARD, board_share
from cloud_carbon_exporter.kubernetes.owners import Owners, PodKey
from cloud_carbon_exporter.kubernetes.pod_labels import PodSample
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held


class Pod(msgspec.Struct, gc=False):
    """A pod: where it is, whose it is, and what it uses and asks for by the answers so far.

    board_work: what boards do for it; None where nothing tells.
    """

    node: str
    workload: Workload
    cores: float = 0.0
    cores_asked: float = 0.0
    memory: float = 0.0
    memory_asked: float = 0.0
    disk_bytes_asked: float = 0.0
    boards_asked: Mapping[str, float] | None = None
    board_work: float | None = None

    def ask(self, resource: str, amount: float) -> None:
        """It asks for so much of a resource other than processors and memory."""
        if resource == "ephemeral_storage":
            self.disk_bytes_asked = amount
        elif IS_BOARD.fullmatch(resource):
            self.boards_asked = {**(self.boards_asked or {}), resource: amount}

    def held(self, boards: Mapping[str, float]) -> Held:
        """What it holds of its node. boards: that are there, by resource."""
        asked = self.boards_asked
        return Held(
            self.cores,
            self.cores_asked,
            self.memory,
            self.memory_asked,
            max(self.memory, self.memory_asked),
            board_share(asked, boards) if asked and boards else 0.0,
            self.board_work or 0.0,
            self.disk_bytes_asked,
        )


class Pods:
    """All pods that are there, by their key."""

    def __init__(
        self, told: Iterable[PodSample], owners: Owners, ended: Collection[PodKey] = ()
    ) -> None:
        self.by_key: dict[PodKey, Pod] = {}
        by_key, workload_of = self.by_key, owners.of_pods()
        names: dict[str, str] = {}  # one object for all pods of a node
        for labels, _ in told:
            key = labels.key()
            node = labels.exported_node or labels.node
            if not node or key in ended:
                continue
            # A pod that was just moved is on two nodes for a scrape: on one of them it counts.
            before = by_key.get(key)
            if before is None or before.node < node:
                kind, name = labels.created_by_kind, labels.created_by_name
                workload = workload_of(key, kind, name, node)
                by_key[key] = Pod(names.setdefault(node, node), workload)

    def take_requests(self, told: Iterable[PodSample]) -> None:
        """What they ask for."""
        get = self.by_key.get
        for labels, amount in told:
            pod = get(labels.key())
            if pod is None:
                continue
            resource = labels.resource
            if resource == "cpu":
                pod.cores_asked = amount
            elif resource == "memory":
                pod.memory_asked = amount
            else:
                pod.ask(resource, amount)

    def take_cores(self, told: Iterable[PodSample]) -> None:
        """Cores they use."""
        get = self.by_key.get
        for labels, amount in told:
            pod = get(labels.key())
            if pod is not None:
                pod.cores = amount

    def take_memory(self, told: Iterable[PodSample]) -> None:
        """Bytes of memory they use."""
        get = self.by_key.get
        for labels, amount in told:
            pod = get(labels.key())
            if pod is not None:
                pod.memory = amount

    def take_board_work(self, by_pod: Mapping[PodKey, float]) -> None:
        """What boards do for them."""
        for key, work in by_pod.items():
            pod = self.by_key.get(key)
            if pod is not None:
                pod.board_work = work

    def by_node(self) -> Mapping[str, Sequence[Pod]]:
        """Pods of each node."""
        where: defaultdict[str, list[Pod]] = defaultdict(list)
        for pod in self.by_key.values():
            where[pod.node].append(pod)
        return where

    def workloads(self) -> Iterator[tuple[PodKey, Workload]]:
        """Whose each is."""
        for key, pod in self.by_key.items():
            yield key, pod.workload
