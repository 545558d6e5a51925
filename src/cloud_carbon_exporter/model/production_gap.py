"""Production gap: how much more a cloud's host draws than a tuned benchmark machine like it.

Of hosts of a cloud the chips say what they draw themselves. With the rest of the machine and the
losses of the supplies, in watts for each watt of TDP, that is what such a host draws at the wall;
`bench/fit` makes the rows. A host draws no less than the benchmark machine does.
"""

from __future__ import annotations

from math import hypot
from typing import NamedTuple

from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.loads import LEVELS

FACT = "model.production_gap"
"""The rows of all loads are read off the same hosts, so they are wrong together."""

IDS = tuple(f"{FACT}.{level}_watts_per_tdp" for level in LEVELS)
"""Rows of the gap, by load."""


class Gap(NamedTuple):
    """Watts that a thread in production draws beyond one of a benchmark machine."""

    more: float
    down: float
    up: float


def gap(level: str, thread_watts: float, tdp_watts: tuple[float, float, float]) -> Gap:
    """Gap of a thread of so many watts in the benchmark; low: none, high: as most hosts measured.

    tdp_watts: a thread's part of its host's: value, low and high.
    """
    wall = figure(f"{FACT}.{level}_watts_per_tdp")
    tdp, _, most_tdp = tdp_watts
    value = wall.value * tdp
    most = value + hypot(wall.up * tdp, wall.value * (most_tdp - tdp))
    more = max(0.0, value - thread_watts)
    return Gap(more, more, max(0.0, most - thread_watts) - more)
