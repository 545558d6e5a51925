"""Exact conversions, and how errors add up and multiply.

An error is carried as two deviations from the central value, `down` and `up`, of a 90 % interval.
Nothing here assumes that they are equal: most published figures are bounded from below by zero and
open above.
"""

from __future__ import annotations

from math import hypot

PERCENT = 100
SECONDS_PER_HOUR = 3600
JOULES_PER_KILOWATT_HOUR = 3_600_000
GRAMS_PER_KILOGRAM = 1000
BYTES_PER_GIB = 2**30
GIB_PER_GIGABYTE = 10**9 / 2**30
GIB_PER_TERABYTE = 10**12 / 2**30
SECONDS_PER_YEAR = 31_557_600
"""A Julian year of 365.25 days."""


def ratio(value: float) -> float:
    """`value` held within 0..1; what is not a number counts as 0."""
    if 0 <= value <= 1:
        return value
    return 1.0 if value > 1 else 0.0


def product_deviation(
    one: float, one_deviation: float, other: float, other_deviation: float
) -> float:
    """Deviation of the product of two values whose errors are independent of one another.

    var(xy) = x^2 var(y) + y^2 var(x) + var(x) var(y), which holds where a value is 0, too.
    """
    return hypot(one * other_deviation, other * one_deviation, one_deviation * other_deviation)
