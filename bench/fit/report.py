"""Error report of the model, as text: printed by run.py, and carried by docs/model.md."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.fit import peers, platforms
from bench.fit.data import Machine, read
from bench.fit.mixed import Fit, fit_all
from bench.fit.tables import interval
from bench.fit.validate import (
    Point,
    alike,
    error,
    leave_groups_out,
    leave_machines_out,
    validation_half,
)


@dataclass(frozen=True, slots=True)
class Validation:
    """The fit on all machines, and how it did on machines left out."""

    machines: list[Machine]
    fitted: Fit
    machines_out: list[Point]
    models_out: list[Point]
    microarchitectures_out: list[Point]

    @property
    def by_knowledge(self) -> Mapping[str, Sequence[Point]]:
        """Held-back points by what of the machine the fit had seen."""
        return {
            "model": [point for point in self.machines_out if point.known == "model"],
            "microarchitecture": [
                point for point in self.models_out if point.known == "microarchitecture"
            ],
            "none": self.microarchitectures_out,
        }


def validate(machines: list[Machine] | None = None) -> Validation:
    """Fit, and leave out machines, CPU models and microarchitectures in turn."""
    found = machines or read()
    return Validation(
        found,
        fit_all(found),
        leave_machines_out(found),
        leave_groups_out(found, lambda machine: machine.model),
        leave_groups_out(found, lambda machine: machine.microarchitecture),
    )


def coverage(points: Sequence[Point], calibration: Mapping[str, Sequence[Point]]) -> float:
    """Percent of points whose measured watts lie inside the interval that other points gave."""
    bounds = {
        (kind, level): interval(calibration[kind], level)
        for kind, level in {(p.known, p.level) for p in points}
    }
    inside = [
        bounds[p.known, p.level][0] <= 1 / p.ratio <= bounds[p.known, p.level][1] for p in points
    ]
    return float(100 * np.mean(inside))


def halves(machines: Sequence[Machine], seed: int) -> tuple[list[Point], float]:
    """Errors on a random half, fitted on the other, and coverage of the intervals of that other."""
    held = validation_half(machines, seed)
    names = {id(point.machine) for point in held}
    inner = validate([machine for machine in machines if id(machine) not in names])
    return held, coverage(held, inner.by_knowledge)


SOURCES = (
    "spec_power_train.csv",
    "data.py",
    "mixed.py",
    "validate.py",
    "report.py",
    "peers.py",
    "peers.csv",
    "tables.py",
)

HEADER = "| | points | MAPE | idle | 50 % | 100 % | mean signed |\n|---|---|---|---|---|---|---|"


def line(name: str, points: Sequence[Point]) -> str:
    """One line of the error table, in percent."""
    of = {
        level: error([point for point in points if point.level == level]).mape
        for level in (0, 50, 100)
    }
    whole = error(points)
    loads = " | ".join(f"{of[level]:.1f} %" for level in (0, 50, 100))
    return f"| {name} | {whole.points} | {whole.mape:.1f} % | {loads} | {whole.signed:+.1f} % |"


def accuracy(found: Validation, seeds: Sequence[int] = (7, 8)) -> str:
    """The error table: ours by what was left out, peers on the same machines, and coverage."""
    rows = [
        line("this model, machines left out", found.machines_out),
        line("this model, CPU models left out", found.models_out),
        line("this model, microarchitectures left out", found.microarchitectures_out),
    ]
    covered = []
    for seed in seeds:
        held, inside = halves(found.machines, seed)
        rows.append(line(f"this model, fitted on a random half ({seed}), the other half", held))
        covered.append(inside)
    rows += [line(peer, peers.points(peer, found.machines)) for peer in peers.PEERS]
    budget = [machine for machine in found.machines if machine.in_budget]
    share = ", ".join(f"{each:.0f} %" for each in covered)
    notes = (
        f"{len(budget)} servers of one or two sockets, "
        f"{len({m.microarchitecture for m in budget})} "
        f"microarchitectures, {len({m.model for m in budget})} CPU models; each is left out three "
        "times in ten folds.\n"
        "Inside the 90 % interval, where one half gave fit and intervals and the other the "
        f"machines: {share}.\n"
        "How alike machines of one microarchitecture err (intraclass correlation at idle and "
        "full load): "
        f"{_alike(found.machines_out)} where it was fitted, "
        f"{_alike(found.microarchitectures_out)} where left out."
    )
    return "\n".join([HEADER, *rows, "", notes])


def _alike(points: Sequence[Point]) -> str:
    return " and ".join(f"{alike(points, level):.1f}" for level in (0, 100)).replace("-0.0", "0.0")


def digest() -> str:
    """Digest of all that the error table was made from: it tells a stale table at once."""
    folder = Path(__file__).parent
    sources = [folder / name for name in SOURCES]
    return hashlib.sha256("".join(map(_meaning, sources)).encode()).hexdigest()[:16]


def _meaning(source: Path) -> str:
    """Text of a table, or the syntax tree of a module: how it is wrapped changes no figure."""
    text = source.read_text(encoding="utf-8")
    return ast.dump(ast.parse(text)) if source.suffix == ".py" else text


def render(found: Validation) -> str:
    """The whole report."""
    return f"<!-- made from {digest()} -->\n\n{accuracy(found)}\n\n{platforms.report()}"
