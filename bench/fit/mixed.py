"""Partial pooling of ln(watts): effects of all servers, a microarchitecture and a CPU model.

ln(watts / sockets / TDP) = sum over groups (all, the microarchitecture, the model) of level +
    sockets x log2(s) + memory x ln(GiB a socket) + tdp x ln(TDP) + threads x ln(threads a socket)
Each effect is drawn towards 0 as its prior variance says (ridge regression, which is the best
linear predictor of a mixed model), so a model measured once moves a little and one measured often
moves all the way. Large errors count with their first power, not their square (Huber's weights),
since the budget is in absolute errors.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bench.fit.data import Machine

REFERENCE = {"tdp": 200.0, "threads": 64.0, "memory": 128.0}
"""TDP watts, threads and GiB a socket at which the slopes have no say."""

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Prior:
    """Variances: of the effects, by group and term, and of one measurement."""

    noise: float
    all: dict[str, float]
    microarchitecture: dict[str, float]
    model: dict[str, float]


_ALL = {"level": 1, "sockets": 1.2, "memory": 1.2, "tdp": 1.2, "threads": 1.2}
IDLE = Prior(
    0.02,
    _ALL,
    {"level": 0.06, "sockets": 0.03, "memory": 0.1, "tdp": 0.05, "threads": 0.1},
    {"level": 0.03, "sockets": 0.005, "memory": 0.01},
)
FULL = Prior(
    0.008,
    _ALL,
    {"level": 0.2, "sockets": 0.005, "memory": 0.1, "tdp": 0.03, "threads": 0.03},
    {"level": 0.015, "sockets": 0.005, "memory": 0.01},
)
"""Chosen by cross-validation; three times as much or as little of any one changes the error by less
than 0.3 points.
"""


@dataclass(frozen=True, slots=True)
class Features:
    """What an estimate may know of a server."""

    model: str
    microarchitecture: str
    terms: dict[str, float]


def features(machine: Machine) -> Features:
    """The terms of a measured server."""
    return Features(
        machine.model,
        machine.microarchitecture,
        {
            "level": 1,
            "sockets": math.log2(min(machine.sockets, 2)) - 0.5,
            "memory": math.log(machine.memory_gib / machine.sockets / REFERENCE["memory"]),
            "tdp": math.log(machine.tdp_watts / REFERENCE["tdp"]),
            "threads": math.log(machine.threads / machine.sockets / REFERENCE["threads"]),
        },
    )


class Key(NamedTuple):
    """Key of an effect. kind: of its group ("all", "microarchitecture" or "model")."""

    kind: str
    name: str
    term: str


@dataclass(frozen=True, slots=True)
class Effects:
    """Fitted effects with their standard errors."""

    value: dict[Key, float]
    error: dict[Key, float]

    def predict(self, known: Features) -> float:
        """ln(watts / sockets / TDP); a group never seen adds nothing."""
        logarithm = 0.0
        for key in keys(known):
            logarithm += self.value.get(key, 0.0) * known.terms[key.term]
        return logarithm


def keys(known: Features) -> Iterator[Key]:
    """Keys of all effects that bear on a server."""
    groups = (("all", ""), ("microarchitecture", known.microarchitecture), ("model", known.model))
    for kind, name in groups:
        for term in known.terms:
            yield Key(kind, name, term)


def fit(
    machines: Sequence[Machine], level: int, prior: Prior, base: Effects | None = None
) -> Effects:
    """Effects on ln(watts) at one load, in percent; with `base`, on what its effects leave."""
    rows = [features(machine) for machine in machines]
    variances = {
        "all": {} if base else prior.all,
        "microarchitecture": prior.microarchitecture,
        "model": prior.model,
    }
    wanted: set[Key] = set()
    for known in rows:
        wanted.update(key for key in keys(known) if key.term in variances[key.kind])
    column = {key: index for index, key in enumerate(sorted(wanted))}
    design = np.zeros((len(rows), len(wanted)))
    for index, known in enumerate(rows):
        for key in keys(known):
            if key in column:
                design[index, column[key]] = known.terms[key[2]]
    explained = [base.predict(Features("", "", known.terms)) if base else 0.0 for known in rows]
    target = np.array([machine.log_watts(level) for machine in machines]) - np.array(explained)
    ridge = np.diag([1 / variances[key.kind][key.term] for key in column])
    effects, covariance = _solve(design, target, ridge, prior.noise)
    own = Effects(
        {key: float(effects[index]) for key, index in column.items()},
        {key: math.sqrt(float(covariance[index, index])) for key, index in column.items()},
    )
    return Effects(base.value | own.value, base.error | own.error) if base else own


def _solve(
    design: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    target: Vector,
    ridge: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    noise: float,
) -> tuple[Vector, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    weights = np.full(len(target), 1 / noise)
    for _ in range(6):
        weighted = design * weights[:, None]
        gram = design.T @ weighted + ridge
        effects = np.linalg.solve(gram, weighted.T @ target)
        residual = np.abs(target - design @ effects) / math.sqrt(noise)
        weights = 1 / (noise * np.maximum(1, residual))
    return effects, np.linalg.inv(gram)


SHAPE_PRIOR_MACHINES = 3.0
"""How many machines the shape of all microarchitectures together weighs against those of one."""


def shapes(machines: Sequence[Machine]) -> dict[str, dict[int, float]]:
    """Share of the range from idle to full load at 10..90 %, by microarchitecture.

    Drawn to that of all, which is named "".
    """
    curves = [machine for machine in machines if 50 in machine.watts]
    overall = _shape(curves)
    by_name = {"": overall}
    for name in sorted({machine.microarchitecture for machine in curves}):
        own = [machine for machine in curves if machine.microarchitecture == name]
        mean, weight = _shape(own), len(own) / (len(own) + SHAPE_PRIOR_MACHINES)
        by_name[name] = {
            level: weight * mean[level] + (1 - weight) * overall[level] for level in overall
        }
    return by_name


def _shape(machines: Sequence[Machine]) -> dict[int, float]:
    shape = {}
    for level in range(10, 100, 10):
        measured = [machine for machine in machines if level in machine.watts]
        shares = [
            (machine.watts[level] - machine.watts[0]) / machine.dynamic for machine in measured
        ]
        shape[level] = float(np.median(shares))
    return shape


@dataclass(frozen=True, slots=True)
class Fit:
    """The whole model: watts of a server at any load.

    systems: how many machines of a CPU model, or of a microarchitecture, were fitted.
    most_idle: the most that a measured server drew at rest, of what it drew at work.
    """

    idle: Effects
    full: Effects
    shapes: dict[str, dict[int, float]]
    systems: Mapping[str, int]
    most_idle: float

    def watts(self, machine: Machine) -> dict[int, float]:
        """Predicted wall watts at 0, 10 .. 100 % load."""
        known = features(machine)
        scale = machine.sockets * machine.tdp_watts
        full = scale * math.exp(self.full.predict(known))
        idle = min(scale * math.exp(self.idle.predict(known)), full * self.most_idle)
        shape = self.shapes.get(machine.microarchitecture, self.shapes[""])
        middle = {level: idle + share * (full - idle) for level, share in shape.items()}
        return {0: idle, **middle, 100: full}


def fit_all(machines: Sequence[Machine]) -> Fit:
    """Fit idle, full load and the shape between.

    The effects of all servers come from machines like those of clouds alone; older and desktop
    parts, whose servers obey other laws, get effects of their own on top.
    """
    modern = [machine for machine in machines if machine.in_budget]
    own = {machine.microarchitecture for machine in modern}
    others = [machine for machine in machines if machine.microarchitecture not in own]
    idle, full = fit(modern, 0, IDLE), fit(modern, 100, FULL)
    if others:
        idle, full = fit(others, 0, IDLE, idle), fit(others, 100, FULL, full)
    fitted = [*modern, *others]
    systems = Counter(machine.model for machine in fitted)
    systems.update(machine.microarchitecture for machine in fitted)
    most_idle = max(idle_share(machine) for machine in modern)
    return Fit(idle, full, shapes(fitted), systems, most_idle)


def idle_share(machine: Machine) -> float:
    """What a server draws at rest, of what it draws at work."""
    return machine.watts[0] / machine.watts[100]
