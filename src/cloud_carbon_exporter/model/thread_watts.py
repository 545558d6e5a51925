"""Watts of a hardware thread of a host: the wall power of such a server, without its memory.

The gap to production is not in it; `power.py` applies that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import hypot
from typing import NamedTuple

from cloud_carbon_exporter.model import facts, memory, server, server_power
from cloud_carbon_exporter.model.hosts import POOLED, no_servers
from cloud_carbon_exporter.model.loads import LEVELS


class Bounds(NamedTuple):
    """Watts of a thread, with their interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread of one processor in its host.

    microarchitecture: whose rows are wrong together. facts: ids of the rows that were used.
    tdp_watts: its part of the TDP of its host's processors, which of some is an estimate.
    """

    microarchitecture: str
    tdp_watts: Bounds
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
        tdp = _tdp_watts(_usual_host(row))
        return Thread(name, tdp, watts, source, (f"processors.{name}",), assumed)
    of_host = _of_host(_usual_host(row))
    return replace(of_host, microarchitecture=name, assumed=assumed)


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


@lru_cache(maxsize=4096)
def holding(part: str, count: float) -> str:
    """Of the hosts of a pool those that so many threads fit on; all, where none is large enough."""
    pool = part.split(POOLED)
    return POOLED.join([each for each in pool if host(each)[1] >= count] or pool)


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


def _tdp_watts(host: server.Server) -> Bounds:
    share = host.sockets / host.threads
    return Bounds(*(share * watts for watts in (host.tdp_watts, *server.tdp_range(host))))


def _of_host(host: server.Server) -> Thread:
    """The server's watts less its memory's, spread over its threads.

    Too little taken off for memory, and the thread draws less; the two errors are independent. The
    rest of a small server idles at no more of its full load than a whole server does.
    """
    curve = server_power.curve(host)
    bounds: list[Bounds] = []
    taken = memory.of_benchmark(host.memory_gib, host.sockets)
    values = _without_memory(curve, taken)
    for value, load, held in zip(values, LEVELS.values(), taken, strict=True):
        index = curve.loads.index(load)
        own = curve.watts[index]
        down, up = hypot(own - curve.low[index], held.more), curve.high[index] - own
        unit = 1 / host.threads
        bounds.append(Bounds(value * unit, max(0.0, value - down) * unit, (value + up) * unit))
    name = host.processor or host.microarchitecture
    row = f"processors.{name}"
    used = (row, *curve.facts[-1:])
    return Thread(host.microarchitecture, _tdp_watts(host), tuple(bounds), curve.source, used)


def _without_memory(curve: server_power.Curve, taken: tuple[memory.Taken, ...]) -> list[float]:
    watts: list[float] = []
    for load, held in zip(LEVELS.values(), taken, strict=True):
        watts.append(max(curve.watts[curve.loads.index(load)] - held.value, *watts, 0.0))
    watts[0] = min(watts[0], watts[-1] * server_power.most_idle())
    return watts
