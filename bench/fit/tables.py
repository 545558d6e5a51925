"""Table of facts that the fit fills: effects and intervals of servers."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.fit.data import LEVELS, Machine
from bench.fit.mixed import REFERENCE, Effects, Fit, idle_share
from bench.fit.validate import Point

FACTS = Path(__file__).parents[2] / "src" / "cloud_carbon_exporter" / "facts"
SOURCE = "fitted by bench/fit on SPECpower_ssj2008 results"
YEAR = 2026
COLUMNS = ("id", "value", "low", "high", "unit", "basis", "source", "year", "note")
SIGMA_90 = 1.645
SMALL = 0.002
KNOWN = ("model", "microarchitecture", "none")

Row = tuple[str, float, float, float, str]


def figures(
    fitted: Fit, machines: Sequence[Machine], points: Mapping[str, Sequence[Point]]
) -> list[Row]:
    """Every row of server.csv: id, value, low, high, unit."""
    return [
        *_references(machines),
        *_usual(machines),
        *_effects("idle", fitted.idle),
        *_effects("full", fitted.full),
        *_shapes(fitted),
        *_intervals(points),
    ]


def _references(machines: Sequence[Machine]) -> Iterable[Row]:
    """Reference point, where slopes have no say, and the range of measured servers.

    Nothing is extrapolated beyond it.
    """
    values = {
        "tdp": ([m.tdp_watts for m in machines], "W/socket"),
        "threads": ([m.threads / m.sockets for m in machines], "threads/socket"),
        "memory": ([m.memory_gib / m.sockets for m in machines if m.sockets <= 2], "GiB/socket"),
    }
    for term, (amount, unit) in values.items():
        yield f"server.reference.{term}", REFERENCE[term], min(amount), max(amount), unit
    idle = [idle_share(m) for m in machines if m.in_budget]
    yield "server.reference.idle_share", statistics.median(idle), min(idle), max(idle), "ratio"


def _usual(machines: Sequence[Machine]) -> Iterable[Row]:
    """Usual memory and threads of a CPU model's servers, for one that is not described in full."""
    groups: dict[str, list[Machine]] = {}
    for machine in machines:
        groups.setdefault(machine.microarchitecture, []).append(machine)
        groups.setdefault(machine.model, []).append(machine)
    for name, group in sorted(groups.items()):
        memory = [m.memory_gib / m.sockets for m in group]
        yield (
            f"server.usual.{name}.memory",
            statistics.median(memory),
            min(memory),
            max(memory),
            "GiB/socket",
        )
    for name in sorted({machine.microarchitecture for machine in machines}):
        tdp = [m.tdp_watts for m in groups[name]]
        threads = [m.threads / m.sockets for m in groups[name]]
        yield f"server.usual.{name}.tdp", statistics.median(tdp), min(tdp), max(tdp), "W/socket"
        yield (
            f"server.usual.{name}.threads",
            statistics.median(threads),
            min(threads),
            max(threads),
            "threads/socket",
        )


def _effects(level: str, effects: Effects) -> Iterable[Row]:
    for key, value in sorted(effects.value.items()):
        group, name, term = key
        if abs(value) >= SMALL or term == "level":
            spread = SIGMA_90 * effects.error[key]
            yield (
                f"server.{level}.{name or group}.{term}",
                value,
                value - spread,
                value + spread,
                "ln(ratio)",
            )


def _shapes(fitted: Fit) -> Iterable[Row]:
    for name, shape in fitted.shapes.items():
        for level, share in shape.items():
            yield (
                f"server.shape.{name or 'all'}.{level}",
                share,
                max(0.0, share - 0.1),
                min(1.0, share + 0.1),
                "ratio",
            )


def interval(points: Sequence[Point], level: int) -> tuple[float, float]:
    """Between which ratios of measured to estimated watts 90 % of held-back machines lie at a load.

    Middle loads lean on their neighbours too, since few machines state them.
    """
    near = [
        p
        for p in points
        if p.level == level or (level % 100 and p.level % 100 and abs(p.level - level) <= 20)
    ]
    low, high = np.quantile([1 / p.ratio for p in near], (0.05, 0.95))
    return float(low), float(high)


def _intervals(points: Mapping[str, Sequence[Point]]) -> Iterable[Row]:
    for known in KNOWN:
        for level in LEVELS:
            low, high = interval(points[known], level)
            yield f"server.interval.{known}.{level}", 1.0, min(1.0, low), max(1.0, high), "ratio"


def write_server(rows: Sequence[Row]) -> None:
    """Write server.csv."""
    with (FACTS / "server.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, value, low, high, unit in rows:
            writer.writerow(
                (
                    name,
                    *(f"{number:.5g}" for number in (value, low, high)),
                    unit,
                    "derived",
                    SOURCE,
                    YEAR,
                    "",
                )
            )
