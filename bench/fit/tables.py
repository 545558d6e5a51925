"""Table of facts that the fit fills: effects and intervals of servers."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from bench.fit.data import LEVELS, Machine
from bench.fit.mixed import REFERENCE, Effects, Fit, idle_share
from bench.fit.validate import KNOWN, OFTEN
from bench.fit.widths import ENDS, Widths

FACTS = Path(__file__).parents[2] / "src" / "cloud_carbon_exporter" / "facts"
SOURCE = "fitted by bench/fit on SPECpower_ssj2008 results"
YEAR = 2026
COLUMNS = ("id", "value", "low", "high", "unit", "basis", "source", "year", "note")
SIGMA_90 = 1.645
SMALL = 0.002

Row = tuple[str, float, float, float, str]


def figures(fitted: Fit, machines: Sequence[Machine], widths: Widths) -> list[Row]:
    """Every row of server.csv: id, value, low, high, unit."""
    return [
        *_references(machines),
        *_usual(machines),
        *_effects("idle", fitted.idle),
        *_effects("full", fitted.full),
        *_shapes(fitted),
        *_systems(fitted),
        *_intervals(widths),
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


def _systems(fitted: Fit) -> Iterable[Row]:
    """How many machines of a CPU model or a microarchitecture were fitted."""
    yield "server.often.systems", OFTEN, OFTEN, OFTEN, "systems"
    for name, count in sorted(fitted.systems.items()):
        yield f"server.systems.{name}", count, count, count, "systems"


def _intervals(widths: Widths) -> Iterable[Row]:
    """Between which ratios of measured to estimated watts 90 % of machines left out lie."""
    for known in KNOWN:
        for level in LEVELS:
            down, up = widths.bounds[known, level]
            yield f"server.interval.{known}.{level}", 1.0, math.exp(-down), math.exp(up), "ratio"
    for (family, end), spread in sorted(widths.spreads.items()):
        yield f"server.spread.{family}.{ENDS[end]}", spread, spread, spread, "ratio"


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
                    *_origin(name),
                    YEAR,
                    "",
                )
            )


NEVER = f"server.interval.{KNOWN[-1]}."
"""Rows for servers of which nothing was measured: whatever stands on them is a guess."""


def _origin(name: str) -> tuple[str, str]:
    """Basis and source of a row."""
    if name.startswith(NEVER):
        return "assumed", f"{SOURCE}; never measured: as others of its TDP and threads"
    return "derived", SOURCE
