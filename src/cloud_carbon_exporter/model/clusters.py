"""Clusters of Kubernetes: what a Snapshot holds of each, by workload, and how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.model.types import Totals

NodeState = Literal["split", "serverless", "unmatched"]
"""What is known of a node: split: it is a machine of ours; serverless: there is no machine to see
(Fargate, a virtual kubelet); unmatched: no machine of ours has its provider id.
"""

NODE_STATES: tuple[NodeState, ...] = ("split", "serverless", "unmatched")


class Workload(NamedTuple):
    """What runs in a cluster: the controller of pods, or a pod without one.

    kind: Deployment, StatefulSet, DaemonSet, CronJob, Job, Pod... as Kubernetes calls it.
    """

    namespace: str
    kind: str = ""
    name: str = ""


# Kubernetes allows no underscore in the name of a namespace or workload (RFC 1123), so that none
# of its own is called so.
IDLE = Workload("__idle__")
"""What nobody uses and nobody asked for."""
UNKNOWN = Workload("__unknown__")
"""What is used on a node by nobody we know: the kubelet, the kernel, and all that was not read."""
OTHER = "__other__"
"""Name of the rest of a namespace, beyond the largest workloads."""


def rest_of(workload: Workload) -> Workload:
    """What a workload without series of its own is summed in: the rest of its namespace."""
    return Workload(workload.namespace, "", OTHER)


class ClusterKey(NamedTuple):
    """Cluster as its series are labelled; the nodes of one may stand in several accounts."""

    provider: str
    account_id: str
    cluster: str


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """One workload's part of the nodes it runs on. totals: None where nothing is counted."""

    cluster: ClusterKey
    workload: Workload
    now: FootprintSum
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class ClusterState:
    """How a cluster was read the last time, and how many of its nodes are known.

    read_at: of the newest answer in use; None where there is none.
    """

    cluster: str
    up: bool
    error: str = ""
    read_at: float | None = None
    nodes: Mapping[NodeState, int] = field(default_factory=dict)


class Requests(NamedTuple):
    """What one workload asks for and uses at a moment, all of its pods together. memory: bytes."""

    workload: Workload
    cores_asked: float
    cores: float
    memory_asked: float
    memory: float


class NodeSize(NamedTuple):
    """Size of a node, by the key of its machine (`provider_ids.key_of`)."""

    key: str
    cores: float
    memory: float


@dataclass(frozen=True, slots=True)
class ClusterRequests:
    """Requests of all workloads of a cluster.

    read_at: when they were read. seldom_seconds: for how long an answer speaks at the least, of a
    source that is asked seldom.
    """

    cluster: str
    read_at: float
    nodes: tuple[NodeSize, ...]
    workloads: tuple[Requests, ...]
    seldom_seconds: float = 0.0


class WorkloadDay(NamedTuple):
    """What was counted of one workload in one day of UTC. day: its start."""

    day: int
    cluster: ClusterKey
    workload: Workload
    joules: float
    operational_grams: float
    embodied_grams: float


@dataclass(frozen=True, slots=True)
class ClusterNews:
    """All that is known of clusters at one moment.

    requests: of those that are split. days: what was counted since the news before.
    """

    rows: tuple[WorkloadRow, ...] = ()
    states: tuple[ClusterState, ...] = ()
    requests: tuple[ClusterRequests, ...] = ()
    days: tuple[WorkloadDay, ...] = ()
