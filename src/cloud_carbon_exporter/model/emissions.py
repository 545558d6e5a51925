"""Operational emissions: power x the carbon intensity of the grid that feeds it."""

from __future__ import annotations

from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, product_deviation
from cloud_carbon_exporter.model.types import Basis, Estimate

_WEAKNESS: dict[Basis, int] = {"measured": 0, "default": 1, "assumed": 2}


def weakest(*bases: Basis) -> Basis:
    """The basis of what was made from all of these."""
    return max(bases, key=_WEAKNESS.__getitem__)


def times(one: Estimate, other: Estimate, basis: Basis) -> Estimate:
    """The product of two estimates whose errors are independent of one another."""
    value = one.value * other.value
    down = product_deviation(one.value, one.value - one.lower, other.value, other.value - other.lower)
    up = product_deviation(one.value, one.upper - one.value, other.value, other.upper - other.value)
    return Estimate(value, max(0.0, value - down), value + up, basis)


def operational_grams_per_second(power_watts: Estimate, grams_per_kilowatt_hour: Estimate) -> Estimate:
    """Grams of CO2eq a second of a power on a grid. The basis is the weaker of the two."""
    product = times(power_watts, grams_per_kilowatt_hour, weakest(power_watts.basis, grams_per_kilowatt_hour.basis))
    per_second = 1 / JOULES_PER_KILOWATT_HOUR
    return Estimate(product.value * per_second, product.lower * per_second, product.upper * per_second, product.basis)
