"""Large requests: a workload of Kubernetes that asks for far more than it uses. Pure.

A request that nobody uses draws nothing itself: it keeps nodes there. So what is saved is a part of
the whole nodes, idle as the freed ones are, that the cluster needs no more where all that is told
of it is done. Where memory fills the nodes, fewer cores asked for save none of them, and where no
node would go, as of a cluster of one, nothing is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.advice.known import days, known_spread, percent
from cloud_carbon_exporter.advice.saving import Look, carried
from cloud_carbon_exporter.model.advice import Advice, Evidence, Spread
from cloud_carbon_exporter.model.clusters import ClusterRequests, Requests, Workload
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.provider_ids import key_of
from cloud_carbon_exporter.model.quantities import BYTES_PER_GIB
from cloud_carbon_exporter.model.requests import Sizes, asked, less_need, nodes_going, sizes
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import Sum, sum_of_all
from cloud_carbon_exporter.model.types import Location

CORES, MEMORY = "cpu_ratio", "memory_ratio"
KINDS = frozenset({"ec2/instance", "compute/instance", "instance/server", "baremetal/server"})
"""Kinds of machines that may be nodes."""

_OF_ITS_CLOUD = "kube-system"
"""Namespace whose workloads are add-ons of the cluster: its cloud sets what they ask for, and sets
it back (GKE, EKS and Kapsule documentation of managed add-ons)."""

EvidenceOf = Callable[[str, Workload], Evidence | None]
"""What is known of the past of a workload of a cluster, by both."""


class _Cluster(NamedTuple):
    """A cluster, and what its nodes emit at rest.

    at: where the first of them is. asked: cores and bytes, by all workloads. going: part of what
    is freed that goes, in whole nodes.
    """

    name: str
    at: Location
    nodes: int
    at_rest: Sum
    sizes: Sizes
    asked: tuple[float, float]
    going: float = 0.0


class _Large(NamedTuple):
    """A workload that needs less, and what it rests on."""

    now: Requests
    less: Requests
    known: Evidence
    cores: Spread | None
    memory: Spread | None


def large_requests(
    clusters: Iterable[ClusterRequests], rows: Iterable[Row], known_of: EvidenceOf, look: Look
) -> Iterator[Advice]:
    """Advice to ask for less, a workload at a time. rows: of all machines."""
    told = list(clusters)
    if not told:
        return
    machines: dict[str, Row] = {}
    for row in rows:
        if row.resource.kind in KINDS and (key := key_of(row.resource)):
            machines[key] = row
    for each in told:
        cluster = _cluster(each, machines, look)
        if cluster is None:
            continue
        large = list(_large(each, known_of))
        told_now, told_then = [one.now for one in large], [one.less for one in large]
        gone, freed = nodes_going(each, told_now, told_then)
        if not gone or freed <= 0:
            continue
        going = cluster._replace(going=min(1.0, gone / freed))
        for one in large:
            found = _of_workload(going, one)
            if found is not None:
                yield found


def _large(cluster: ClusterRequests, known_of: EvidenceOf) -> Iterator[_Large]:
    """Workloads of a cluster that ask for far more than they use."""
    for now in cluster.workloads:
        known = known_of(cluster.cluster, now.workload)
        if known is None or now.workload.namespace == _OF_ITS_CLOUD:
            continue
        cores, memory = known_spread(known, CORES), known_spread(known, MEMORY)
        # Cores that are missed make a pod slow, bytes that are missed end it.
        less = now._replace(
            cores_asked=now.cores_asked * _needed(cores.p95 if cores else 1.0),
            memory_asked=now.memory_asked * _needed(memory.most if memory else 1.0),
        )
        if less != now:
            yield _Large(now, less, known, cores, memory)


def _cluster(told: ClusterRequests, machines: Mapping[str, Row], look: Look) -> _Cluster | None:
    """The cluster; None where no node of it is a machine that is explored."""
    nodes = [machines[node.key] for node in told.nodes if node.key in machines]
    if not nodes:
        return None
    at_rest: list[Sum] = []
    for row in nodes:
        loads = dict(row.loads) | dict.fromkeys((CORES, "gpu_ratio"), 0.0)
        at_rest.append(look.emissions(row.resource, loads, look.around_of(row.resource.location)))
    whole = sum_of_all(at_rest)
    at = nodes[0].resource.location
    return _Cluster(told.cluster, at, len(nodes), whole, sizes(told), asked(told))


def _of_workload(cluster: _Cluster, large: _Large) -> Advice | None:
    """Advice about one workload; None where it frees no part of a node."""
    now, less, known, cores, memory = large
    share = less_need(cluster.sizes, cluster.asked, now, less) * cluster.going
    if share <= 0:
        return None
    name = cluster.name
    saved = carried({name: cluster.at_rest}, {name: cluster.at_rest.scaled(1 - share)})
    if saved is None:
        return None
    workload = now.workload
    return Advice(
        "large_requests",
        "/".join((name, *workload)),
        cluster.at.provider,
        cluster.at.account_id,
        cluster.at.region,
        "",
        f"{name}: {workload.namespace}/{workload.name}",
        cluster.nodes,
        f"ask for less: {_action(now, less)}, all pods together",
        _decided_on(cluster, known, cores, memory),
        "it saves once nodes go, by an autoscaler or by hand; of a workload all pods were looked "
        "at together, and one of them may use more",
        "the requests as they are now, by a rollout",
        saved,
    )


def _needed(used: float) -> float:
    """Share of a request that is needed, with headroom; all of it where that is not far above."""
    needed = used / (1 - figure("advice.headroom_ratio").value)
    return needed if needed <= figure("advice.requests_ratio").value else 1.0


def _action(now: Requests, less: Requests) -> str:
    told: list[str] = []
    if less.cores_asked < now.cores_asked:
        told.append(f"{less.cores_asked:.2g} cores instead of {now.cores_asked:.2g}")
    if less.memory_asked < now.memory_asked:
        gib, before = less.memory_asked / BYTES_PER_GIB, now.memory_asked / BYTES_PER_GIB
        told.append(f"{gib:.2g} GiB instead of {before:.2g}")
    return " and ".join(told)


def _decided_on(
    cluster: _Cluster, known: Evidence, cores: Spread | None, memory: Spread | None
) -> str:
    told: list[str] = []
    if cores is not None:
        told.append(
            f"95 % of {cores.read_hours:.0f} hours at or below {percent(cores.p95)} of "
            "the cores asked for"
        )
    if memory is not None:
        told.append(f"never above {percent(memory.most)} of the memory asked for")
    filled = cluster.sizes.need(*cluster.asked)
    told.append(
        f"requests fill {percent(filled.cores)} of the cores and {percent(filled.memory)} of the "
        "memory of the nodes"
    )
    return f"over {days(known)}: {'; '.join(told)}"
