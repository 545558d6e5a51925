"""Operational emissions: power x the carbon intensity of the grid that feeds it."""

from __future__ import annotations

from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, product_deviation
from cloud_carbon_exporter.model.types import Basis, Estimate

_WEAKNESS: dict[Basis, int] = {"measured": 0, "default": 1, "assumed": 2}


def weakest(*bases: Basis) -> Basis:
    """The basis of what was made from all of these."""
    return max(bases, key=_WEAKNESS.__getitem__)


def product(
    value: float, down: float, up: float, other: Estimate, basis: Basis, unit: float = 1.0
) -> Estimate:
    """Product of a value, known to within `down` and `up`, and an estimate, in `unit`s.

    The error of the one is independent of that of the other.
    """
    factor = other.value
    whole = value * factor
    low = product_deviation(value, down, factor, factor - other.lower)
    high = product_deviation(value, up, factor, other.upper - factor)
    return Estimate(whole * unit, max(0.0, whole - low) * unit, (whole + high) * unit, basis)


def operational_grams_per_second(
    power_watts: Estimate, grams_per_kilowatt_hour: Estimate
) -> Estimate:
    """Grams of CO2eq a second of a power on a grid. The basis is the weaker of the two."""
    value = power_watts.value
    basis = weakest(power_watts.basis, grams_per_kilowatt_hour.basis)
    down, up = value - power_watts.lower, power_watts.upper - value
    return product(value, down, up, grams_per_kilowatt_hour, basis, 1 / JOULES_PER_KILOWATT_HOUR)
