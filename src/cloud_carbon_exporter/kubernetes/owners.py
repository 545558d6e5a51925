"""Owners: from a pod to the workload it belongs to, by what kube-state-metrics says of owners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.model.clusters import Workload

_NOBODY = frozenset({"", "<none>"})  # as kube-state-metrics spells that there is none


PodKey = tuple[str, str]
"""A pod: its namespace, and its name, which is unique there."""


class Owner(NamedTuple):
    """Controller of something, by its kind and name."""

    kind: str
    name: str


NOBODY = Owner("", "")


def named(labels: Mapping[str, str], name: str) -> str:
    """Label of what is told, not of who tells it: see queries.py."""
    return labels.get(f"exported_{name}") or labels.get(name, "")


def pod_key(labels: Mapping[str, str]) -> PodKey:
    """Pod that a series is of."""
    get = labels.get
    told = get("namespace", ""), get("pod", "")
    return exported_else(get("exported_namespace", ""), get("exported_pod", ""), told)


def exported_else(namespace: str, pod: str, told: PodKey) -> PodKey:
    """Pod that an exporter tells of, where it names one, else that of the labels of the scrape."""
    return (namespace or told[0], pod) if pod else told


class Owners:
    """Who owns what in a cluster.

    pods: answer of kube_pod_owner; kube_pod_info says the same as `created_by`. replicasets, jobs:
    of kube_replicaset_owner and kube_job_owner.
    """

    def __init__(
        self, pods: Iterable[Sample], replicasets: Iterable[Sample], jobs: Iterable[Sample]
    ) -> None:
        self._pods = {pod_key(labels): _owner(labels) for labels, _ in pods}
        self._next = {
            "ReplicaSet": _by_name(replicasets, "replicaset"),
            "Job": _by_name(jobs, "job_name"),
        }

    def of_pods(self) -> Callable[[PodKey, str, str, str], Workload]:
        """Workload of a pod, by its key, what its kube_pod_info says created it, and its node.

        One object for all pods of a workload, which are worked out once.
        """
        by_owner: dict[tuple[str, str, str], Workload] = {}

        def workload(pod: PodKey, kind: str, name: str, node: str) -> Workload:
            namespace = pod[0]
            known = by_owner.get((namespace, kind, name))
            if known is not None:
                return known
            owner = Owner(kind, name) if kind not in _NOBODY else self._pods.get(pod, NOBODY)
            known = self._workload(pod, owner, node)
            if owner.kind not in _NOBODY and owner.kind != "Node":
                # the same for all that are told of by either
                known = by_owner.setdefault((namespace, *owner), known)
            return known

        return workload

    def _workload(self, pod: PodKey, owner: Owner, node: str) -> Workload:
        """A Deployment stands above its ReplicaSets, a CronJob above its Jobs."""
        namespace, name = pod
        if owner.kind in _NOBODY:
            return Workload(namespace, "Pod", name)
        if owner.kind == "Node":
            # The kubelet appends the name of its node to what it reads from a file: without it,
            # the pods of one manifest are one workload.
            return Workload(namespace, "StaticPod", name.removesuffix(f"-{node}"))
        above = self._next.get(owner.kind)
        if above is not None:
            owner = above.get((namespace, owner.name), owner)
        return Workload(namespace, *owner)


def _owner(labels: Mapping[str, str]) -> Owner:
    return Owner(labels.get("owner_kind", ""), labels.get("owner_name", ""))


def _by_name(samples: Iterable[Sample], label: str) -> dict[tuple[str, str], Owner]:
    owners: dict[tuple[str, str], Owner] = {}
    for labels, _ in samples:
        owner = _owner(labels)
        if owner.kind not in _NOBODY:
            owners[named(labels, "namespace"), labels.get(label, "")] = owner
    return owners
