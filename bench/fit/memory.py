"""Watts of a GiB of memory: of metal hosts by RAPL, and of benchmark machines by their slope."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import mean

import numpy as np

from bench.fit.data import Machine
from bench.fit.metal import MetalHost, Row
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.loads import LEVELS
from cloud_carbon_exporter.model.quantities import PERCENT

SOURCE = (
    "DRAM by RAPL of six metal hosts of EC2 (Teads), and the slope of SPECpower_ssj2008 servers "
    "of one CPU model by their memory: bench/fit/memory"
)


def slope(machines: Sequence[Machine], level: str) -> float:
    """Watts a GiB by which servers of one CPU model and as many sockets differ at this load."""
    percent = round(LEVELS[level] * PERCENT)
    groups: dict[tuple[str, int], list[Machine]] = {}
    for machine in machines:
        if machine.in_budget and percent in machine.watts:
            groups.setdefault((machine.model, machine.sockets), []).append(machine)
    together = squares = 0.0
    for group in groups.values():
        gib = np.array([machine.memory_gib for machine in group])
        watts = np.array([machine.watts[percent] for machine in group])
        together += float(((gib - gib.mean()) * (watts - watts.mean())).sum())
        squares += float(((gib - gib.mean()) ** 2).sum())
    return together / squares


def exponent(measured: Sequence[MetalHost]) -> tuple[float, float, float]:
    """How watts a GiB go by the GiB a socket: mean of all loads, and those of the extreme loads."""
    logarithms = np.log([host.gib_per_socket for host in measured])
    found: list[float] = []
    for level in LEVELS:
        watts = np.log([host.dram[level] / host.memory_gib for host in measured])
        found.append(float(np.polyfit(logarithms, watts, 1)[0]))
    return mean(found), min(found), max(found)


def rows(machines: Sequence[Machine], measured: Sequence[MetalHost]) -> Iterable[Row]:
    """Watts a GiB by load, at the usual size, at the wall.

    At rest as RAPL tells, for a cloud's memory does not sleep. With load the mean of what RAPL and
    the benchmark add: the one stresses memory, the other is a tuned machine.
    """
    power, least, most = exponent(measured)
    yield "memory.dram.size_exponent", power, least, most, "ln(ratio)/ln(ratio)"
    usual = figure("memory.dram.gib_per_socket").value
    at_rest = figure("memory.dram.asleep_watts_per_gib").value
    idle = before = 0.0
    for level in LEVELS:
        supply = figure(f"model.supply.{level}_efficiency_ratio").value
        told = [
            host.dram[level] / host.memory_gib * (usual / host.gib_per_socket) ** power / supply
            for host in measured
        ]
        idle = idle or mean(told)
        before = max(before, slope(machines, level))
        work = (mean(told) - idle + before) / 2 if level != "idle" else 0.0
        value, low = idle + work, min(max(at_rest, before), *told)
        yield f"memory.dram.{level}_watts_per_gib", value, low, max(told), "W/GiB"


def rounded(row: Row) -> Row:
    """A row to the three digits that it is known by at most."""
    name, value, low, high, unit = row
    return name, _rounded(value), _rounded(low), _rounded(high), unit


def _rounded(number: float) -> float:
    return round(number, 2 - math.floor(math.log10(abs(number)))) if number else 0.0
