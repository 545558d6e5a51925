"""Hosts of a cloud whose chips said what they draw, and the gap to production that follows.

metal_hosts.csv holds package and DRAM by RAPL of bare metal of EC2. A wall figure of a host is at
or above their sum: fans, network cards, voltage regulators and the losses of the supplies come to
it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.loads import LEVELS
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Estimate, Location, Resource

TABLE = Path(__file__).with_name("metal_hosts.csv")
SOURCE = "RAPL of six metal hosts of EC2 (Teads), rest of the machine and supplies: bench/fit/metal"

Row = tuple[str, float, float, float, str]


@dataclass(frozen=True, slots=True)
class MetalHost:
    """One measured host; watts of its packages and of its DRAM by level of load.

    tdp_watts: of all its sockets.
    """

    name: str
    sockets: int
    tdp_watts: float
    memory_gib: float
    package: Mapping[str, float]
    dram: Mapping[str, float]

    @property
    def gib_per_socket(self) -> float:
        """How much memory each of its sockets has."""
        return self.memory_gib / self.sockets

    def chips(self, level: str) -> float:
        """Watts of packages and DRAM together."""
        return self.package[level] + self.dram[level]


def hosts() -> list[MetalHost]:
    """Every measured host."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_host(row) for row in csv.DictReader(file)]


def _host(row: Mapping[str, str]) -> MetalHost:
    sockets = int(row["sockets"])
    return MetalHost(
        row["name"],
        sockets,
        sockets * float(row["tdp_watts"]),
        float(row["memory_gib"]),
        {level: float(row[f"package_{level}"]) for level in LEVELS},
        {level: float(row[f"dram_{level}"]) for level in LEVELS},
    )


def gap_rows(measured: Sequence[MetalHost]) -> Iterable[Row]:
    """Wall watts of a host without its memory for each watt of TDP: mean of all hosts, by load.

    The packages of a host, the rest of a machine and the losses of supplies err independently.
    """
    for level in LEVELS:
        shares = [host.package[level] / host.tdp_watts for host in measured]
        rest = figure(f"model.rest_of_machine.{level}_watts_per_tdp")
        supply = figure(f"model.supply.{level}_efficiency_ratio")
        usual = mean(shares)
        value = (usual + rest.value) / supply.value
        less = math.hypot(usual - min(shares), rest.down) / supply.value
        more = math.hypot(max(shares) - usual, rest.up) / supply.value
        low = value - math.hypot(less, value * (1 - supply.value / supply.high))
        high = value + math.hypot(more, value * (supply.value / supply.low - 1))
        yield f"model.production_gap.{level}_watts_per_tdp", value, low, high, "W/W TDP"


def estimated(host: MetalHost, level: str) -> Estimate:
    """What the program says of the host at this load, without PUE."""
    parts = components(machine("aws", host.name))
    resource = Resource(
        id=host.name,
        kind="ec2/instance",
        name=host.name,
        location=Location("", "", ""),
        components=tuple(part for part in parts if part.kind in ("vcpu", "memory")),
    )
    return estimate(resource, {"cpu_ratio": LEVELS[level]}, NOWHERE, None).power_watts


def report() -> str:
    """Table of hosts: what their chips were measured to draw, and the whole host as estimated."""
    head = "| host | load | packages + DRAM, W | this model, W | ratio |\n|---|---|---|---|---|"
    rows: list[str] = []
    ratios: list[float] = []
    inside = 0
    for host in hosts():
        for level, load in LEVELS.items():
            chips, ours = host.chips(level), estimated(host, level)
            ratios.append(ours.value / chips)
            inside += ours.lower <= chips <= ours.upper
            rows.append(
                f"| {host.name} | {load:.0%} | {chips:.0f} | {ours.value:.0f} ({ours.lower:.0f} to "
                f"{ours.upper:.0f}) | {ratios[-1]:.2f} |"
            )
    note = (
        f"Ratio {min(ratios):.2f} to {max(ratios):.2f}; {inside} of {len(ratios)} measured points "
        "lie inside the interval."
    )
    return "\n".join([head, *rows, "", note])
