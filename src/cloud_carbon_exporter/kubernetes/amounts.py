"""Amounts by node and workload, of sources that tell no pods: the usage they come to."""

from __future__ import annotations

from typing import Literal

from cloud_carbon_exporter.kubernetes.usage import NodeUsage, Usage
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.node_split import Held, Node

OfNode = Literal["cores", "memory_bytes", "cores_used", "memory_bytes_used"]
OfWorkload = Literal[
    "cores", "cores_asked", "memory_bytes", "memory_bytes_asked", "boards_asked",
    "board_work", "disk_bytes_asked",
]  # fmt: skip


class Amounts:
    """What was told of a cluster so far."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[OfNode, float]] = {}
        self._workloads: dict[str, dict[Workload, dict[OfWorkload, float]]] = {}

    def node(self, name: str, what: OfNode, amount: float) -> None:
        """A node has, or uses, so much."""
        self._nodes.setdefault(name, {})[what] = amount

    def workload(self, node: str, workload: Workload, what: OfWorkload, amount: float) -> None:
        """A workload uses, or asks for, so much of a node."""
        of_node = self._workloads.setdefault(node, {})
        told = of_node.setdefault(workload, {})
        told[what] = told.get(what, 0.0) + amount

    def usage(self, provider_ids: dict[str, str]) -> Usage:
        """Usage of these nodes. provider_ids: of each, by name."""
        nodes: list[NodeUsage] = []
        for name, provider_id in provider_ids.items():
            told, of_node = self._nodes.get(name, {}), self._workloads.get(name, {})
            worked = [
                amounts["board_work"] for amounts in of_node.values() if "board_work" in amounts
            ]
            node = Node(
                told.get("cores", 0.0),
                told.get("memory_bytes", 0.0),
                0.0,
                told.get("cores_used"),
                told.get("memory_bytes_used"),
                sum(worked) if worked else None,
            )
            held = {workload: _held(amounts) for workload, amounts in of_node.items()}
            nodes.append(NodeUsage(name, provider_id, node, held, counted=True))
        return Usage(tuple(nodes), {})


def _held(told: dict[OfWorkload, float]) -> Held:
    """What a workload holds of a node."""
    used, asked = told.get("memory_bytes", 0.0), told.get("memory_bytes_asked", 0.0)
    return Held(
        told.get("cores", 0.0),
        told.get("cores_asked", 0.0),
        used,
        asked,
        max(used, asked),
        told.get("boards_asked", 0.0),
        told.get("board_work", 0.0),
        told.get("disk_bytes_asked", 0.0),
    )
