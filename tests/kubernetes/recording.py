"""A small cluster, made up, as kube-state-metrics, cAdvisor and DCGM would tell it over time.

Labels are those of the documents (docs/metrics) of kube-state-metrics 1.9.8, 2.0.0, 2.5.0 and
2.20.0, and of cAdvisor in the kubelet before and after Kubernetes 1.16.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

GIB = 2**30
STEP = 30
CAPACITY = {"cpu": 2.0, "memory": 8.0 * GIB, "ephemeral_storage": 20.0 * GIB}


class Series(NamedTuple):
    """One series: constant, or a counter that rises by `value` a second.

    ends: after so many seconds, where it does.
    """

    metric: str
    labels: Mapping[str, str]
    value: float
    counter: bool = False
    ends: float = math.inf


@dataclass(frozen=True)
class Pod:
    """A pod. containers: cores, bytes, cores and bytes asked for, by container."""

    namespace: str
    name: str
    node: str
    owner: tuple[str, str] = ("", "")
    containers: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    phase: str = "Running"
    boards: float = 0
    claim: str = ""


ONE, TWO, TASK = "ip-10-0-1-10.ec2.internal", "ip-10-0-1-11.ec2.internal", "fargate-ip-10-0-1-12"
NODES = {
    ONE: "aws:///eu-west-3a/i-0aaa",
    TWO: "aws:///eu-west-3b/i-0bbb",
    TASK: "aws:///eu-west-3a/9f1c-77aa/fargate-ip-10-0-1-12.ec2.internal",
}
USED = {ONE: (1.2, 4.0 * GIB), TWO: (1.0, 3.0 * GIB)}
"""Cores and bytes used on a node, whoever uses them."""
PODS = (
    Pod(
        "shop",
        "web-5d9f-aaaaa",
        ONE,
        ("ReplicaSet", "web-5d9f"),
        {"app": (0.4, 0.5 * GIB, 0.5, 2.0 * GIB), "proxy": (0.1, 0.25 * GIB, 0.25, 0)},
    ),
    Pod(
        "shop",
        "web-5d9f-bbbbb",
        TWO,
        ("ReplicaSet", "web-5d9f"),
        {"app": (0.2, 3.0 * GIB, 0.5, 2.0 * GIB)},
    ),
    Pod("kube-system", "cni-xx", ONE, ("DaemonSet", "cni"), {"cni": (0.02, 0.1 * GIB, 0.025, 0)}),
    Pod("kube-system", "cni-yy", TWO, ("DaemonSet", "cni"), {"cni": (0.03, 0.1 * GIB, 0.025, 0)}),
    Pod("jobs", "nightly-29-zz", TWO, ("Job", "nightly-29"), {"run": (0.6, 0.2 * GIB, 0, 0)}),
    Pod(
        "jobs",
        "nightly-28-qq",
        ONE,
        ("Job", "nightly-28"),
        {"run": (0, 0, 1.0, 6.0 * GIB)},
        "Succeeded",
    ),
    Pod("default", "debug", ONE, ("", ""), {"sh": (0.0, 0.01 * GIB, 0, 0)}),
    Pod("kube-system", f"proxy-{ONE}", ONE, ("Node", ONE), {"proxy": (0.01, 0.05 * GIB, 0.1, 0)}),
    Pod(
        "data",
        "db-0",
        ONE,
        ("StatefulSet", "db"),
        {"db": (0.3, 1.0 * GIB, 0, 1.0 * GIB)},
        claim="files-db-0",
    ),
)


CSI = {"csi_driver": "ebs.csi.aws.com", "csi_volume_handle": "vol-0ccc"}
IN_TREE = {"gce_persistent_disk_name": "", "ebs_volume_id": "aws://eu-west-3a/vol-0ccc"}


@dataclass(frozen=True)
class Version:
    """How a cluster's metrics are called.

    old_requests: as kube-state-metrics before 2.0. old_pods: as cAdvisor before Kubernetes 1.16.
    exported: scraped without honor_labels. containers: whether cAdvisor tells of containers, as it
    does not with cri-dockerd. twice: scraped by two jobs. host: who tells what a node uses in all.
    volumes: what is told of a volume's disk: nothing before 2.0, its handle of CSI from 2.5 on.
    nobody: how it is spelled that a pod has no owner. per_cpu: whether each CPU is told apart.
    sidecars: whether it is told which init containers go on, as from 2.12 on. pause: what the pause
    container is called: nothing by containerd. resource: whether /metrics/resource of the kubelet
    is scraped as well, which tells of the same containers, in fewer labels. apart: whether there is
    a cAdvisor of its own as well.
    """

    old_requests: bool = False
    old_pods: bool = False
    exported: bool = False
    containers: bool = True
    twice: bool = False
    host: str = "cadvisor"
    volumes: Mapping[str, str] = field(default_factory=lambda: CSI)
    nobody: str = "<none>"
    per_cpu: bool = False
    sidecars: bool = False
    pause: str = "POD"
    resource: bool = False
    apart: bool = False


VERSIONS = {
    "kube-state-metrics 2": Version(),
    "kube-state-metrics 1.9, Kubernetes 1.15": Version(
        old_requests=True, old_pods=True, volumes={}
    ),
    "kube-state-metrics 2.0": Version(volumes=IN_TREE),
    "kube-state-metrics 2.20": Version(nobody="", sidecars=True),
    "each CPU apart": Version(per_cpu=True),
    "without honor_labels": Version(exported=True),
    "without containers": Version(containers=False),
    "scraped twice": Version(twice=True),
    "containerd": Version(nobody="", pause=""),
    "containerd, without containers": Version(containers=False, pause=""),
    "/metrics/resource as well": Version(pause="", resource=True),
    "a cAdvisor of its own as well": Version(pause="", apart=True),
    "hosts told by the kubelet": Version(host="kubelet"),
    "hosts told by node_exporter": Version(host="node_exporter"),
}


def _of_nodes(version: Version) -> Iterator[Series]:
    for number, (node, provider_id) in enumerate(NODES.items()):
        address = {} if version.old_requests else {"internal_ip": f"10.0.1.{10 + number}"}
        yield Series("kube_node_info", {"node": node, "provider_id": provider_id, **address}, 1)
        for resource, amount in CAPACITY.items():
            unit = "core" if resource == "cpu" else "byte"
            if not version.old_requests:
                labels = {"node": node, "resource": resource, "unit": unit}
                yield Series("kube_node_status_capacity", labels, amount)
            elif resource != "ephemeral_storage":
                name = {"cpu": "cpu_cores", "memory": "memory_bytes"}[resource]
                yield Series(f"kube_node_status_capacity_{name}", {"node": node}, amount)


def _of_pods(version: Version) -> Iterator[Series]:
    for pod in PODS:
        labels = {"namespace": pod.namespace, "pod": pod.name}
        uid = {} if version.old_requests else {"uid": f"uid-{pod.name}"}
        kind, name = pod.owner if pod.owner[0] else (version.nobody, version.nobody)
        created = {"created_by_kind": kind, "created_by_name": name}
        yield Series("kube_pod_info", {**labels, "node": pod.node, **created, **uid}, 1)
        controlled = "true" if pod.owner[0] else version.nobody
        owner = {"owner_kind": kind, "owner_name": name, "owner_is_controller": controlled}
        yield Series("kube_pod_owner", {**labels, **owner, **uid}, 1)
        for phase in ("Pending", "Running", "Succeeded", "Failed", "Unknown"):
            value = float(phase == pod.phase)
            yield Series("kube_pod_status_phase", {**labels, "phase": phase, **uid}, value)
        for container, (_, _, cores, memory) in pod.containers.items():
            where = {**labels, "container": container, "node": pod.node}
            for resource, amount in (("cpu", cores), ("memory", memory)):
                if amount and version.old_requests:
                    old = {"cpu": "cpu_cores", "memory": "memory_bytes"}[resource]
                    yield Series(f"kube_pod_container_resource_requests_{old}", where, amount)
                elif amount:
                    unit = {"resource": resource, "unit": "core" if resource == "cpu" else "byte"}
                    yield Series(
                        "kube_pod_container_resource_requests", {**where, **unit, **uid}, amount
                    )


def _of_init_containers() -> Iterator[Series]:
    """Of one that goes on beside the web's containers, and of one that ended before them."""
    where = {"namespace": "shop", "pod": "web-5d9f-bbbbb"}
    for container, policy, memory in (("mesh", "Always", 0.5 * GIB), ("setup", "", 6.0 * GIB)):
        labels = {**where, "container": container}
        about = {"image": "x", "image_id": "y", "container_id": "z", "restart_policy": policy}
        yield Series("kube_pod_init_container_info", {**labels, **about}, 1)
        asked = {"node": TWO, "resource": "memory", "unit": "byte"}
        yield Series("kube_pod_init_container_resource_requests", {**labels, **asked}, memory)


def _of_owners(version: Version) -> Iterator[Series]:
    web = {"namespace": "shop", "replicaset": "web-5d9f", "owner_is_controller": "true"}
    deployment = {"owner_kind": "Deployment", "owner_name": "web"}
    yield Series("kube_replicaset_owner", {**web, **deployment}, 1)
    for job in ("nightly-28", "nightly-29"):
        labels = {"namespace": "jobs", "job_name": job, "owner_is_controller": "true"}
        cron = {"owner_kind": "CronJob", "owner_name": "nightly"}
        yield Series("kube_job_owner", {**labels, **cron}, 1)
    volume = {"persistentvolume": "pvc-1", "storageclass": "gp3", **version.volumes}
    yield Series("kube_persistentvolume_info", volume, 1)
    claim = {"namespace": "data", "persistentvolumeclaim": "files-db-0"}
    yield Series("kube_persistentvolumeclaim_info", {**claim, "volumename": "pvc-1"}, 1)
    mounted = {**claim, "pod": "db-0", "volume": "files"}
    yield Series("kube_pod_spec_volumes_persistentvolumeclaims_info", mounted, 1)


def _cadvisor(
    labels: Mapping[str, str], cores: float, memory: float, cpus: tuple[str, ...] = ("total",)
) -> Iterator[Series]:
    for cpu, share in zip(cpus, (0.75, 0.25) if len(cpus) > 1 else (1.0,), strict=True):
        of_cpu = {**labels, "cpu": cpu}
        yield Series("container_cpu_usage_seconds_total", of_cpu, cores * share, counter=True)
    yield Series("container_memory_working_set_bytes", labels, memory)


def _node_exporter(instance: str, cores: float, memory: float) -> Iterator[Series]:
    for cpu in ("0", "1"):
        for mode, share in (("user", 0.3), ("system", 0.2), ("idle", 0.4), ("iowait", 0.1)):
            labels = {"instance": instance, "cpu": cpu, "mode": mode}
            yield Series("node_cpu_seconds_total", labels, cores * share, counter=True)
    yield Series("node_memory_MemTotal_bytes", {"instance": instance}, CAPACITY["memory"])
    free = CAPACITY["memory"] - memory
    yield Series("node_memory_MemAvailable_bytes", {"instance": instance}, free)


def _of_containers(version: Version, target: Mapping[str, str]) -> Iterator[Series]:
    pod_name, container_name = (
        ("pod_name", "container_name") if version.old_pods else ("pod", "container")
    )
    cpus = ("cpu00", "cpu01") if version.per_cpu else ("total",)
    for node, (cores, memory) in USED.items():
        host = {**target, "instance": f"{node}:10250"}
        if version.host == "cadvisor":
            yield from _cadvisor({"id": "/", **host}, cores, memory, cpus)
            yield from _cadvisor({"id": "/kubepods.slice", **host}, cores / 2, memory / 2, cpus)
        elif version.host == "kubelet":
            yield Series("node_cpu_usage_seconds_total", host, cores, counter=True)
            yield Series("node_memory_working_set_bytes", host, memory)
        else:
            number = list(NODES).index(node)
            yield from _node_exporter(f"10.0.1.{10 + number}:9100", cores, memory)
    for pod in PODS:
        if pod.phase != "Running":
            continue
        host = {**target, "instance": f"{pod.node}:10250"}
        labels = {"namespace": pod.namespace, pod_name: pod.name, **host}
        cgroup = f"/kubepods.slice/pod{pod.name}"
        whole = [sum(column) for column in zip(*pod.containers.values(), strict=True)]
        pause = {
            **labels,
            "id": f"{cgroup}/pause",
            "image": "pause:3.9",
            "name": f"k8s_POD_{pod.name}",
        }
        if version.pause:
            yield from _cadvisor({**pause, container_name: version.pause}, 0.5, 0.5 * GIB, cpus)
        else:
            yield from _cadvisor(pause, whole[0] / 100, whole[1] / 100, cpus)
        if not version.old_pods:
            yield from _cadvisor({**labels, "id": cgroup}, whole[0], whole[1], cpus)
        for container, (cores, memory, _, _) in pod.containers.items():
            if version.containers:
                name = {"id": f"{cgroup}/{container}", container_name: container, "image": "x"}
                yield from _cadvisor({**labels, **name}, cores, memory, cpus)


def _of_resource(target: Mapping[str, str]) -> Iterator[Series]:
    """What the kubelet tells under /metrics/resource of the containers that run."""
    for pod in PODS:
        if pod.phase != "Running":
            continue
        host = {**target, "instance": f"{pod.node}:10250", "metrics_path": "/metrics/resource"}
        for container, (cores, memory, _, _) in pod.containers.items():
            labels = {"namespace": pod.namespace, "pod": pod.name, "container": container, **host}
            yield Series("container_cpu_usage_seconds_total", labels, cores, counter=True)
            yield Series("container_memory_working_set_bytes", labels, memory)


def _of_cadvisor_apart() -> Iterator[Series]:
    """What a cAdvisor in a pod tells of the node it is on: all under the labels of that pod."""
    pod = {"namespace": "kube-system", "pod": "cni-xx", "container": "cni", "job": "cadvisor"}
    cores, memory = USED[ONE]
    yield from _cadvisor({"id": "/", **pod}, cores, memory)
    yield from _cadvisor({"id": "/kubepods.slice", **pod}, cores / 2, memory / 2)
    whose = {"container_label_io_kubernetes_pod_name": "db-0", "image": "x", "name": "1f2e"}
    yield from _cadvisor({"id": "/kubepods.slice/poddb-0/1f2e", **whose, **pod}, 0.3, 1.0 * GIB)


def _as_exported(series: Series) -> Series:
    """A series of kube-state-metrics as a scrape without honor_labels stores it."""
    labels = {"namespace": "monitoring", "pod": "ksm-0", "container": "ksm", "node": "elsewhere"}
    for name, value in series.labels.items():
        labels[f"exported_{name}" if name in labels else name] = value
    return series._replace(labels=labels)


def recording(version: Version) -> list[Series]:
    """All series of the cluster."""
    told = [*_of_nodes(version), *_of_pods(version), *_of_owners(version)]
    if version.sidecars:
        told += _of_init_containers()
    if version.exported:
        told = [_as_exported(series) for series in told]
    series = [*told, *_of_containers(version, {"job": "kubelet"})]
    if version.apart:
        series += _of_cadvisor_apart()
    if version.resource:
        series += _of_resource({"job": "kubelet"})
    if version.twice:
        series += [one._replace(labels={**one.labels, "replica": "b"}) for one in told]
        series += _of_containers(version, {"job": "cadvisor"})
    return series
