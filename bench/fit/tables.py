"""Tables of facts that the fit fills: effects and intervals of servers, watts a thread."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.fit.data import LEVELS, Machine
from bench.fit.mixed import REFERENCE, Effects, Fit
from bench.fit.validate import Point
from cloud_carbon_exporter.model import memory

FACTS = Path(__file__).parents[2] / "src" / "cloud_carbon_exporter" / "facts"
SOURCE = "fitted by bench/fit on SPECpower_ssj2008 results"
YEAR = 2026
COLUMNS = ("id", "value", "low", "high", "unit", "basis", "source", "year", "note")
SIGMA_90 = 1.645
SMALL = 0.002
NAMED = {"idle": 0, "ten": 10, "half": 50, "full": 100}
BY_HAND = {"published", "recalled"}
"""Bases of rows that no fit touches: machines nothing like a server."""
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


def write_processors(
    fitted: Fit, machines: Sequence[Machine], points: Mapping[str, Sequence[Point]]
) -> None:
    """Fill the watts a thread of every microarchitecture in processors.csv."""
    path = FACTS / "processors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cpus = {row["name"]: row for row in rows if row["kind"] == "cpu model"}
    for row in rows:
        if row["kind"] == "microarchitecture" and row["basis"] not in BY_HAND:
            _fill(row, cpus.get(row["host_cpu"]), fitted, machines, points)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _fill(
    row: dict[str, str],
    cpu: Mapping[str, str] | None,
    fitted: Fit,
    machines: Sequence[Machine],
    points: Mapping[str, Sequence[Point]],
) -> None:
    """Watts a thread of the host that stands for a microarchitecture in clouds, without memory."""
    name = row["like"] or row["name"]
    alike = [m for m in machines if m.microarchitecture == name] or [
        m for m in machines if m.in_budget
    ]
    threads, sockets = int(row["host_threads"]), int(row["host_sockets"])
    gib = statistics.median(m.memory_gib / m.threads for m in alike) * threads
    usual = (
        statistics.median(m.tdp_watts * m.sockets / m.threads for m in alike) * threads / sockets
    )
    tdp = float((cpu or {}).get("tdp_watts") or usual)
    host = Machine("", "", row["host_cpu"], name, sockets, threads, gib, tdp, {})
    watts = fitted.watts(host)
    measured = bool([m for m in machines if m.microarchitecture == row["name"]])
    spread = points["microarchitecture" if measured else "none"]
    before = 0.0
    held_by_level = memory.watts(gib, sockets)
    for (level, percent), held in zip(NAMED.items(), held_by_level, strict=True):
        low, high = interval(spread, percent)
        own, (less, more) = watts[percent], held.errors.reach()
        value = max(own - held.value, own / 4, before)
        down = min(value * 0.9, math.hypot(own * (1 - min(1.0, low)), more))
        up = math.hypot(own * (max(1.0, high) - 1), less)
        cells = (value / threads, (value - down) / threads, (value + up) / threads)
        for column, cell in zip(
            (f"{level}_watts_per_thread", f"{level}_low", f"{level}_high"), cells, strict=True
        ):
            row[column] = f"{cell:.4g}"
        before = value
    row["systems"] = str(len([m for m in machines if m.microarchitecture == row["name"]]))
    row["basis"] = "derived" if measured else "assumed"
    like = row["like"] or "any server"
    row["source"] = (
        SOURCE if measured else f"{SOURCE}; never measured: as {like} of its TDP and threads"
    )
    row["year"] = str(YEAR)
