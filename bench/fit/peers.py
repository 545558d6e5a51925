"""Estimates of other tools for the same servers, by the coefficients they publish.

These stand in peers.csv, and below.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from bench.fit.data import LEVELS, Machine
from bench.fit.validate import Point

TABLE = Path(__file__).with_name("peers.csv")
TDP_CURVE = {0: 0.12, 10: 0.32, 50: 0.75, 100: 1.02}
"""Boavizta, and the original: power of a processor as a part of its TDP, by load in percent."""
BOAVIZTA_MEMORY = 0.284
"""Watts a GB of memory, Boavizta."""
ORIGINAL_FACTOR = 1.6
"""The original's factor from TDP to power."""


@cache
def _coefficients(peer: str) -> Mapping[str, tuple[float, float]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["peer"] == peer]
    return {
        row["microarchitecture"]: (
            float(row["idle_watts_per_thread"]),
            float(row["full_watts_per_thread"]),
        )
        for row in rows
    }


def cloud_carbon_footprint(peer: str) -> Callable[[Machine, int], float]:
    """Watts by Cloud Carbon Footprint: threads x (min + load x (max - min)).

    By microarchitecture; the mean of all where it lists none.
    """

    def watts(machine: Machine, level: int) -> float:
        table = _coefficients(peer)
        idle, full = table.get(machine.microarchitecture) or _mean(table)
        return machine.threads * (idle + level / 100 * (full - idle))

    return watts


def _mean(table: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    idles, fulls = zip(*table.values(), strict=True)
    return sum(idles) / len(table), sum(fulls) / len(table)


def boavizta(machine: Machine, level: int) -> float:
    """Sockets x TDP x the curve, and memory."""
    return (
        machine.sockets * machine.tdp_watts * _tdp_share(level)
        + machine.memory_gib * BOAVIZTA_MEMORY
    )


def original(machine: Machine, level: int) -> float:
    """Boavizta's curve x 1.6, all threads counted (the program itself counted one: defect 1)."""
    return machine.sockets * machine.tdp_watts * _tdp_share(level) * ORIGINAL_FACTOR


def _tdp_share(level: int) -> float:
    knots = sorted(TDP_CURVE)
    below = max(knot for knot in knots if knot <= level)
    above = min(knot for knot in knots if knot >= level)
    part = (level - below) / (above - below) if above > below else 0.0
    return TDP_CURVE[below] + part * (TDP_CURVE[above] - TDP_CURVE[below])


PEERS: Mapping[str, Callable[[Machine, int], float]] = {
    "Cloud Carbon Footprint, 2022": cloud_carbon_footprint("Cloud Carbon Footprint 2022"),
    "Cloud Carbon Footprint, 2026": cloud_carbon_footprint("Cloud Carbon Footprint 2026"),
    "Boavizta's TDP curve and memory": boavizta,
    "the original, all threads counted": original,
}


def points(peer: str, machines: Sequence[Machine]) -> list[Point]:
    """A peer's estimate over the measured watts."""
    compared = []
    for machine in machines:
        for level in LEVELS:
            if machine.in_budget and level in machine.watts:
                said = PEERS[peer](machine, level)
                compared.append(Point(machine, level, said / machine.watts[level], "peer"))
    return compared
