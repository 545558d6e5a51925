"""Watts of a GiB of memory by the load of its processor and by the size of its modules.

No cloud tells its modules. The more GiB a socket has, the larger they are, and the less a GiB of
them draws: watts go by a power of the GiB a socket. The low end of the curve is the memory of tuned
benchmark machines, and is taken off their watts.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model.errors import Errors, rising
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.loads import LEVELS

DRAM = "dram"
_SIZED = f"{DRAM}/"
FACT = "memory.dram"
"""The rows of all loads are read off the same hosts, so they are wrong together."""

_EXPONENT = "memory.dram.size_exponent"
USUAL_SIZE = "memory.dram.gib_per_socket"
IDS = (*(f"memory.dram.{level}_watts_per_gib" for level in LEVELS), _EXPONENT, USUAL_SIZE)
"""Rows that every figure of memory stands on."""


class MemoryWatts(NamedTuple):
    """Watts of a GiB at one load, with their errors."""

    value: float
    errors: Errors


def part(gib_per_socket: float) -> str:
    """Part of the memory of a host with so many GiB a socket; 0 where nobody knows."""
    return f"{_SIZED}{gib_per_socket:g}" if gib_per_socket > 0 else DRAM


def is_dram(name: str) -> bool:
    """Whether a part is the memory of servers, of whatever size."""
    return name == DRAM or name.startswith(_SIZED)


@lru_cache(maxsize=4096)
def curve(name: str) -> tuple[MemoryWatts, ...]:
    """Watts of a GiB of a part at each level of load."""
    usual = figure(USUAL_SIZE)
    size, least, most = usual.value, usual.low, usual.high
    if name.startswith(_SIZED):
        size = least = most = float(name[len(_SIZED) :])
    found = [_at(level, size, least, most) for level in LEVELS]
    bounds = rising([each.value for each in found], [each.errors for each in found])
    return tuple(map(MemoryWatts, (each.value for each in found), bounds))


def watts(gib: float, sockets: float) -> tuple[MemoryWatts, ...]:
    """Watts of all the memory of a server at each level of load."""
    if not gib:
        return (MemoryWatts(0.0, Errors()),) * len(LEVELS)
    unit = curve(part(gib / sockets))
    return tuple(MemoryWatts(each.value * gib, each.errors.times(gib)) for each in unit)


class Taken(NamedTuple):
    """Watts of the memory of a benchmark machine at one load; more: that they may be too few by."""

    value: float
    more: float


def of_benchmark(gib: float, sockets: float) -> tuple[Taken, ...]:
    """Watts of the memory of a benchmark machine at each level of load: the low end of the curve.

    By so much machines of one CPU differ: theirs sleeps at rest, and works less hard than in a
    cloud that is under stress.
    """
    taken: list[Taken] = []
    scale = _scale(gib / sockets, figure(_EXPONENT).value)
    for level in LEVELS:
        row = figure(f"{FACT}.{level}_watts_per_gib")
        taken.append(Taken(gib * scale * row.low, gib * scale * row.down))
    return tuple(taken)


def _at(level: str, size: float, least: float, most: float) -> MemoryWatts:
    """At one load: errors of the watts, of how they go by size, and of a size that is not known."""
    row, exponent = figure(f"{FACT}.{level}_watts_per_gib"), figure(_EXPONENT)
    scale = _scale(size, exponent.value)
    scales = (_scale(size, exponent.low), _scale(size, exponent.high))
    down, up = scale - min(scale, *scales), max(scale, *scales) - scale
    errors = Errors(
        (FACT, _EXPONENT),
        (row.down * scale, row.value * down),
        (row.up * scale, row.value * up),
    )
    if least != most:
        less = row.value * (scale - _scale(most, exponent.value))
        more = row.value * (_scale(least, exponent.value) - scale)
        errors = errors.also(USUAL_SIZE, less, more)
    return MemoryWatts(row.value * scale, errors.within(row.value * scale))


def _scale(gib_per_socket: float, exponent: float) -> float:
    """Watts of a GiB beside those at the usual size.

    Below a socket's least there are fewer modules rather than smaller ones.
    """
    usual, most = figure(USUAL_SIZE), figure("memory.dram.most_gib_per_socket")
    return math.pow(min(max(gib_per_socket, usual.low), most.value) / usual.value, exponent)
