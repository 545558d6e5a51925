"""Validation of the fit: estimated over measured watts of machines that were left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.fit.data import LEVELS, Machine
from bench.fit.mixed import Fit, fit_all

KNOWN = ("often", "few", "unseen", "none")
"""How often the fit had met a CPU model: `OFTEN` times or more, fewer, never; or nothing of it."""
FAMILIAR = KNOWN[:-1]
"""Those whose microarchitecture the fit had met."""
OFTEN = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One held-back machine at one load in percent. known: what of it the fit had seen."""

    machine: Machine
    level: int
    ratio: float
    known: str


@dataclass(frozen=True, slots=True)
class Error:
    """Over points: mean absolute and mean signed relative error, in percent."""

    points: int
    mape: float
    signed: float


def error(points: Sequence[Point]) -> Error:
    """Errors of estimates against measurements."""
    off = np.array([point.ratio - 1 for point in points])
    return Error(len(points), float(100 * np.abs(off).mean()), float(100 * off.mean()))


def alike(points: Sequence[Point], level: int) -> float:
    """Intraclass correlation of ln(estimated / measured) within one microarchitecture."""
    groups: dict[str, list[float]] = {}
    for point in points:
        if point.level == level:
            groups.setdefault(point.machine.microarchitecture, []).append(
                float(np.log(point.ratio))
            )
    several = [np.array(group) for group in groups.values() if len(group) > 1]
    count, mean = sum(map(len, several)), float(np.concatenate(several).mean())
    between = sum(len(group) * (group.mean() - mean) ** 2 for group in several) / (len(several) - 1)
    within = sum(((group - group.mean()) ** 2).sum() for group in several) / (count - len(several))
    size = (count - sum(len(group) ** 2 for group in several) / count) / (len(several) - 1)
    return float((between - within) / (between + (size - 1) * within))


def leave_machines_out(
    machines: Sequence[Machine], folds: int = 10, seeds: Sequence[int] = (1, 2, 3)
) -> list[Point]:
    """Points of every machine, held back once a seed, in random folds.

    What a random half of the same population meets.
    """
    points = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(machines))
        for fold in range(folds):
            points += _held_back(machines, {int(index) for index in order[fold::folds]})
    return points


def validation_half(machines: Sequence[Machine], seed: int = 7) -> list[Point]:
    """Points of a random half, where the other half is fitted.

    Harder than the budget, which has twice the machines to fit.
    """
    order = np.random.default_rng(seed).permutation(len(machines))
    return _held_back(machines, {int(index) for index in order[::2]})


def leave_groups_out(
    machines: Sequence[Machine], group: Callable[[Machine], str], folds: int | None = None
) -> list[Point]:
    """Points of every CPU model or microarchitecture, held back once, whole; several in a fold."""
    points = []
    names = sorted({group(machine) for machine in machines if machine.in_budget})
    for fold in range(folds or len(names)):
        out = set(names[fold :: folds or len(names)])
        points += _held_back(
            machines, {index for index, machine in enumerate(machines) if group(machine) in out}
        )
    return points


def _held_back(machines: Sequence[Machine], held: set[int]) -> list[Point]:
    fitted = fit_all([machine for index, machine in enumerate(machines) if index not in held])
    back = [
        machine for index, machine in enumerate(machines) if index in held and machine.in_budget
    ]
    points = []
    for machine in back:
        points += compare(fitted, machine)
    return points


def compare(fitted: Fit, machine: Machine) -> list[Point]:
    """Estimated over measured watts at every load that was measured."""
    estimated = fitted.watts(machine)
    known = _known(fitted, machine)
    return [
        Point(machine, level, estimated[level] / machine.watts[level], known)
        for level in LEVELS
        if level in machine.watts
    ]


def _known(fitted: Fit, machine: Machine) -> str:
    count = fitted.systems.get(machine.model, 0)
    if count:
        return "often" if count >= OFTEN else "few"
    return "unseen" if fitted.systems.get(machine.microarchitecture) else "none"
