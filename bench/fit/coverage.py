"""Coverage: what part of measured machines lies inside the interval of a fit that never saw them.

Both the fit and the widths of the intervals come from a random half of the machines; the other half
is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bench.fit.data import Machine
from bench.fit.validate import (
    OFTEN,
    Point,
    leave_groups_out,
    leave_machines_out,
    validation_half,
)
from bench.fit.widths import Widths, widths

SEEN = {
    "often": f"CPU model measured {OFTEN} times or more",
    "few": f"CPU model measured 1 to {OFTEN - 1} times",
    "unseen": "CPU model never measured, its microarchitecture was",
    "none": "neither measured",
}
LOADS = {0: "idle", 10: "10 %", 50: "50 %", 100: "100 %"}
SEVERAL = 10
"""Machines of a microarchitecture, of which half is tried at a time, that coverage is told of."""


@dataclass(frozen=True, slots=True)
class Half:
    """Points of a half that was tried, and whether each lies inside its interval."""

    points: list[Point]
    inside: list[bool]


def half(machines: Sequence[Machine], seed: int) -> Half:
    """A random half, tried on the fit and the widths of the other."""
    held = validation_half(machines, seed)
    tried = {id(point.machine) for point in held}
    known = widths_of([machine for machine in machines if id(machine) not in tried])
    inside: list[bool] = []
    for point in held:
        low, high = known.ratios(point.known, point.machine.microarchitecture, point.level)
        inside.append(low <= 1 / point.ratio <= high)
    return Half(held, inside)


def widths_of(machines: Sequence[Machine]) -> Widths:
    """Widths of these machines alone, in fewer folds than the tables are made with."""
    return widths(
        [
            *leave_machines_out(machines, seeds=(1, 2)),
            *leave_machines_out(machines, folds=3, seeds=(1, 2)),
            *leave_groups_out(machines, lambda machine: machine.model, folds=12),
            *leave_groups_out(machines, lambda machine: machine.microarchitecture),
        ]
    )


class Group(NamedTuple):
    """Group of machines, and what part of their points lies inside the interval, in percent."""

    kind: str
    name: str
    machines: int
    inside: float


def groups(halves: Sequence[Half]) -> list[Group]:
    """Coverage of all, by how often the CPU model was met, by load, and by microarchitecture."""
    found: dict[tuple[str, str], tuple[set[int], list[bool]]] = {}
    for tried in halves:
        for point, inside in zip(tried.points, tried.inside, strict=True):
            for key in _groups_of(point):
                machines, hits = found.setdefault(key, (set(), []))
                machines.add(id(point.machine))
                hits.append(inside)
    of_all = [
        Group(kind, name, len(machines), float(100 * np.mean(hits)))
        for (kind, name), (machines, hits) in found.items()
    ]
    told = [each for each in of_all if each.kind != FAMILY or each.machines >= SEVERAL]
    names = [*SEEN.values(), *LOADS.values()]
    rank = {name: place for place, name in enumerate(names)}
    return sorted(
        told, key=lambda each: (KINDS.index(each.kind), rank.get(each.name, 0), each.name)
    )


FAMILY = "microarchitecture"
KINDS = ("all", "known", "load", FAMILY)


def _groups_of(point: Point) -> Iterable[tuple[str, str]]:
    yield "all", "all"
    yield "known", SEEN[point.known]
    if point.level in LOADS:
        yield "load", LOADS[point.level]
    yield "microarchitecture", point.machine.microarchitecture


def coverage(halves: Sequence[Half]) -> str:
    """The table of coverage."""
    rows = [f"| {name} | {count} | {inside:.0f} % |" for _, name, count, inside in groups(halves)]
    head = (
        f"Inside the 90 % interval, where a random half gave fit and intervals and the other was "
        f"tried, {len(halves)} times:\n\n| machines | how many | inside |\n|---|---|---|"
    )
    return "\n".join([head, *rows])
