"""What it cost to make the hardware, spread over its lifetime: grams of CO2eq a second of one unit
of a part.

A thread carries its share of the host without memory, disks and accelerators: case, power supplies,
motherboard, assembly, what a sum of parts leaves out, and the processors; the others are counted by
the GiB or the board. A desktop machine that a cloud rents, such as a Mac mini, is no rack server:
the whole of it is one figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts, server
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.power import microarchitecture
from cloud_carbon_exporter.model.quantities import (
    SECONDS_PER_YEAR,
    product_deviation,
    sum_deviation,
)
from cloud_carbon_exporter.model.types import ComponentKind

HOST_PARTS = ("case", "power_supplies", "motherboard", "assembly", "other")

_FIGURE = {
    "memory": ("memory.{}.embodied_grams_per_gib", "dram"),
    "gpu": ("gpu.{}.embodied_grams", "default"),
    "ssd": ("storage.{}.embodied_grams_per_gib", "ssd"),
    "hdd": ("storage.{}.embodied_grams_per_gib", "hdd"),
    "block": ("storage.{}.embodied_grams_per_gib", "default/block"),
    "object": ("storage.{}.embodied_grams_per_gib", "default/object"),
    "file": ("storage.{}.embodied_grams_per_gib", "default/file"),
    "snapshot": ("storage.{}.embodied_grams_per_gib", "default/snapshot"),
    "fixed": ("fixed.{}.embodied_grams", "default"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Grams a second of one unit, and how far below and above it the interval reaches."""

    grams_per_second: float
    down: float
    up: float
    facts: tuple[str, ...]
    source: str


@lru_cache(maxsize=65536)
def made(kind: ComponentKind, part: str) -> Made:
    """What making one unit of a part costs, a second of its life. Bytes and requests carry none:
    see docs/model.md.
    """
    if kind == "vcpu":
        described = server.parse(part)
        return _of_server(described) if described else _of_thread(part)
    if kind not in _FIGURE:
        return Made(0, 0, 0, (), "")
    pattern, default = _FIGURE[kind]
    found = facts.figures().get(pattern.format(part)) or figure(pattern.format(default))
    return _over_lifetime(
        found.value, found.value - found.low, found.high - found.value, (found.id,)
    )


def server_grams(sockets: int, memory_gib: float) -> tuple[float, float, float, tuple[str, ...]]:
    """Grams of a server without disks: value, deviation down and up, and the facts used."""
    cpu = figure("embodied.cpu.grams")
    memory = figure("memory.dram.embodied_grams_per_gib")
    parts: list[tuple[Figure, float]] = [
        (figure(f"embodied.host.{name}_grams"), 1) for name in HOST_PARTS
    ]
    parts += [(cpu, sockets), (memory, memory_gib)]
    correlation = figure("model.correlation.components").value
    return (
        sum(part.value * count for part, count in parts),
        sum_deviation(((part.value - part.low) * count for part, count in parts), correlation),
        sum_deviation(((part.high - part.value) * count for part, count in parts), correlation),
        tuple(part.id for part, count in parts if count),
    )


@cache
def _hosts() -> dict[str, tuple[int, int]]:
    return {
        row["name"]: (int(row["host_sockets"]), int(row["host_threads"]))
        for row in facts.rows("processors")
        if row["kind"] == "microarchitecture"
    }


def _of_thread(part: str) -> Made:
    name, _ = microarchitecture(part)
    sockets, threads = _hosts()[name]
    whole = facts.figures().get(f"embodied.machine.{name}.grams")
    value, down, up, ids = _as_told(whole) if whole else server_grams(sockets, 0)
    return _over_lifetime(value / threads, down / threads, up / threads, ids)


def _as_told(whole: Figure) -> tuple[float, float, float, tuple[str, ...]]:
    """Of no rack server: its maker says what the whole of it is."""
    return whole.value, whole.value - whole.low, whole.high - whole.value, (whole.id,)


def _of_server(described: server.Server) -> Made:
    value, down, up, ids = server_grams(described.sockets, described.memory_gib)
    unit = 1 / described.threads
    return _over_lifetime(value * unit, down * unit, up * unit, ids)


def _over_lifetime(grams: float, down: float, up: float, ids: tuple[str, ...]) -> Made:
    years = figure("embodied.lifetime_years")
    rate, least, most = (
        1 / (each * SECONDS_PER_YEAR) for each in (years.value, years.high, years.low)
    )
    return Made(
        grams * rate,
        min(grams * rate, product_deviation(grams, down, rate, rate - least)),
        product_deviation(grams, up, rate, most - rate),
        (*ids, years.id),
        f"{figure(ids[0]).source} ({figure(ids[0]).year})",
    )
