"""Queries of Prometheus: one a metric, aggregated there, under the names of all versions.

kube-state-metrics 2.0 renamed what it says of resources (its CHANGELOG), Kubernetes 1.16 the labels
pod_name and container_name of cAdvisor. A scrape without honor_labels puts `exported_` before every
label that the target has, too. So each query groups by both names, and takes the old metric where
the new one is silent.

Nothing counts twice: of two replicas or two jobs that scrape the same the larger is taken (`max`),
the pause container (POD) and the sums by cgroup that cAdvisor has beside its containers are left
out, and of a pod without containers of its own its cgroup stands in.
"""

from __future__ import annotations

from collections.abc import Mapping

RATE_SECONDS = 300
"""Over so long rates are taken: two scrapes at least, where one comes every two minutes."""

_WINDOW = f"[{RATE_SECONDS}s]"
_NAMES = "namespace, exported_namespace, pod, exported_pod"
_NODE = "node, exported_node"
_CONTAINER = "container, exported_container"
_OWNER = "owner_kind, owner_name"
_HOST = "node, kubernetes_io_hostname, instance"

BOARDS = r"nvidia_com_.+|amd_com_.+|google_com_tpu|aws_amazon_com_neuron.*|habana_ai_gaudi|gpu_.+"
"""Resources of nodes that are boards, as kube-state-metrics spells their names."""

_RESOURCES = f"cpu|memory|ephemeral_storage|{BOARDS}"


# A cAdvisor of its own, beside that of the kubelet, tells of all cgroups under the labels of its
# own pod: those of containers say whose they are (container_label_...), others are of no image.
_WITH_IMAGE = 'container!="",container!="POD",image!="",container_label_io_kubernetes_pod_name=""'
_WITHOUT_IMAGE = 'container!="",container!="POD",image=""'
"""Series of containers: of the kubelet's /metrics/cadvisor; else of its /metrics/resource."""


def _as(name: str, metric: str) -> str:
    """An old metric that is of one resource alone, with the label the new one has."""
    return f'label_replace({metric}, "resource", "{name}", "", "")'


def _requests(resources: str, old: str) -> str:
    """Requests of pods. old: what kube-state-metrics calls those of the first before 2.0."""
    metric = "kube_pod_container_resource_requests"
    first = _as(resources.partition("|")[0], f"{metric}_{old}{{$matchers}}")
    # A sidecar is an init container that goes on (Kubernetes 1.28): it keeps what it asks for.
    sidecars = (
        f'kube_pod_init_container_resource_requests{{resource=~"{resources}",$matchers}}'
        f" and on ({_NAMES}, {_CONTAINER}) "
        'kube_pod_init_container_info{restart_policy="Always",$matchers}'
    )
    whole = f'{metric}{{resource=~"{resources}",$matchers}} or {first} or ({sidecars})'
    return f"sum by ({_NAMES}, resource) (max by ({_NAMES}, {_CONTAINER}, resource) ({whole}))"


def _of_pods(metric: str, window: str = "") -> str:
    """Use by pod of a metric of cAdvisor: of its containers, else of its cgroup.

    Old kubelets told of each CPU apart (cpu="cpu00"), newer ones of all (cpu="total"), and what
    /metrics/resource says of the same containers has no such label. So CPUs are summed within what
    one scrape told, before the larger of two is taken, container by container.
    """

    def read(labels: str) -> str:
        series = f"{metric}{{{labels},$matchers}}{window}"
        return f"sum without (cpu) (rate({series}))" if window else series

    new, resource = read(_WITH_IMAGE), read(_WITHOUT_IMAGE)
    old = read('container="",container_name!="",container_name!="POD"')
    for name in ("pod", "container"):
        old = f'label_replace({old}, "{name}", "$1", "{name}_name", "(.+)")'
    by_container = [
        f"max by ({_NAMES}, {_CONTAINER}) ({series})" for series in (new, resource, old)
    ]
    # Without the labels of a container, a pod's cgroup is the sum of them and of its pause, which
    # containerd tells of in the same way: the larger is the sum.
    cgroup = read('container="",container_name="",pod!=""')
    containers = f"sum by ({_NAMES}) ({' or '.join(by_container)})"
    return f"{containers} or max by ({_NAMES}) ({cgroup})"


def _of_nodes(*series: str) -> str:
    """Use of whole nodes, by each of the series that may tell it."""
    return " or ".join([f"max by ({_HOST}) ({one})" for one in series])


def _node_cores() -> str:
    """Cores used on a node: of its root cgroup, else by the kubelet, else by node_exporter.

    kube-prometheus-stack drops what cAdvisor says of cgroups without a pod, the root among them.
    """
    by_mode = 'node_cpu_seconds_total{mode!~"idle|iowait|steal|guest.*",$matchers}'
    root = f'rate(container_cpu_usage_seconds_total{{id="/",$matchers}}{_WINDOW})'
    return _of_nodes(
        f"sum without (cpu) ({root})",
        f"rate(node_cpu_usage_seconds_total{{$matchers}}{_WINDOW})",
        f"sum without (cpu, mode) (rate({by_mode}{_WINDOW}))",
    )


def _node_memory() -> str:
    """Bytes used on a node, of the same three."""
    return _of_nodes(
        'container_memory_working_set_bytes{id="/",$matchers}',
        "node_memory_working_set_bytes{$matchers}",
        "node_memory_MemTotal_bytes{$matchers} - node_memory_MemAvailable_bytes{$matchers}",
    )


def _boards(metric: str) -> str:
    # one series a board, as boards are few: two jobs may tell of the same under other labels
    return f"max by ({_NAMES}, {_NODE}, Hostname, UUID, gpu, GPU_I_ID) ({metric}{{$matchers}})"


def _capacity() -> str:
    whole = (
        f'kube_node_status_capacity{{resource=~"{_RESOURCES}",$matchers}}'
        f" or {_as('cpu', 'kube_node_status_capacity_cpu_cores{$matchers}')}"
        f" or {_as('memory', 'kube_node_status_capacity_memory_bytes{$matchers}')}"
    )
    return f"max by ({_NODE}, resource) ({whole})"


_ENDED = 'kube_pod_status_phase{phase=~"Succeeded|Failed",$matchers} == 1'

QUERIES: Mapping[str, str] = {
    "nodes": (f"max by (cluster, {_NODE}, provider_id, internal_ip) (kube_node_info{{$matchers}})"),
    # Spot nodes live for minutes: who was there within the hour is not nobody's.
    "former": (
        f"max by ({_NODE}, provider_id) (max_over_time(kube_node_info{{$matchers}}[1h])"
        " unless on (provider_id) kube_node_info{$matchers})"
    ),
    "capacity": _capacity(),
    # kube_pod_info says the same, but where its labels were dropped: then alone it is asked for.
    "owners": (
        f'max by ({_NAMES}, {_OWNER}) (kube_pod_owner{{owner_is_controller="true",$matchers}}'
        f' unless on ({_NAMES}) kube_pod_info{{created_by_kind!="",$matchers}})'
    ),
    "replicasets": (
        f"max by (namespace, exported_namespace, replicaset, {_OWNER}) "
        '(kube_replicaset_owner{owner_kind!="",owner_kind!="<none>",$matchers}'
        # a Deployment keeps ten old ones, which have no pods
        " unless on (namespace, exported_namespace, replicaset) "
        "kube_replicaset_status_replicas{$matchers} == 0)"
    ),
    "jobs": (
        f"max by (namespace, exported_namespace, job_name, {_OWNER}) "
        '(kube_job_owner{owner_kind!="",owner_kind!="<none>",$matchers})'
    ),
    "ended": f"max by ({_NAMES}) ({_ENDED})",
    "pods": (
        f"max by ({_NAMES}, {_NODE}, created_by_kind, created_by_name) (kube_pod_info{{$matchers}})"
    ),
    "requests": _requests(f"memory|ephemeral_storage|{BOARDS}", "memory_bytes"),
    "cores_asked": _requests("cpu", "cpu_cores"),
    "cores": _of_pods("container_cpu_usage_seconds_total", _WINDOW),
    "memory": _of_pods("container_memory_working_set_bytes"),
    "node_cores": _node_cores(),
    "node_memory": _node_memory(),
    "board_ratio": _boards("DCGM_FI_DEV_GPU_UTIL"),
    "board_watts": _boards("DCGM_FI_DEV_POWER_USAGE"),
    "volumes": (
        "max by (persistentvolume, csi_volume_handle, ebs_volume_id, gce_persistent_disk_name) "
        "(kube_persistentvolume_info{$matchers})"
    ),
    "claims": (
        "max by (namespace, exported_namespace, persistentvolumeclaim, volumename) "
        '(kube_persistentvolumeclaim_info{volumename!="",$matchers})'
    ),
    "mounts": (
        f"max by ({_NAMES}, persistentvolumeclaim) "
        "(kube_pod_spec_volumes_persistentvolumeclaims_info{$matchers})"
    ),
}
"""Queries by the name under which `usage` takes their answers, in the order it takes them.

$matchers is the cluster's.
"""

OF_PODS = frozenset({"pods", "requests", "cores_asked", "cores", "memory"})
"""Those with a series for each pod."""


def query(name: str, matchers: Mapping[str, str]) -> str:
    """Query of a name, for the series that have these labels."""
    pairs = [f"{label}={_quoted(value)}" for label, value in sorted(matchers.items())]
    text = QUERIES[name].replace("$matchers", ",".join(pairs))
    return text.replace("{,", "{").replace(",}", "}").replace("{}", "")


def _quoted(value: str) -> str:
    """A string of PromQL, whose escapes are Go's."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
