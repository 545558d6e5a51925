"""What one unit of each kind of hardware draws: a curve of its load, with its interval, from the
tables of facts.

A unit is a hardware thread, a GiB, a board, a byte a second, a request a second or a thing. The
wall power of measured servers, without their memory, gives the curve of a thread; published figures
give the rest. Curves never fall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts, server, server_power
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.quantities import PERCENT, product_deviation
from cloud_carbon_exporter.model.types import ComponentKind

LEVELS = {
    level: load / PERCENT for level, load in (("idle", 0), ("ten", 10), ("half", 50), ("full", 100))
}
"""The loads at which a processor's draw stands in the tables."""

POOLED = " or "
"""Joins the microarchitectures a family is served from where nobody said which: "Skylake or Cascade
Lake".
"""

_FIGURE = {
    "memory": "memory.{}.watts_per_gib",
    "ssd": "storage.{}.watts_per_gib",
    "hdd": "storage.{}.watts_per_gib",
    "block": "storage.{}.watts_per_gib",
    "object": "storage.{}.watts_per_gib",
    "file": "storage.{}.watts_per_gib",
    "snapshot": "storage.{}.watts_per_gib",
    "network": "network.{}.joules_per_byte",
    "requests": "requests.{}.joules_per_request",
    "fixed": "fixed.{}.watts",
}
_DEFAULT_PART = {
    "memory": "dram",
    "ssd": "ssd",
    "hdd": "hdd",
    "network": "default",
    "requests": "default",
} | {kind: f"default/{kind}" for kind in ("block", "object", "file", "snapshot")}


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Watts of one unit at ascending loads, and how far below and above them the 90 % interval
    reaches.

    One load (0) where the draw follows from size alone. assumed: why this is not the part that was
    asked for.
    """

    loads: tuple[float, ...]
    watts: tuple[float, ...]
    down: tuple[float, ...]
    up: tuple[float, ...]
    facts: tuple[str, ...]
    unit: str
    source: str
    assumed: str = ""

    def at(self, load: float) -> float:
        """Watts of a unit at `load`, 0..1."""
        return self.watts[0] if len(self.loads) == 1 else interpolate(self.loads, self.watts, load)

    def deviation(self, load: float) -> tuple[float, float]:
        """How far down and up the interval reaches at `load`."""
        if len(self.loads) == 1:
            return self.down[0], self.up[0]
        return interpolate(self.loads, self.down, load), interpolate(self.loads, self.up, load)


def interpolate(knots: tuple[float, ...], values: tuple[float, ...], x: float) -> float:
    """The value at `x` on the straight lines between the knots; level beyond the last."""
    left = knots[0]
    for index in range(1, len(knots)):
        right = knots[index]
        if x <= right:
            below = values[index - 1]
            return below + (values[index] - below) * (x - left) / (right - left)
        left = right
    return values[-1]


@lru_cache(maxsize=65536)
def draw(kind: ComponentKind, part: str) -> Draw:
    """What one unit of a part draws. A part nobody knows gets the default of its kind and says so;
    never an error.
    """
    if kind == "vcpu":
        described = server.parse(part)
        return (
            _of_server(described)
            if described
            else _of_pool(part)
            if POOLED in part
            else _of_thread(part)
        )
    if kind == "gpu":
        return _of_board(part)
    known = facts.figures().get(_FIGURE[kind].format(part))
    if known:
        return _flat(known)
    return _flat(
        figure(_FIGURE[kind].format(_DEFAULT_PART.get(kind, "default"))), f"unknown {kind} {part}"
    )


def _flat(found: Figure, assumed: str = "") -> Draw:
    down, up = (found.value - found.low,), (found.high - found.value,)
    return Draw(
        (0,),
        (found.value,),
        down,
        up,
        (found.id,),
        found.unit,
        f"{found.source} ({found.year})",
        assumed,
    )


def _of_board(part: str) -> Draw:
    """An accelerator: from idle to what a board busy all the time draws, which is less than it may."""
    known = f"gpu.{part}.max_watts" in facts.figures()
    name = part if known else "default"
    idle, most, busy = (
        figure(f"gpu.{name}.idle_watts"),
        figure(f"gpu.{name}.max_watts"),
        figure("gpu.full_load_ratio"),
    )
    full = max(idle.value, most.value * busy.value)
    down = product_deviation(most.value, most.value - most.low, busy.value, busy.value - busy.low)
    up = product_deviation(most.value, most.high - most.value, busy.value, busy.high - busy.value)
    return Draw(
        (0, 1),
        (idle.value, full),
        (idle.value - idle.low, min(full, down)),
        (idle.high - idle.value, up),
        (idle.id, most.id, busy.id),
        "W/board",
        f"{most.source} ({most.year})",
        "" if known else f"unknown accelerator {part}",
    )


@dataclass(frozen=True, slots=True)
class Processor:
    """One row of the table of processors: a microarchitecture, or a CPU model of one. Watts are
    (value, low, high).
    """

    name: str
    watts: tuple[tuple[float, float, float], ...]
    source: str
    year: str
    basis: str


@cache
def processors() -> dict[str, Processor]:
    """Microarchitectures by name."""
    return {
        row["name"]: Processor(
            row["name"],
            tuple(
                (
                    float(row[f"{level}_watts_per_thread"]),
                    float(row[f"{level}_low"]),
                    float(row[f"{level}_high"]),
                )
                for level in LEVELS
            ),
            row["source"],
            row["year"],
            row["basis"],
        )
        for row in facts.rows("processors")
        if row["kind"] == "microarchitecture"
    }


def microarchitecture(part: str) -> tuple[str, str]:
    """The microarchitecture that stands for a part, and why it had to be assumed ("" where it is
    known).
    """
    part = part.partition(POOLED)[0]
    if part in processors():
        return part, "unknown processor" if part == "default" else ""
    found = facts.microarchitecture(part)
    return (found, "") if found in processors() else ("default", f"unknown processor {part}")


def _of_pool(part: str) -> Draw:
    """A thread of a family served from several microarchitectures: as the first, and as unsure as
    all of them.
    """
    first, *others = (_of_thread(name) for name in part.split(POOLED))
    low, high = [], []
    for index, value in enumerate(first.watts):
        low.append(min(value, *(each.watts[index] - each.down[index] for each in (first, *others))))
        high.append(max(value, *(each.watts[index] + each.up[index] for each in (first, *others))))
    return replace(
        first,
        down=tuple(value - bound for value, bound in zip(first.watts, low, strict=True)),
        up=tuple(bound - value for value, bound in zip(first.watts, high, strict=True)),
        facts=(*first.facts, *(each.facts[0] for each in others)),
    )


def _of_thread(part: str) -> Draw:
    """A hardware thread of a cloud host: the thread of the benchmark machine x the gap to
    production.
    """
    name, assumed = microarchitecture(part)
    processor = processors()[name]
    gaps = tuple(figure(f"model.production_gap.{level}_ratio") for level in LEVELS)
    watts: list[float] = []
    down: list[float] = []
    most: list[float] = []
    for (value, low, high), gap in zip(processor.watts, gaps, strict=True):
        watts.append(max(value * gap.value, *watts, 0))
        down.append(
            min(watts[-1], product_deviation(value, value - low, gap.value, gap.value - gap.low))
        )
        top = watts[-1] + product_deviation(value, high - value, gap.value, gap.high - gap.value)
        most.append(max(top, *most, 0))  # what may be drawn at rest may be drawn at work
    up = tuple(top - centre for top, centre in zip(most, watts, strict=True))
    ids = (f"processors.{name}", *(gap.id for gap in gaps))
    source = f"{processor.source} ({processor.year})"
    return Draw(
        tuple(LEVELS.values()), tuple(watts), tuple(down), up, ids, "W/thread", source, assumed
    )


def _of_server(described: server.Server) -> Draw:
    """A whole server by its processor, as such a server measures; spread over its threads, memory
    included.
    """
    curve = server_power.curve(described)
    unit = 1 / described.threads
    return Draw(
        curve.loads,
        tuple(value * unit for value in curve.watts),
        tuple((value - low) * unit for value, low in zip(curve.watts, curve.low, strict=True)),
        tuple((high - value) * unit for value, high in zip(curve.watts, curve.high, strict=True)),
        curve.facts,
        "W/thread",
        curve.source,
        described.assumed,
    )
