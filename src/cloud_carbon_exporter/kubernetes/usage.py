"""Usage of a cluster: its nodes, who uses and asks for what on each, and whose its disks are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.kubernetes.boards import IS_BOARD, BoardWork, board_share
from cloud_carbon_exporter.kubernetes.owners import Owners, PodKey, named, pod_key
from cloud_carbon_exporter.kubernetes.prometheus import Sample
from cloud_carbon_exporter.kubernetes.volumes import disks
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held, Node

Key = TypeVar("Key")

Answers = Mapping[str, Sequence[Sample]]
"""Answers by the name of their query."""


@dataclass(frozen=True, slots=True)
class NodeUsage:
    """A node, and what the workloads on it use and ask for."""

    name: str
    provider_id: str
    node: Node
    workloads: Mapping[Workload, Held]


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of a whole cluster. disks: whose they are, by the key of each."""

    nodes: tuple[NodeUsage, ...]
    disks: Mapping[str, Workload]


class _PodUse(NamedTuple):
    """What each pod uses and asks for; absent of what was not read."""

    cores: Mapping[PodKey, float]
    memory: Mapping[PodKey, float]
    asked: Mapping[PodKey, Mapping[str, float]]
    boards: BoardWork

    def of(self, pod: PodKey, offered: Mapping[str, float]) -> Held:
        """What a pod holds of a node that offers so much."""
        asked = self.asked.get(pod, {})
        memory, memory_asked = self.memory.get(pod, 0.0), asked.get("memory", 0.0)
        return Held(
            cores=self.cores.get(pod, 0.0),
            cores_asked=asked.get("cpu", 0.0),
            memory_bytes=memory,
            memory_bytes_asked=memory_asked,
            memory_bytes_held=max(memory, memory_asked),
            boards_asked=board_share(_of_boards(asked), offered) if offered else 0.0,
            board_work=self.boards.by_pod.get(pod, 0.0),
            disk_bytes_asked=asked.get("ephemeral_storage", 0.0),
        )


def read_usage(answers: Answers) -> Usage:
    """Usage by the answers to all queries.

    Raises NotThere where there are no nodes, Malformed where they are of several clusters.
    """
    provider_ids = _provider_ids(answers["nodes"])
    offered = _by_resource(answers["capacity"], lambda labels: named(labels, "node"))
    where, workload_of = _pods(answers)
    use = _PodUse(
        _by_pod(answers["cores"]),
        _by_pod(answers["memory"]),
        _by_resource(answers["requests"], pod_key),
        BoardWork(answers["board_ratio"], answers["board_watts"]),
    )
    hosts = _Hosts(answers)
    nodes: list[NodeUsage] = []
    for name, provider_id in provider_ids.items():
        of_node = offered.get(name, {})
        pods = where.get(name, ())
        held: dict[Workload, Held] = {}
        for pod in pods:
            workload = workload_of[pod]
            one, before = use.of(pod, _of_boards(of_node)), held.get(workload)
            held[workload] = one if before is None else before.plus(one)
        node = Node(
            of_node.get("cpu", 0.0),
            of_node.get("memory", 0.0),
            of_node.get("ephemeral_storage", 0.0),
            hosts.cores.get(name),
            hosts.memory.get(name),
            use.boards.of_node(name, pods),
        )
        nodes.append(NodeUsage(name, provider_id, node, held))
    return Usage(tuple(nodes), disks(answers, workload_of))


def _provider_ids(nodes: Sequence[Sample]) -> dict[str, str]:
    """Provider id of each node; empty of a node that has none."""
    if not nodes:
        raise NotThere(
            "there is no kube_node_info",
            hint="is kube-state-metrics scraped, and do the matchers fit?",
        )
    clusters = sorted({labels["cluster"] for labels, _ in nodes if labels.get("cluster")})
    if len(clusters) > 1:
        raise Malformed(
            f"it knows several clusters: {', '.join(clusters[:3])}",
            hint="name one in matchers, as in {cluster: " + clusters[0] + "}",
        )
    ids: dict[str, str] = {}
    for labels, _ in sorted(nodes, key=lambda sample: sample.labels.get("provider_id", "")):
        name, said = named(labels, "node"), labels.get("provider_id", "")
        before = ids.get(name)
        if before and said and before != said:
            raise Malformed(
                f"two machines are called {name}",
                hint="are these series of several clusters? name one in matchers",
            )
        ids[name] = said
    return ids


def _pods(answers: Answers) -> tuple[Mapping[str, Sequence[PodKey]], Mapping[PodKey, Workload]]:
    """Pods of each node, and the workload of each pod; without those that have ended."""
    # kube-state-metrics goes on telling of the pods of Jobs that are done, requests included.
    ended = {pod_key(labels) for labels, _ in answers["ended"]}
    owners = Owners(answers["owners"], answers["replicasets"], answers["jobs"])
    node_of: dict[PodKey, tuple[str, Mapping[str, str]]] = {}
    for labels, _ in answers["pods"]:
        pod, node = pod_key(labels), named(labels, "node")
        if not node or pod in ended:
            continue
        # A pod that was just moved is on two nodes for a scrape: on one of them it counts.
        if pod not in node_of or node_of[pod][0] < node:
            node_of[pod] = (node, labels)
    where: defaultdict[str, list[PodKey]] = defaultdict(list)
    workload_of: dict[PodKey, Workload] = {}
    known: dict[Workload, Workload] = {}
    for pod, (node, info) in node_of.items():
        where[node].append(pod)
        workload = owners.workload(pod, info, node)
        workload_of[pod] = known.setdefault(workload, workload)
    return where, workload_of


def _by_pod(samples: Iterable[Sample]) -> dict[PodKey, float]:
    return {pod_key(labels): value for labels, value in samples}


def _by_resource(
    samples: Iterable[Sample], key: Callable[[Mapping[str, str]], Key]
) -> dict[Key, dict[str, float]]:
    """Amounts by what has them, and by resource."""
    amounts: dict[Key, dict[str, float]] = {}
    for labels, value in samples:
        amounts.setdefault(key(labels), {})[labels.get("resource", "")] = value
    return amounts


def _of_boards(amounts: Mapping[str, float]) -> dict[str, float]:
    return {name: count for name, count in amounts.items() if IS_BOARD.fullmatch(name)}


class _Hosts:
    """What each node uses in all, by its name: cAdvisor's targets are called in several ways."""

    def __init__(self, answers: Answers) -> None:
        addresses: dict[str, str] = {}
        for labels, _ in answers["nodes"]:
            name = named(labels, "node")
            addresses[name] = name
            if address := labels.get("internal_ip"):
                addresses[address] = name
        self.cores = _by_host(answers["node_cores"], addresses)
        self.memory = _by_host(answers["node_memory"], addresses)


def _by_host(samples: Iterable[Sample], addresses: Mapping[str, str]) -> dict[str, float]:
    amounts: dict[str, float] = {}
    for labels, value in samples:
        host = labels.get("instance", "")
        said = (
            labels.get("node", ""),
            labels.get("kubernetes_io_hostname", ""),
            host,
            host.rpartition(":")[0].strip("[]"),
        )
        for name in said:
            if name in addresses:
                node = addresses[name]
                amounts[node] = max(amounts.get(node, 0.0), value)
                break
    return amounts
