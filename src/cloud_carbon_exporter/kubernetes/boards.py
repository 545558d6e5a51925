"""Boards of nodes: which resources of Kubernetes are some, and what DCGM says they do.

A node may offer the same boards under several names: whole (nvidia_com_gpu) and in slices of them
(nvidia_com_mig_1g_5gb), or as devices and the cores of these (aws_amazon_com_neuroncore). So what a
pod asks for is its share of what its node offers under that name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.kubernetes.owners import PodKey, named, pod_key

IS_BOARD = re.compile(
    r"nvidia_com_.+|amd_com_gpu.*|google_com_tpu|aws_amazon_com_neuron.*|habana_ai_gaudi|gpu_.+"
)
_SLICES = re.compile(r"nvidia_com_mig_(\d+)g_.+")
_SLICES_OF_A_BOARD = 7  # NVIDIA's MIG user guide: a GPU has seven compute slices

NO_POD: PodKey = ("", "")
_Board = tuple[str, str, str]


def board_share(asked: Mapping[str, float], offered: Mapping[str, float]) -> float:
    """Share of a node's boards that is asked for. Both by resource."""
    of_nvidia = sum(_weight(name) * count for name, count in offered.items())
    share = 0.0
    for name, count in asked.items():
        weight = _weight(name)
        if weight:
            share += weight * count / of_nvidia if of_nvidia else 0.0
        elif offered.get(name):
            share = max(share, count / offered[name])
    return min(share, 1.0)


def _weight(name: str) -> int:
    """Slices of a resource that is an NVIDIA board or some slices of one; 0 of any other."""
    if found := _SLICES.fullmatch(name):
        return int(found[1])
    return _SLICES_OF_A_BOARD if name == "nvidia_com_gpu" else 0


class BoardWork:
    """What boards do, by pod and by node: their ratio of time, else their watts.

    names: of nodes, by what they are called.
    """

    def __init__(
        self, ratios: Sequence[Sample], watts: Sequence[Sample], names: Mapping[str, str]
    ) -> None:
        self.by_pod: dict[PodKey, float] = {}
        self._by_host: dict[str, float] = {}
        samples = ratios or watts
        # Without honor_labels, `pod` is the one that tells of the boards, not who works on them.
        exported = any("exported_pod" in labels for labels, _ in samples)
        boards: dict[_Board, dict[PodKey, float]] = {}
        hosts: dict[_Board, str] = {}
        for labels, value in samples:
            board, host, pod = _board(labels), _host(labels, names), _pod(labels, exported=exported)
            if board not in hosts or host in names:
                hosts[board] = host
            told = boards.setdefault(board, {})
            told[pod] = max(told.get(pod, 0.0), value)
        for board, told in boards.items():
            self._add(hosts[board], told)

    def _add(self, host: str, told: Mapping[PodKey, float]) -> None:
        """Add a board. told: its work by who has it, who share it where there are several."""
        # Of two jobs that scrape it, one may tell of nobody.
        whose = {pod: work for pod, work in told.items() if pod != NO_POD} or told
        for pod, work in whose.items():
            if pod != NO_POD:
                self.by_pod[pod] = self.by_pod.get(pod, 0.0) + work
            self._by_host[host] = self._by_host.get(host, 0.0) + work

    def of_node(self, name: str, of_pods: Sequence[float]) -> float | None:
        """Work of all boards of a node; None where nothing tells of them. of_pods: of its pods."""
        told = self._by_host.get(name)
        if told is None and not of_pods:
            return None
        return max(told or 0.0, sum(of_pods))


def _board(labels: Mapping[str, str]) -> _Board:
    """Board, or slice of one: by its UUID, which is its own, else by its number in its node."""
    get = labels.get
    host = "" if get("UUID") else get("Hostname") or named(labels, "node")
    return host, get("UUID") or get("gpu", ""), get("GPU_I_ID", "")


def _host(labels: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Node of a board. Hostname is that of the exporter's pod, where nothing says NODE_NAME to it.

    dcgm-exporter, internal/pkg/hostname.
    """
    said = (labels.get("Hostname", ""), labels.get("exported_node", ""), labels.get("node", ""))
    for name in said:
        if name in names:
            return names[name]
    return said[0] or said[1] or said[2]


def _pod(labels: Mapping[str, str], *, exported: bool) -> PodKey:
    if exported:
        name = labels.get("exported_pod", "")
        return (labels.get("exported_namespace", ""), name) if name else NO_POD
    pod = pod_key(labels)
    return NO_POD if not pod[1] or "dcgm" in pod[1] else pod
