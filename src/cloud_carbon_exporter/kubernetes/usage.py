"""Usage of a cluster: its nodes, who uses and asks for what on each, and whose its disks are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.http.vector import Sample, garbage_left_alone
from cloud_carbon_exporter.kubernetes.boards import IS_BOARD, BoardWork
from cloud_carbon_exporter.kubernetes.hosts import by_host, host_names
from cloud_carbon_exporter.kubernetes.owners import Owners, named, pod_key
from cloud_carbon_exporter.kubernetes.pod_labels import PodSample
from cloud_carbon_exporter.kubernetes.pods import Pod, Pods
from cloud_carbon_exporter.kubernetes.volumes import disks
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held, Node
from cloud_carbon_exporter.model.provider_ids import key_of_node


@dataclass(frozen=True, slots=True)
class NodeUsage:
    """A node, and what the workloads on it use and ask for.

    counted: what is asked for of its boards is their number, not their share.
    """

    name: str
    provider_id: str
    node: Node
    workloads: Mapping[Workload, Held]
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of a whole cluster. disks: whose they are, by the key of each.

    former: keys of nodes that were there lately and are no more.
    """

    nodes: tuple[NodeUsage, ...]
    disks: Mapping[str, Workload]
    former: tuple[str, ...] = ()


class UsageReading:
    """Usage while it is read: answers are taken in the order of QUERIES, and not kept if large."""

    def __init__(self) -> None:
        self._small: dict[str, Sequence[Sample]] = {}
        self._pods = Pods((), Owners((), (), ()))

    def take(self, name: str, told: Iterable[Sample]) -> None:
        """Answer to a query that is none OF_PODS.

        Raises NotThere where there are no nodes, Malformed where they are of several clusters.
        """
        with garbage_left_alone():
            small = self._small[name] = tuple(told)
        if name == "nodes":
            _must_be_one_cluster(small)

    def take_pods(self, name: str, told: Iterable[PodSample]) -> None:
        """Answer to one of the queries OF_PODS; Malformed where it is none."""
        with garbage_left_alone():
            if name == "pods":
                self._pods = self._pods_of(told)
            elif name == "cores":
                self._pods.take_cores(told)
            elif name == "memory":
                self._pods.take_memory(told)
            else:
                self._pods.take_requests(told)

    def _pods_of(self, told: Iterable[PodSample]) -> Pods:
        owners = Owners(*(self._small.pop(name) for name in ("owners", "replicasets", "jobs")))
        # kube-state-metrics goes on telling of the pods of Jobs that are done, requests included.
        ended = {pod_key(labels) for labels, _ in self._small["ended"]}
        return Pods(told, owners, ended)

    def usage(self) -> Usage:
        """All of it, once every answer is taken."""
        with garbage_left_alone():
            return self._usage()

    def _usage(self) -> Usage:
        answers = self._small
        names = host_names(answers["nodes"])
        cores, memory = (
            by_host(answers["node_cores"], names),
            by_host(answers["node_memory"], names),
        )
        offered = _capacities(answers["capacity"])
        boards = BoardWork(answers["board_ratio"], answers["board_watts"], names)
        self._pods.take_board_work(boards.by_pod)
        where = self._pods.by_node()
        nodes: list[NodeUsage] = []
        for name, provider_id in _provider_ids(answers["nodes"]).items():
            of_node, pods = offered.get(name, {}), where.get(name, ())
            works = [pod.board_work for pod in pods if pod.board_work is not None]
            node = Node(
                of_node.get("cpu", 0.0),
                of_node.get("memory", 0.0),
                of_node.get("ephemeral_storage", 0.0),
                cores.get(name),
                memory.get(name),
                boards.of_node(name, works),
            )
            held = _held(pods, _of_boards(of_node))
            nodes.append(NodeUsage(name, provider_id, node, held))
        told = (key_of_node(labels.get("provider_id", "")) for labels, _ in answers["former"])
        owned = disks(answers, dict(self._pods.workloads()))
        return Usage(tuple(nodes), owned, tuple(filter(None, told)))


def _held(pods: Iterable[Pod], boards: Mapping[str, float]) -> dict[Workload, Held]:
    held: dict[Workload, Held] = {}
    for pod in pods:
        one = pod.held(boards)
        before = held.get(pod.workload)
        held[pod.workload] = one if before is None else before.plus(one)
    return held


def _must_be_one_cluster(nodes: Sequence[Sample]) -> None:
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
    _provider_ids(nodes)


def _provider_ids(nodes: Sequence[Sample]) -> dict[str, str]:
    """Provider id of each node; empty of a node that has none."""
    ids: dict[str, str] = {}
    for labels, _ in sorted(nodes, key=lambda sample: sample[0].get("provider_id", "")):
        name, said = named(labels, "node"), labels.get("provider_id", "")
        before = ids.get(name)
        if before and said and before != said:
            raise Malformed(
                f"two machines are called {name}",
                hint="are these series of several clusters? name one in matchers",
            )
        ids[name] = said
    return ids


def _capacities(samples: Iterable[Sample]) -> dict[str, dict[str, float]]:
    """What each node has, by resource."""
    amounts: dict[str, dict[str, float]] = {}
    for labels, value in samples:
        amounts.setdefault(named(labels, "node"), {})[labels.get("resource", "")] = value
    return amounts


def _of_boards(amounts: Mapping[str, float]) -> dict[str, float]:
    return {name: count for name, count in amounts.items() if IS_BOARD.fullmatch(name)}
