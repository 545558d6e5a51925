"""Power curves: what one unit of each kind of hardware draws by its load, with its interval.

A unit is a hardware thread, a GiB, a board, a byte a second, a request a second or a thing. The
wall power of measured servers, without their memory, gives the curve of a thread; published figures
give the rest. Curves never fall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

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
"""Joins the microarchitectures of a family where nobody said which: "Skylake or Cascade Lake"."""

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
    """Watts of one unit at ascending loads, and how far the 90 % interval reaches beside them.

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
    """Power curve of one unit of a part; never an error.

    A part nobody knows gets the default of its kind, and says so.
    """
    if kind == "vcpu":
        return _of_processor(part)
    if kind == "gpu":
        return _of_board(part)
    known = facts.figures().get(_FIGURE[kind].format(part))
    if known:
        return _flat(known)
    stand_in = figure(_FIGURE[kind].format(_DEFAULT_PART.get(kind, "default")))
    return _flat(stand_in, f"unknown {kind} {part}")


def _of_processor(part: str) -> Draw:
    """A thread: of a server somebody described, of a family with several processors, or of one."""
    described = server.parse(part)
    if described:
        return _of_server(described)
    return _of_pool(part) if POOLED in part else _of_thread(part)


def _flat(known: Figure, assumed: str = "") -> Draw:
    """The same at every load: the draw follows from size alone."""
    return Draw(
        (0,),
        (known.value,),
        (known.value - known.low,),
        (known.high - known.value,),
        (known.id,),
        known.unit,
        f"{known.source} ({known.year})",
        assumed,
    )


def _of_board(part: str) -> Draw:
    """An accelerator: from idle to what a busy board draws, which is less than it may."""
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


class Bounds(NamedTuple):
    """Watts of a thread at one load, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Processor:
    """One row of the table of processors: a microarchitecture, or a CPU model of one."""

    name: str
    watts: tuple[Bounds, ...]
    source: str
    year: str
    basis: str


@cache
def processors() -> dict[str, Processor]:
    """Microarchitectures by name."""
    known: dict[str, Processor] = {}
    for row in facts.rows("processors"):
        if row["kind"] == "microarchitecture":
            watts = tuple(_bounds(row, level) for level in LEVELS)
            known[row["name"]] = Processor(
                row["name"], watts, row["source"], row["year"], row["basis"]
            )
    return known


def _bounds(row: facts.Row, level: str) -> Bounds:
    return Bounds(
        float(row[f"{level}_watts_per_thread"]),
        float(row[f"{level}_low"]),
        float(row[f"{level}_high"]),
    )


def microarchitecture(part: str) -> tuple[str, str]:
    """The microarchitecture that stands for a part, and why it had to be assumed: "" if known."""
    part = part.partition(POOLED)[0]
    if part in processors():
        return part, "unknown processor" if part == "default" else ""
    name = facts.microarchitecture(part)
    return (name, "") if name in processors() else ("default", f"unknown processor {part}")


def _of_pool(part: str) -> Draw:
    """A thread of one of several microarchitectures: as the first, and as unsure as all of them."""
    first, *others = curves = [_of_thread(name) for name in part.split(POOLED)]
    down, up = [], []
    for level, value in enumerate(first.watts):
        low, high = value, value
        for curve in curves:
            low = min(low, curve.watts[level] - curve.down[level])
            high = max(high, curve.watts[level] + curve.up[level])
        down.append(value - low)
        up.append(high - value)
    used = (*first.facts, *(other.facts[0] for other in others))
    return replace(first, down=tuple(down), up=tuple(up), facts=used)


def _of_thread(part: str) -> Draw:
    """A hardware thread of a cloud host: that of the benchmark machine x the gap to production."""
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
    """A whole server, memory included, as such a server measures; spread over its threads."""
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
