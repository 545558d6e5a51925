"""Cluster of the made-up estate: what its Prometheus would tell of nodes, pods and their use.

Its nodes are the shop's machines of one region. They work as hard as their own monitoring tells, so
that both stories are one; who works on them, the table says.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.model.provider_ids import provider_id
from cloud_carbon_exporter.model.quantities import BYTES_PER_GIB
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.demo.client import ACCOUNTS
from cloud_carbon_exporter.providers.demo.day import noise, slot
from cloud_carbon_exporter.providers.demo.estate import build
from cloud_carbon_exporter.providers.demo.listings import DESCRIBE_INSTANCES
from cloud_carbon_exporter.providers.demo.past import loads_at
from cloud_carbon_exporter.providers.demo.services import SPECS
from cloud_carbon_exporter.providers.description import resource
from cloud_carbon_exporter.providers.spec import Scope

CLUSTER = "demo-shop"
MOST_NODES = 24
MOST_RESOURCES = 2000
"""Of a larger estate the nodes are among the first so many, as those are made alike."""

Told = tuple[Mapping[str, str], float]
"""One series of an answer: labels and value."""

Answer = Callable[[str, float], Sequence[Told]]
"""What is told at a moment, by the name of a query."""


class _Pods(NamedTuple):
    """Pods of one workload, one on every n-th node.

    cores, memory: that they ask for, of what the node has. work: their weight in the cores that the
    node uses. kept: bytes they use, of those they ask for.
    """

    namespace: str
    kind: str
    name: str
    every: int
    cores: float
    memory: float
    work: float
    kept: float


_WORKLOADS = (
    _Pods("shop", "Deployment", "storefront", 1, 0.25, 0.15, 0.40, 0.8),
    _Pods("shop", "Deployment", "checkout", 2, 0.15, 0.10, 0.15, 0.7),
    _Pods("shop", "StatefulSet", "basket", 3, 0.10, 0.20, 0.08, 0.9),
    _Pods("search", "Deployment", "suggest", 2, 0.10, 0.10, 0.12, 1.2),
    _Pods("reports", "CronJob", "nightly", 4, 0.05, 0.05, 0.05, 0.5),
    # What asks for far more than it uses, for a rule of advice.
    _Pods("reports", "Deployment", "dashboards", 2, 0.25, 0.25, 0.01, 0.1),
    _Pods("monitoring", "StatefulSet", "metrics", 3, 0.05, 0.10, 0.05, 0.9),
    _Pods("kube-system", "Deployment", "coredns", 3, 0.02, 0.01, 0.01, 0.6),
    _Pods("kube-system", "DaemonSet", "network", 1, 0.02, 0.01, 0.03, 1.1),
)
_ABOVE = {"Deployment": "ReplicaSet", "CronJob": "Job"}
"""What stands between a workload and its pods, by the workload's kind."""

_OF_PODS_WORK = 0.9
"""Share of a node's cores in use that its pods use; the rest is the kubelet's and the kernel's."""

_SYSTEM_MEMORY = 0.06
"""Share of a node's memory that these use."""


class _Node(NamedTuple):
    """Node, by its name and its machine."""

    name: str
    machine: Resource
    cores: float
    memory_bytes: float


class _Pod(NamedTuple):
    """One pod on its node. work: its share of the cores in use there."""

    name: str
    node: _Node
    of: _Pods
    work: float


def answers(seed: int, resources: int) -> Answer:
    """What the Prometheus of the estate's cluster answers; without nodes in an empty estate."""
    nodes = _nodes(seed, resources)
    pods = list(_placed(nodes))

    def answer(name: str, at: float) -> Sequence[Told]:
        told: list[Told] = []
        if of_node := _OF_NODES.get(name):
            for node in nodes:
                told += of_node(node, at, seed)
        elif of_pod := _OF_PODS.get(name):
            for pod in pods:
                told += of_pod(pod, at, seed)
        return told

    return answer


def _nodes(seed: int, resources: int) -> list[_Node]:
    """Machines of the shop in the region in which its first one stands."""
    steady = build(seed, min(resources, MOST_RESOURCES)).steady
    (spec,) = [spec for spec in SPECS if spec.kind == "ec2/instance"]
    found: list[Resource] = []
    for listed_at, raws in steady.items():
        if listed_at.call != DESCRIBE_INSTANCES:
            continue
        scope = Scope("aws", ACCOUNTS["aws"], listed_at.where)
        for raw in raws:
            described = spec.describe(raw, scope)
            machine = None
            if described is not None:
                machine = resource(spec.kind, spec.states, described)
            if machine is not None and machine.tags["service"] == "shop":
                found.append(machine)
    found.sort(key=lambda machine: int(machine.name.rpartition("-")[2]))
    region = found[0].location.region if found else ""
    nodes: list[_Node] = []
    for machine in found:
        if machine.location.region == region and len(nodes) < MOST_NODES:
            sizes = {part.kind: part.amount for part in machine.components}
            memory = sizes["memory"] * BYTES_PER_GIB
            nodes.append(_Node(f"node-{len(nodes)}", machine, sizes["vcpu"], memory))
    return nodes


def _placed(nodes: Sequence[_Node]) -> Iterator[_Pod]:
    """Pods of all workloads; each stands on the first node at least."""
    for number, node in enumerate(nodes):
        there = _on(number)
        weight = sum([of.work for of in there]) / _OF_PODS_WORK
        for of in there:
            yield _Pod(f"{of.name}-{number:04d}", node, of, of.work / weight)


def _on(number: int) -> Sequence[_Pods]:
    """Workloads that have a pod on the node of that number."""
    return [of for of in _WORKLOADS if number % of.every == 0]


def _used_cores(node: _Node, at: float, seed: int) -> float:
    return node.cores * loads_at(node.machine, at, seed).get("cpu_ratio", 0.0)


def _cores(pod: _Pod, at: float, seed: int) -> float:
    """Cores a pod uses: its share of what its node does, a little more or less."""
    key = zlib.crc32(pod.name.encode(), seed & 0xFFFFFFFF)
    return pod.work * _used_cores(pod.node, at, seed) * (0.9 + 0.2 * noise(key, slot(at)))


def _memory(pod: _Pod) -> float:
    return pod.of.kept * pod.of.memory * pod.node.memory_bytes


def _info_of_node(node: _Node, _at: float, _seed: int) -> Iterator[Told]:
    yield {"node": node.name, "provider_id": provider_id(node.machine)}, 1.0


def _capacity(node: _Node, _at: float, _seed: int) -> Iterator[Told]:
    yield {"node": node.name, "resource": "cpu"}, node.cores
    yield {"node": node.name, "resource": "memory"}, node.memory_bytes


def _cores_of_node(node: _Node, at: float, seed: int) -> Iterator[Told]:
    yield {"node": node.name}, _used_cores(node, at, seed)


def _memory_of_node(node: _Node, _at: float, _seed: int) -> Iterator[Told]:
    kept = _SYSTEM_MEMORY * node.memory_bytes
    for of in _on(int(node.name.rpartition("-")[2])):
        kept += of.kept * of.memory * node.memory_bytes
    yield {"node": node.name}, kept


def _labels(pod: _Pod) -> dict[str, str]:
    return {"namespace": pod.of.namespace, "pod": pod.name}


def _between(of: _Pods) -> str:
    return f"{of.name}-1" if of.kind in _ABOVE else of.name


def _info_of_pod(pod: _Pod, _at: float, _seed: int) -> Iterator[Told]:
    kind = _ABOVE.get(pod.of.kind, pod.of.kind)
    created = {"created_by_kind": kind, "created_by_name": _between(pod.of)}
    yield {**_labels(pod), "node": pod.node.name, **created}, 1.0


def _owner(between: str, label: str) -> Callable[[_Pod, float, int], Iterator[Told]]:
    def told(pod: _Pod, _at: float, _seed: int) -> Iterator[Told]:
        of = pod.of
        if _ABOVE.get(of.kind) == between:
            owner = {"owner_kind": of.kind, "owner_name": of.name}
            yield {"namespace": of.namespace, label: _between(of), **owner}, 1.0

    return told


def _cores_asked(pod: _Pod, _at: float, _seed: int) -> Iterator[Told]:
    yield {**_labels(pod), "resource": "cpu"}, pod.of.cores * pod.node.cores


def _memory_asked(pod: _Pod, _at: float, _seed: int) -> Iterator[Told]:
    yield {**_labels(pod), "resource": "memory"}, pod.of.memory * pod.node.memory_bytes


def _cores_of_pod(pod: _Pod, at: float, seed: int) -> Iterator[Told]:
    yield _labels(pod), _cores(pod, at, seed)


def _memory_of_pod(pod: _Pod, _at: float, _seed: int) -> Iterator[Told]:
    yield _labels(pod), _memory(pod)


_OF_NODES: Mapping[str, Callable[[_Node, float, int], Iterator[Told]]] = {
    "nodes": _info_of_node,
    "capacity": _capacity,
    "node_cores": _cores_of_node,
    "node_memory": _memory_of_node,
}
_OF_PODS: Mapping[str, Callable[[_Pod, float, int], Iterator[Told]]] = {
    "pods": _info_of_pod,
    "replicasets": _owner("ReplicaSet", "replicaset"),
    "jobs": _owner("Job", "job_name"),
    "requests": _memory_asked,
    "cores_asked": _cores_asked,
    "cores": _cores_of_pod,
    "memory": _memory_of_pod,
}
"""What is told by the names of `kubernetes.queries`; of all else nothing is."""
