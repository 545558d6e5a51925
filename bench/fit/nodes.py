"""Nodes with accelerators beside the watts that others measured of them.

Each as a server of its own, whose boards are at the load or the watts that the measurement had, and
as the machine type of a cloud that is built alike, under the same load.
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.server import describe, part
from cloud_carbon_exporter.model.types import Component, Estimate, Location, Resource

TABLE = Path(__file__).with_name("nodes.csv")


@dataclass(frozen=True, slots=True)
class Node:
    """A node whose watts somebody published, and ours: alone, and as a machine of a cloud."""

    name: str
    state: str
    source: str
    measured: float
    ours: Estimate
    machine_type: str
    in_a_cloud: Estimate | None

    @property
    def deviation(self) -> float:
        """Ours beside the measured, in percent."""
        return 100 * (self.ours.value / self.measured - 1)

    @property
    def inside(self) -> bool:
        """Whether the measured watts lie in our interval."""
        return self.ours.lower <= self.measured <= self.ours.upper


def nodes() -> list[Node]:
    """Every node of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_node(row) for row in csv.DictReader(file)]


def _node(row: dict[str, str]) -> Node:
    boards = float(row["boards"])
    loads = {"cpu_ratio": float(row["cpu_ratio"])}
    if row["board_watts"]:
        loads["gpu_watts"] = boards * float(row["board_watts"])
    else:
        loads["gpu_ratio"] = float(row["gpu_ratio"])
    described = describe(
        row["cpu"], sockets=int(row["sockets"]), memory_gib=float(row["memory_gib"])
    )
    alone = (
        Component("vcpu", part(described), described.threads, "cpu_ratio"),
        Component("gpu", row["board"], boards, "gpu_ratio"),
    )
    provider, _, name = row["machine_type"].partition("/")
    rented = components(machine(provider, name)) if name else ()
    return Node(
        row["node"],
        row["state"],
        row["source"],
        float(row["watts"]),
        _watts(alone, loads),
        name,
        _watts(rented, loads) if rented else None,
    )


def _watts(held: tuple[Component, ...], loads: dict[str, float]) -> Estimate:
    resource = Resource("", "instance", "", Location("", "", ""), held)
    return estimate(resource, loads, NOWHERE, None).power_watts


def report() -> str:
    """The table, and how far off the whole is."""
    every = nodes()
    head = (
        "| node | | measured W | this model W | deviation | as a machine of a cloud W | by |\n"
        "|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *map(_line, every), "", _summary(every)])


def _line(node: Node) -> str:
    rented = ""
    if node.in_a_cloud:
        rented = f"{node.machine_type}: {_said(node.in_a_cloud)}"
    return (
        f"| {node.name} | {node.state} | {node.measured:.0f} | {_said(node.ours)} "
        f"| {node.deviation:+.0f} % | {rented} | {node.source} |"
    )


def _said(watts: Estimate) -> str:
    return f"{watts.value:.0f} ({watts.lower:.0f} to {watts.upper:.0f})"


def _summary(every: Sequence[Node]) -> str:
    middle = statistics.median(node.deviation for node in every)
    size = statistics.median(abs(node.deviation) for node in every)
    near = sum(abs(node.deviation) <= 15 for node in every)
    inside = sum(node.inside for node in every)
    return (
        f"Median deviation {middle:+.0f} %, median size of it {size:.0f} %; {near} of {len(every)} "
        f"within 15 %, {inside} inside the interval."
    )
