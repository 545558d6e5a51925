"""Electricity of a period by each method of the grid: by location, direct, and after purchases.

The history has grams by the one method that was counted; those of the others follow from the
energy of each region and the annual figures of its grid. A live value has no year: beside it
stand the annual figures all the same.

Where no market-based figure exists, the direct one stands in: so does the GHG Protocol's Scope 2
Guidance have it (7.1) of places without such a market, and fuels' supply is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.differences import difference
from cloud_carbon_exporter.model.errors import Factor
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.sums import Sum, sum_of_all
from cloud_carbon_exporter.model.types import CarbonIntensity
from cloud_carbon_exporter.reporting.period.figures import (
    Amount,
    Electricity,
    MethodSums,
    amount_of,
)

METHODS: tuple[Method, ...] = ("location", "direct", "market")
"""Methods with annual figures."""

ALIKE = 0.01
"""How far grams may be from those of a method's annual figure to have been counted by it."""

ALIKE_ENERGY = 0.99
"""How much of the energy must be so: a zone may have a figure of its own within its region."""


class RegionEnergy(NamedTuple):
    """Energy used in one region, and the grams it was counted as."""

    provider: str
    region: str
    joules: Sum
    operational_grams: Sum


def electricity(regions: Sequence[RegionEnergy], preferred: Method) -> Electricity:
    """All methods side by side. preferred: the one named where several agree with what was counted.

    What no grid is known of was counted as no grams, and has none by any method.
    """
    placed = [region for region in regions if _intensity(region, "location", "direct")]
    by_method: dict[Method, Sum] = {}
    methods: list[MethodSums] = []
    for method in METHODS:
        by_method[method], own_ratio = _by_method(placed, method)
        methods.append(MethodSums(method, amount_of(by_method[method]), own_ratio))
    joules = sum(region.joules.value for region in placed)
    grams = sum(region.operational_grams.value for region in placed)
    return Electricity(
        tuple(methods),
        _upstream(by_method["direct"], by_method["location"]),
        _counted_as(placed, preferred),
        grams * JOULES_PER_KILOWATT_HOUR / joules if joules else 0,
    )


def _by_method(placed: Iterable[RegionEnergy], method: Method) -> tuple[Sum, float]:
    """Grams of all energy, and the share of it the method has figures of its own for."""
    sums: list[Sum] = []
    joules = own = 0.0
    for region in placed:
        intensity = _intensity(region, method, "direct")
        if intensity is None:
            continue
        grid = intensity.grams_per_kilowatt_hour
        value = grid.value
        factor = Factor(intensity.facts[0], value, value - grid.lower, grid.upper - value)
        sums.append(region.joules.times(factor, grid.basis, 1 / JOULES_PER_KILOWATT_HOUR))
        joules += region.joules.value
        own += region.joules.value if intensity.method == method else 0
    return sum_of_all(sums), own / joules if joules else 0


def _intensity(region: RegionEnergy, method: Method, instead: Method) -> CarbonIntensity | None:
    """Annual figure of the region's grid; where the method has none, that of another."""
    known: dict[Method, CarbonIntensity] = {}
    for intensity in facts.place(region.provider, region.region).intensities:
        known.setdefault(intensity.method, intensity)
    return known.get(method) or known.get(instead)


def _upstream(direct: Sum, location: Sum) -> Amount:
    """What the whole life of the power has more than what stations burn; never less than none."""
    more = difference({"power": direct}, {"power": location})
    return Amount(max(0.0, more.value), max(0.0, more.lower), max(0.0, more.upper))


def _counted_as(placed: Sequence[RegionEnergy], preferred: Method) -> Method | None:
    """Method whose annual figures give what was counted, in as good as all regions."""
    joules = sum(region.joules.value for region in placed)
    for method in sorted(METHODS, key=lambda method: method != preferred):
        agreed = sum(region.joules.value for region in placed if _agrees(region, method))
        if joules and agreed >= ALIKE_ENERGY * joules:
            return method
    return None


def _agrees(region: RegionEnergy, method: Method) -> bool:
    intensity = _intensity(region, method, "location")  # which counting takes in its place
    if intensity is None:
        return False
    annual = intensity.grams_per_kilowatt_hour.value * region.joules.value
    counted = region.operational_grams.value * JOULES_PER_KILOWATT_HOUR
    return abs(annual - counted) <= ALIKE * annual
