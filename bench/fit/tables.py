"""Tables of facts that the fit fills: effects and intervals of servers, watts a thread."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.fit.data import LEVELS, Machine
from bench.fit.mixed import REFERENCE, Effects, Fit
from bench.fit.validate import FAMILIAR, KNOWN, OFTEN
from bench.fit.widths import ENDS, Widths

FACTS = Path(__file__).parents[2] / "src" / "cloud_carbon_exporter" / "facts"
SOURCE = "fitted by bench/fit on SPECpower_ssj2008 results"
YEAR = 2026
COLUMNS = ("id", "value", "low", "high", "unit", "basis", "source", "year", "note")
SIGMA_90 = 1.645
SMALL = 0.002
NAMED = {"idle": 0, "ten": 10, "half": 50, "full": 100}

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
                    "derived",
                    SOURCE,
                    YEAR,
                    "",
                )
            )


@dataclass(frozen=True, slots=True)
class Memory:
    """Watts a GiB of a benchmark machine's memory at one load: value, low, high."""

    value: float
    low: float
    high: float


def write_processors(fitted: Fit, machines: Sequence[Machine], widths: Widths) -> None:
    """Fill the watts a thread of every microarchitecture in processors.csv."""
    path = FACTS / "processors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    memory = _memory()
    cpus = {row["name"]: row for row in rows if row["kind"] == "cpu model"}
    for row in rows:
        fitted_before = row["source"].startswith(SOURCE)  # what is no server has its maker's watts
        if row["kind"] == "microarchitecture" and (fitted_before or not row["source"]):
            _fill(row, cpus.get(row["host_cpu"]), fitted, machines, widths, memory)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _memory() -> dict[str, Memory]:
    with (FACTS / "model.csv").open(encoding="utf-8", newline="") as file:
        by_id = {row["id"]: row for row in csv.DictReader(file)}
    memory = {}
    for name in NAMED:
        row = by_id[f"model.benchmark_memory.{name}_watts_per_gib"]
        memory[name] = Memory(float(row["value"]), float(row["low"]), float(row["high"]))
    return memory


def _fill(
    row: dict[str, str],
    cpu: Mapping[str, str] | None,
    fitted: Fit,
    machines: Sequence[Machine],
    widths: Widths,
    memory: Mapping[str, Memory],
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
    known = FAMILIAR[-1] if measured else KNOWN[-1]
    before = 0.0
    for level, percent in NAMED.items():
        low, high = widths.ratios(known, name, percent)
        held, own = memory[level], watts[percent]
        value = max(own - gib * held.value, own / 4, before)
        down = min(
            value * 0.9, math.hypot(own * (1 - min(1.0, low)), gib * (held.high - held.value))
        )
        up = math.hypot(own * (max(1.0, high) - 1), gib * (held.value - held.low))
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
