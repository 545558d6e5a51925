"""Power of a whole server by its processor, fitted on measured servers by `bench/fit`.

docs/model.md says how well.

At idle and at full load it is a sum of effects on its logarithm, over three groups g: all servers,
the microarchitecture, the CPU model.

    ln(watts / sockets / TDP) = sum over g of level_g + sockets_g x (log2(sockets) - 1/2)
        + memory_g x ln(GiB a socket / 128) + tdp_g x ln(TDP / 200) + threads_g x ln(threads a
        socket / 64)

What was never measured adds nothing and widens the interval, which is the spread of measured over
estimated watts when servers like it were left out of the fit: by how often the CPU model was
measured, by load, and by how far machines of its microarchitecture err beside others. Between idle
and full load the curve has the measured shape of its microarchitecture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import exp, hypot, log, log2
from typing import NamedTuple

from cloud_carbon_exporter.model import facts, memory
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.loads import LEVELS, interpolate
from cloud_carbon_exporter.model.quantities import PERCENT
from cloud_carbon_exporter.model.server import TERMS, Server, tdp_range

_LOADS = tuple(range(0, PERCENT + 1, PERCENT // 10))
_FITTED_SOCKETS = 2
"""The fit stands on servers of one and two sockets; of larger ones too few were measured."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Watts of a whole server at ascending loads, with the bounds of the 90 % interval."""

    loads: tuple[float, ...]
    watts: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    facts: tuple[str, ...]
    source: str


@lru_cache(maxsize=4096)
def curve(server: Server) -> Curve:
    """Watts of a whole server at idle, 10 .. 100 % load.

    Where the TDP of its processor is somebody's estimate, the watts may be those of another TDP.
    """
    known = _of_tdp(server)
    least, most = tdp_range(server)
    if least == most:
        return known
    lower, higher = (_of_tdp(replace(server, tdp_watts=watts)).watts for watts in (least, most))
    down = map(_apart, known.watts, known.low, lower)
    up = map(_apart, known.watts, known.high, higher)
    return replace(
        known,
        low=tuple(max(0.0, watts - far) for watts, far in zip(known.watts, down, strict=True)),
        high=tuple(watts + far for watts, far in zip(known.watts, up, strict=True)),
    )


def _apart(value: float, bound: float, other: float) -> float:
    """How far off a value may be that errs by two reasons of their own."""
    return hypot(value - bound, value - other)


def _of_tdp(server: Server) -> Curve:
    """The curve as if the TDP were known.

    Memory beyond that of any measured server draws as memory does elsewhere.
    """
    terms = _terms(server)
    family = _like().get(server.microarchitecture, server.microarchitecture)
    names = ("all", family, server.processor)
    tdp = server.sockets * server.tdp_watts
    full = tdp * exp(_effect("full", names, terms))
    idle = min(tdp * exp(_effect("idle", names, terms)), full * most_idle())
    width = _width(server)
    watts, low, high = [], [], []
    beyond = _beyond(server)
    for load, share, more in zip(_LOADS, _shape(family), beyond, strict=True):
        least, most = width.ratios(load)
        value = idle + share * (full - idle)
        watts.append(value + more.value)
        low.append(value * least + more.low)
        high.append(value * most + more.high)
    used = [*width.spreads, width.interval(0)]
    rows: list[str] = []
    for name in names:
        for level in ("idle", "full"):
            rows += _effects(level).get(name, ({}, ()))[1]
    return Curve(
        tuple(load / PERCENT for load in _LOADS),
        tuple(watts),
        tuple(low),
        tuple(high),
        (*rows, *(memory.IDS if beyond[0].value else ()), *(each.id for each in used)),
        f"{used[-1].source} ({used[-1].year})",
    )


class _Watts(NamedTuple):
    value: float
    low: float
    high: float


_NOTHING = _Watts(0, 0, 0)


def _beyond(server: Server) -> tuple[_Watts, ...]:
    """Watts of the memory that no measured server has, at each load."""
    most_gib = figure("server.reference.memory").high * server.sockets
    if server.memory_gib <= most_gib:
        return (_NOTHING,) * len(_LOADS)
    measured = memory.watts(most_gib, server.sockets)
    values, lows, highs = [], [], []
    for held, known in zip(memory.watts(server.memory_gib, server.sockets), measured, strict=True):
        down, up = held.errors.reach()
        share = (held.value - known.value) / held.value
        values.append(held.value * share)
        lows.append((held.value - down) * share)
        highs.append((held.value + up) * share)
    return tuple(map(_Watts, _at_loads(values), _at_loads(lows), _at_loads(highs)))


def _at_loads(values: Sequence[float]) -> Iterator[float]:
    knots, known = tuple(LEVELS.values()), tuple(values)
    return (interpolate(knots, known, load / PERCENT) for load in _LOADS)


def most_idle() -> float:
    """The most a measured server of one or two sockets drew at rest, of what it drew at work.

    Both are fitted apart, so that far from what was measured one could overtake the other.
    """
    return figure("server.reference.idle_share").high


def _terms(server: Server) -> dict[str, float]:
    """What the fit knows a server by, a socket's each, as logarithms to the reference."""
    said = (server.tdp_watts, server.threads / server.sockets, server.memory_gib / server.sockets)
    terms = {"level": 1.0, "sockets": log2(min(server.sockets, _FITTED_SOCKETS)) - 1 / 2}
    for term, value in zip(TERMS, said, strict=True):
        scale = figure(f"server.reference.{term}")
        terms[term] = log(min(max(value, scale.low), scale.high) / scale.value)
    return terms


class _Width(NamedTuple):
    """Width of a server's interval: what is known of it, and how its microarchitecture spreads."""

    known: str
    spreads: tuple[Figure, ...]

    def ratios(self, load: int) -> tuple[float, float]:
        """Ratios of the true to the estimated watts at a load in percent, nine times in ten."""
        at_load, factor = self.interval(load), 1.0
        if self.spreads:
            idle, full = (spread.value for spread in self.spreads)
            factor = idle + (full - idle) * load / PERCENT
        return at_load.low**factor, at_load.high**factor

    def interval(self, load: int) -> Figure:
        return figure(f"server.interval.{self.known}.{load}")


def _width(server: Server) -> _Width:
    """By how often a CPU model was measured, else its microarchitecture; of neither, none."""
    systems = _systems(server.processor)
    if not (systems or _systems(server.microarchitecture)):
        return _Width("none", ())
    often = systems >= figure("server.often.systems").value
    known = "unseen"  # what is known of two sockets is not known of four
    if systems and server.sockets <= _FITTED_SOCKETS:
        known = "often" if often else "few"
    ends = (f"server.spread.{{}}.{end}" for end in ("idle", "full"))
    figures = facts.figures()
    spreads = [
        figures.get(end.format(server.microarchitecture)) or figure(end.format("all"))
        for end in ends
    ]
    return _Width(known, tuple(spreads))


def _systems(name: str) -> float:
    """How many servers with that CPU model, or microarchitecture, were measured."""
    counted = facts.figures().get(f"server.systems.{name}")
    return counted.value if counted else 0


@cache
def _like() -> Mapping[str, str]:
    """Microarchitectures never measured by the one nearest in design."""
    found = (
        row
        for row in facts.rows("processors")
        if row["kind"] == "microarchitecture" and row["like"]
    )
    return {row["name"]: row["like"] for row in found}


@cache
def _effects(level: str) -> Mapping[str, tuple[Mapping[str, float], tuple[str, ...]]]:
    """Effects at "idle" or "full" load by the name of their group, with the ids of their rows."""
    prefix = f"server.{level}."
    groups: dict[str, list[Figure]] = {}
    for name, found in facts.figures().items():
        if name.startswith(prefix):
            groups.setdefault(name[len(prefix) :].rpartition(".")[0], []).append(found)
    effects: dict[str, tuple[Mapping[str, float], tuple[str, ...]]] = {}
    for name, rows in groups.items():
        by_term = {row.id.rpartition(".")[2]: row.value for row in rows}
        effects[name] = (by_term, tuple(row.id for row in rows))
    return effects


def _effect(level: str, names: tuple[str, ...], terms: Mapping[str, float]) -> float:
    groups = (_effects(level)[name][0] for name in names if name in _effects(level))
    return sum(value * terms[term] for group in groups for term, value in group.items())


@cache
def _shape(microarchitecture: str) -> tuple[float, ...]:
    """Share of the way from idle to full load at each load."""
    own = facts.figures().get(f"server.shape.{microarchitecture}.10")
    name = microarchitecture if own else "all"
    return (0.0, *(figure(f"server.shape.{name}.{load}").value for load in _LOADS[1:-1]), 1.0)
