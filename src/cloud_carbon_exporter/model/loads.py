"""Loads at which the draw of a processor and of its memory stands in the tables."""

from __future__ import annotations

from cloud_carbon_exporter.model.quantities import PERCENT

LEVELS = {
    level: load / PERCENT for level, load in (("idle", 0), ("ten", 10), ("half", 50), ("full", 100))
}
"""Each load by the word for it in the names of rows and columns."""


def interpolate(knots: tuple[float, ...], values: tuple[float, ...], x: float) -> float:
    """The value at `x` on the straight lines between the knots; level beyond the last."""
    left = knots[0]
    for index in range(1, len(knots)):
        right = knots[index]
        if x <= right:
            below = values[index - 1]
            return below + (values[index] - below) * (x - left) / (right - left)
        left = right
    return values[-1]
