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
    measured = machines or read()
    return Validation(
        measured,
        fit_all(measured),
        leave_machines_out(measured),
        leave_groups_out(measured, lambda machine: machine.model),
        leave_groups_out(measured, lambda machine: machine.microarchitecture),
    )


def coverage(points: Sequence[Point], calibration: Mapping[str, Sequence[Point]]) -> float:
    """Percent of points whose measured watts lie inside the interval that other points gave."""
    bounds: dict[tuple[str, int], tuple[float, float]] = {}
    inside = []
    for point in points:
        key = (point.known, point.level)
        if key not in bounds:
            bounds[key] = interval(calibration[point.known], point.level)
        lower, upper = bounds[key]
        inside.append(lower <= 1 / point.ratio <= upper)
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
    whole = error(points)
    cells = [name, f"{whole.points}", f"{whole.mape:.1f} %"]
    for level in (0, 50, 100):
        at_level = error([point for point in points if point.level == level])
        cells.append(f"{at_level.mape:.1f} %")
    return f"| {' | '.join([*cells, f'{whole.signed:+.1f} %'])} |"


def accuracy(validation: Validation, seeds: Sequence[int] = (7, 8)) -> str:
    """The error table: ours by what was left out, peers on the same machines, and coverage."""
    rows = [
        line("this model, machines left out", validation.machines_out),
        line("this model, CPU models left out", validation.models_out),
        line("this model, microarchitectures left out", validation.microarchitectures_out),
    ]
    covered = []
    for seed in seeds:
        held, inside = halves(validation.machines, seed)
        rows.append(line(f"this model, fitted on a random half ({seed}), the other half", held))
        covered.append(inside)
    rows += [line(peer, peers.points(peer, validation.machines)) for peer in peers.PEERS]
    budget = [machine for machine in validation.machines if machine.in_budget]
    share = ", ".join(f"{percent:.0f} %" for percent in covered)
    notes = (
        f"{len(budget)} servers of one or two sockets, "
        f"{len({m.microarchitecture for m in budget})} "
        f"microarchitectures, {len({m.model for m in budget})} CPU models; each is left out three "
        "times in ten folds.\n"
        "Inside the 90 % interval, where one half gave fit and intervals and the other the "
        f"machines: {share}.\n"
        "How alike machines of one microarchitecture err (intraclass correlation at idle and "
        "full load): "
        f"{_alike(validation.machines_out)} where it was fitted, "
        f"{_alike(validation.microarchitectures_out)} where left out."
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


def render(validation: Validation) -> str:
    """The whole report."""
    return f"<!-- made from {digest()} -->\n\n{accuracy(validation)}\n\n{platforms.report()}"
