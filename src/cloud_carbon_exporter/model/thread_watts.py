"""Watts of a hardware thread of a host: the wall power of such a server, without its memory.

The gap to production is not in it; `power.py` applies that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from math import hypot
from typing import NamedTuple

from cloud_carbon_exporter.model import facts, server, server_power
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.hosts import POOLED, no_servers
from cloud_carbon_exporter.model.quantities import PERCENT

LEVELS = {
    level: load / PERCENT for level, load in (("idle", 0), ("ten", 10), ("half", 50), ("full", 100))
}
"""The loads at which a thread's draw is known."""


class Bounds(NamedTuple):
    """Watts of a thread at one load, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread of one processor in its host.

    microarchitecture: whose rows are wrong together. facts: ids of the rows that were used.
    """

    microarchitecture: str
    watts: tuple[Bounds, ...]
    source: str
    facts: tuple[str, ...]
    assumed: str = ""


@lru_cache(maxsize=4096)
def thread(part: str) -> Thread:
    """Thread of a part: of the host written in it, else of the usual one of its microarchitecture.

    A part nobody knows gets the default, and says so.
    """
    described = server.parse_host(part)
    if described:
        return _of_host(described)
    name, assumed = microarchitecture(part)
    row = microarchitectures()[name]
    if name in no_servers():
        watts = tuple(_bounds(row, level) for level in LEVELS)
        source = f"{row['source']} ({row['year']})"
        return Thread(name, watts, source, (f"processors.{name}",), assumed)
    of_host = _of_host(_usual_host(row))
    return Thread(name, of_host.watts, of_host.source, of_host.facts, assumed)


def microarchitecture(part: str) -> tuple[str, str]:
    """The microarchitecture that stands for a part, and why it had to be assumed: "" if known."""
    part = part.partition(POOLED)[0]
    described = server.parse_host(part)
    name = described.microarchitecture if described else part
    known = microarchitectures()
    if name in known:
        return name, "unknown processor" if name == "default" else ""
    found = facts.microarchitecture(name)
    return (found, "") if found in known else ("default", f"unknown processor {name}")


def host(part: str) -> tuple[int, int]:
    """Sockets and threads of the host of a part."""
    described = server.parse_host(part.partition(POOLED)[0])
    if described:
        return described.sockets, described.threads
    row = microarchitectures()[microarchitecture(part)[0]]
    return int(row["host_sockets"]), int(row["host_threads"])


@cache
def microarchitectures() -> dict[str, facts.Row]:
    """Rows of microarchitectures by name."""
    rows = facts.rows("processors")
    return {row["name"]: row for row in rows if row["kind"] == "microarchitecture"}


def _bounds(row: facts.Row, level: str) -> Bounds:
    return Bounds(
        float(row[f"{level}_watts_per_thread"]),
        float(row[f"{level}_low"]),
        float(row[f"{level}_high"]),
    )


def _usual_host(row: facts.Row) -> server.Server:
    """The host that stands for a microarchitecture in clouds."""
    return server.describe(
        row["host_cpu"],
        row["name"],
        sockets=int(row["host_sockets"]),
        threads=int(row["host_threads"]),
    )


def _of_host(host: server.Server) -> Thread:
    """The server's watts less its memory's, spread over its threads.

    Too much taken off for memory, and the thread draws more; the two errors are independent. The
    rest of a small server idles at no more of its full load than a whole server does.
    """
    curve = server_power.curve(host)
    bounds: list[Bounds] = []
    gib, values = host.memory_gib, _without_memory(host, curve)
    for value, (level, load) in zip(values, LEVELS.items(), strict=True):
        memory = figure(f"model.benchmark_memory.{level}_watts_per_gib")
        index = curve.loads.index(load)
        own = curve.watts[index]
        down = hypot(own - curve.low[index], gib * memory.up)
        up = hypot(curve.high[index] - own, gib * memory.down)
        unit = 1 / host.threads
        bounds.append(Bounds(value * unit, max(0.0, value - down) * unit, (value + up) * unit))
    name = host.processor or host.microarchitecture
    row = f"processors.{name}"
    return Thread(host.microarchitecture, tuple(bounds), curve.source, (row, *curve.facts[-1:]))


def _without_memory(host: server.Server, curve: server_power.Curve) -> list[float]:
    watts: list[float] = []
    for level, load in LEVELS.items():
        memory = figure(f"model.benchmark_memory.{level}_watts_per_gib").value
        own = curve.watts[curve.loads.index(load)]
        watts.append(max(own - host.memory_gib * memory, *watts, 0.0))
    watts[0] = min(watts[0], watts[-1] * server_power.most_idle())
    return watts
