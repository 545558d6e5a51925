"""Error report of the model, as text: printed by run.py, and carried by docs/model.md."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.fit import peers, platforms
from bench.fit.coverage import coverage, half
from bench.fit.data import Machine, read
from bench.fit.mixed import Fit, fit_all
from bench.fit.validate import (
    Point,
    alike,
    error,
    leave_groups_out,
    leave_machines_out,
)


@dataclass(frozen=True, slots=True)
class Validation:
    """The fit on all machines, and how it did on machines left out.

    thirds_out: in three folds, so that CPU models which a tenth leaves well known were met seldom.
    """

    machines: list[Machine]
    fitted: Fit
    machines_out: list[Point]
    thirds_out: list[Point]
    models_out: list[Point]
    microarchitectures_out: list[Point]

    @property
    def calibration(self) -> list[Point]:
        """Points that widths are drawn from, by all that the fit may know of a machine."""
        known = [*self.machines_out, *self.thirds_out, *self.models_out]
        return [*known, *self.microarchitectures_out]


def validate(machines: list[Machine] | None = None) -> Validation:
    """Fit, and leave out machines, CPU models and microarchitectures in turn."""
    measured = machines or read()
    return Validation(
        measured,
        fit_all(measured),
        leave_machines_out(measured),
        leave_machines_out(measured, folds=3),
        leave_groups_out(measured, lambda machine: machine.model),
        leave_groups_out(measured, lambda machine: machine.microarchitecture),
    )


SOURCES = (
    "spec_power_train.csv",
    "data.py",
    "mixed.py",
    "validate.py",
    "widths.py",
    "coverage.py",
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


SHOWN = (7, 8)
"""Seeds of the halves whose error is a line of the table."""
SEEDS = (*SHOWN, 9, 10, 11, 12)
"""Seeds of the halves whose coverage is told."""


def accuracy(validation: Validation) -> str:
    """The error table: ours by what was left out, peers on the same machines, and coverage."""
    rows = [
        line("this model, machines left out", validation.machines_out),
        line("this model, CPU models left out", validation.models_out),
        line("this model, microarchitectures left out", validation.microarchitectures_out),
    ]
    halves = [half(validation.machines, seed) for seed in SEEDS]
    for seed, tried in zip(SHOWN, halves, strict=False):
        rows.append(line(f"this model, fitted on a random half ({seed}), the other", tried.points))
    rows += [line(peer, peers.points(peer, validation.machines)) for peer in peers.PEERS]
    budget = [machine for machine in validation.machines if machine.in_budget]
    notes = (
        f"{len(budget)} servers of one or two sockets, "
        f"{len({m.microarchitecture for m in budget})} "
        f"microarchitectures, {len({m.model for m in budget})} CPU models; each is left out three "
        "times in ten folds.\n"
        "How alike machines of one microarchitecture err (intraclass correlation at idle and "
        "full load): "
        f"{_alike(validation.machines_out)} where it was fitted, "
        f"{_alike(validation.microarchitectures_out)} where left out."
    )
    return "\n".join([HEADER, *rows, "", notes, "", coverage(halves)])


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
