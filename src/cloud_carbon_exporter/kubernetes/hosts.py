"""Hosts: the node a series of the kubelet is of, whose targets are called in several ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.kubernetes.owners import named


def host_names(nodes: Iterable[Sample]) -> dict[str, str]:
    """Name of each node by its name and its address."""
    names: dict[str, str] = {}
    for labels, _ in nodes:
        name = named(labels, "node")
        names[name] = name
        if address := labels.get("internal_ip"):
            names[address] = name
    return names


def by_host(samples: Iterable[Sample], names: Mapping[str, str]) -> dict[str, float]:
    """Amounts by node: of several that tell it the largest."""
    amounts: dict[str, float] = {}
    for labels, value in samples:
        instance = labels.get("instance", "")
        said = (
            labels.get("node", ""),
            labels.get("kubernetes_io_hostname", ""),
            instance,
            instance.rpartition(":")[0].strip("[]"),
        )
        for name in said:
            if name in names:
                node = names[name]
                amounts[node] = max(amounts.get(node, 0.0), value)
                break
    return amounts
