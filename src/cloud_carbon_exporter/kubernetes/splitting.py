"""Splitting: the nodes and disks of a cluster, joined with machines of ours, shared out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from cloud_carbon_exporter.kubernetes.counters import SeriesKey
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.shares import WHOLE
from cloud_carbon_exporter.kubernetes.usage import NodeUsage, Usage
from cloud_carbon_exporter.model.clusters import ClusterKey, NodeState, Workload
from cloud_carbon_exporter.model.node_parts import NodeParts, PartSum, Portion, node_parts
from cloud_carbon_exporter.model.node_split import Held, Node, Shares, split
from cloud_carbon_exporter.model.provider_ids import (
    is_autopilot,
    is_serverless,
    key_of_autopilot,
    key_of_node,
)
from cloud_carbon_exporter.model.quantities import BYTES_PER_GIB
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.model.types import Resource


class SplitNode(NamedTuple):
    """A node that is shared out, by workload."""

    cluster: ClusterKey
    row: Row
    parts: NodeParts
    portions: Mapping[Workload, Portion]


class Disk(NamedTuple):
    """A disk that is one workload's."""

    cluster: ClusterKey
    row: Row
    workload: Workload


@dataclass(slots=True)
class SplitCluster:
    """One cluster at one moment: its nodes and disks, and how many of its nodes are known.

    members: keys of all its nodes, and of those it had lately. nameless: how many of its nodes tell
    no provider id, as where no cloud's controller runs.
    """

    nodes: list[SplitNode] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    states: Counter[NodeState] = field(default_factory=Counter)
    members: set[str] = field(default_factory=set)
    nameless: int = 0

    def watts(self) -> dict[SeriesKey, float]:
        """Watts of each workload."""
        # By cluster first: a key of both costs more to look up than all else here.
        by_cluster: dict[ClusterKey, dict[Workload, float]] = {}
        for node in self.nodes:
            power = node.row.footprint.power_watts.value
            of_cluster = by_cluster.setdefault(node.cluster, {})
            for workload, portion in node.portions.items():
                of_cluster[workload] = of_cluster.get(workload, 0.0) + portion.watts * power
        watts: dict[SeriesKey, float] = {}
        for cluster, of_cluster in by_cluster.items():
            for workload, told in of_cluster.items():
                watts[cluster, workload] = told
        for disk in self.disks:
            key = (disk.cluster, disk.workload)
            watts[key] = watts.get(key, 0.0) + disk.row.footprint.power_watts.value
        return watts

    def sums(self, shown: Mapping[SeriesKey, SeriesKey]) -> dict[SeriesKey, FootprintSum]:
        """Footprints by series. shown: the series of each workload."""
        parts: dict[SeriesKey, PartSum] = {}
        by_cluster: dict[ClusterKey, dict[Workload, PartSum]] = {}
        for node in self.nodes:
            of_cluster = by_cluster.setdefault(node.cluster, {})
            for workload, portion in node.portions.items():
                known = of_cluster.get(workload)
                if known is None:
                    key = shown[node.cluster, workload]
                    known = of_cluster[workload] = parts.setdefault(key, PartSum())
                known.add(node.parts, portion)
        for disk in self.disks:
            key = shown[disk.cluster, disk.workload]
            parts.setdefault(key, PartSum()).add_whole(disk.row.footprint)
        return {key: part.footprint() for key, part in parts.items()}

    def held(self) -> Iterator[tuple[Resource, ClusterKey, Mapping[Workload, Portion]]]:
        """What is whose, for the counters."""
        for node in self.nodes:
            yield node.row.resource, node.cluster, node.portions
        for disk in self.disks:
            yield disk.row.resource, disk.cluster, {disk.workload: WHOLE}


class _Known(NamedTuple):
    """What a node was split from, and how: while these are the same objects it holds."""

    row: Row
    usage: NodeUsage
    node: SplitNode


class Splitter:
    """Splits clusters; keeps of each node what need not be worked out again."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def split(
        self,
        settings: ClusterSettings,
        usage: Usage,
        machines: Mapping[str, Row],
        taken: set[str],
    ) -> SplitCluster:
        """One cluster. taken: ids of what is in a cluster already: nothing is in two."""
        found = SplitCluster()
        autopilot: list[NodeUsage] = []
        found.members.update(usage.former)
        for node in usage.nodes:
            key = key_of_node(node.provider_id)
            found.members.add(key)
            row = machines.get(key)
            known = None
            if row is not None and row.resource.id not in taken:
                known = self._node(settings, node, row)
            if known is not None and row is not None:
                taken.add(row.resource.id)
                found.nodes.append(known)
                found.states["split"] += 1
            elif is_serverless(node.provider_id, node.name):
                found.states["serverless"] += 1
                if is_autopilot(node.name):
                    autopilot.append(node)
            else:
                found.states["unmatched"] += 1
                found.nameless += not node.provider_id
        if whole := _autopilot(settings, autopilot, machines, taken):
            taken.add(whole.row.resource.id)
            found.nodes.append(whole)
        for key, workload in usage.disks.items():
            row = machines.get(key)
            if row is not None and row.resource.id not in taken:
                taken.add(row.resource.id)
                found.disks.append(Disk(_cluster(settings, row), row, workload))
        return found

    def forget(self, taken: set[str]) -> None:
        """Forget nodes that are in no cluster any more."""
        for gone in self._known.keys() - taken:
            del self._known[gone]

    def _node(self, settings: ClusterSettings, usage: NodeUsage, row: Row) -> SplitNode | None:
        known = self._known.get(row.resource.id)
        if known is not None and known.row is row:
            if known.usage is usage:
                return known.node
            parts: NodeParts | None = known.node.parts  # a machine is measured less often
        else:
            parts = node_parts(row.resource, row.loads, row.footprint)
        if parts is None:
            return None
        node = _with_sizes(usage.node, row.resource)
        workloads = usage.workloads
        if usage.counted:
            workloads = _as_shares(workloads, row.resource)
        shares = split(node, workloads, idle_by_request=settings.idle == "by-request")
        found = SplitNode(_cluster(settings, row), row, parts, _portions(parts, shares))
        self._known[row.resource.id] = _Known(row, usage, found)
        return found


def _portions(parts: NodeParts, shares: Mapping[Workload, Shares]) -> dict[Workload, Portion]:
    every = parts.portions(shares).items()
    # the share of boards and disks that a node has not is nothing
    return {workload: portion for workload, portion in every if portion.watts or portion.grams}


def _autopilot(
    settings: ClusterSettings,
    nodes: Sequence[NodeUsage],
    machines: Mapping[str, Row],
    taken: Collection[str],
) -> SplitNode | None:
    """A cluster of Autopilot, shared out as it is billed: by what its pods ask for.

    Its resource holds what they ask for, and the control plane, which is shared as that is. The
    boards of its nodes are the nodes' own.
    """
    if not nodes:
        return None
    name = settings.called or settings.cluster
    row = machines.get(key_of_autopilot(name, nodes[0].provider_id))
    if row is None or row.resource.id in taken:
        return None
    parts = node_parts(row.resource, row.loads, row.footprint)
    if parts is None:
        return None
    asked: dict[Workload, Held] = {}
    for node in nodes:
        for workload, held in node.workloads.items():
            whole = held.cores_asked or held.cores
            one = Held(cores=whole, memory_bytes_held=held.memory_bytes_asked or held.memory_bytes)
            before = asked.get(workload)
            asked[workload] = one if before is None else before.plus(one)
    return SplitNode(_cluster(settings, row), row, parts, _portions(parts, split(Node(), asked)))


def _cluster(settings: ClusterSettings, row: Row) -> ClusterKey:
    at = row.resource.location
    return ClusterKey(at.provider, at.account_id, settings.cluster)


def _with_sizes(node: Node, resource: Resource) -> Node:
    """The node with what Kubernetes does not tell of its size, as its cloud tells it."""
    cores = gib = 0.0
    for component in resource.components:
        if component.kind == "vcpu":
            cores += component.amount
        elif component.kind == "memory":
            gib += component.amount
    return node._replace(
        cores=node.cores or cores, memory_bytes=node.memory_bytes or gib * BYTES_PER_GIB
    )


def _as_shares(workloads: Mapping[Workload, Held], resource: Resource) -> dict[Workload, Held]:
    """What workloads hold, with the boards they ask for as shares of those the machine has."""
    there = sum([part.amount for part in resource.components if part.kind == "gpu"])
    asked = sum([held.boards_asked for held in workloads.values()])
    whole = max(there, asked) or 1.0
    shared: dict[Workload, Held] = {}
    for workload, held in workloads.items():
        shared[workload] = replace(held, boards_asked=held.boards_asked / whole)
    return shared
