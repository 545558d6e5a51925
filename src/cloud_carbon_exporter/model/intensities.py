"""Intensities of a place's grid over a year: life-cycle, direct, and after purchases. Pure.

location: life-cycle emissions of the grid: what its stations burn, the supply of their fuels, and
          the making of the stations. The figure a provider publishes for its own site goes before
          that of the grid zone, since it knows who sells it power.
direct:   what the stations burn alone, as Scope 2 of the GHG Protocol counts it.
market:   what the provider claims after its purchases; where it claims none, the residual mix of
          the country or zone: what is left once all that was sold as green is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import Basis, CarbonIntensity, Estimate, Place

Row = Mapping[str, str]
Figures = Mapping[str, Figure]

_BY_PLACE: tuple[Method, ...] = ("location", "direct")
"""Methods of which every place has a figure, and in this order; `market` comes after them."""


def annual_intensities(
    row: Row | None, market: Figure | None, known: Figures
) -> tuple[CarbonIntensity, ...]:
    """Intensities of a place by its row of regions; the world's mean grid where it has none.

    market: what the provider claims there, if it claims anything.
    """
    location = _location(row, known)
    bought = market or _residual(row, known)
    methods = [location, _direct(row, location, known)]
    if bought is not None:
        methods.append(_annual((bought,), estimate_of(bought), "market"))
    return tuple(methods)


def annual_of(place: Place, method: Method) -> CarbonIntensity | None:
    """Annual figure a method counts by: its own where there is one, else the life-cycle mean."""
    for intensity in place.intensities:
        if intensity.method == method:
            return intensity
    return place.intensities[0] if place.intensities else None


def widened(
    nearest: Iterable[CarbonIntensity], anywhere: Iterable[CarbonIntensity]
) -> tuple[CarbonIntensity, ...]:
    """The nearest grid as the best guess for what lies elsewhere, as wide as all regions' grids.

    Half of the zones that have rows are within 17 % of their region's grid, and within 30 % of the
    world's; the farthest have a sixth of it (Auckland) and 17 times as much (Casablanca).
    """
    wide = []
    for method, near, far in zip(_BY_PLACE, nearest, anywhere, strict=False):
        guess, bounds = near.grams_per_kilowatt_hour, far.grams_per_kilowatt_hour
        lower, upper = min(guess.lower, bounds.lower), max(guess.upper, bounds.upper)
        grams = Estimate(guess.value, lower, upper, basis="assumed")
        wide.append(replace(near, grams_per_kilowatt_hour=grams, method=method))
    return tuple(wide)


def zone_weights(grid: str) -> Iterable[tuple[str, float]]:
    """Grid zones of a row with their weights: "ZONE" or "ZONE:0.7 OTHER:0.3"."""
    for part in grid.split():
        zone, _, weight = part.partition(":")
        yield zone, float(weight or 1)


def estimate_of(known: Figure, basis: Basis = "measured") -> Estimate:
    """Estimate of a figure, with its interval."""
    return Estimate(known.value, known.low, known.high, basis)


def _location(row: Row | None, known: Figures) -> CarbonIntensity:
    if row is None:
        world = known["grid.ember.WORLD"]
        return _annual((world,), estimate_of(world, "assumed"), "location")
    value = lower = upper = 0.0
    zones: list[Figure] = []
    for zone, weight in zone_weights(row["grid"]):
        mean = known[f"grid.electricitymaps.{zone}"]
        value += mean.value * weight
        lower += mean.low * weight
        upper += mean.high * weight
        zones.append(mean)
    lower, upper = min(lower, value), max(upper, value)
    own = [known[id_] for id_ in row["own"].split()]
    rivals = [known[id_] for id_ in row["rivals"].split()]
    if own:
        value = own[0].value
    bounds = _holding(lower, upper, (*own, *rivals), known)
    return _annual((*own, *zones, *rivals), Estimate(value, *bounds), "location")


def _direct(row: Row | None, location: CarbonIntensity, known: Figures) -> CarbonIntensity:
    """Direct figure published for the place's grid; else what its life-cycle figure leaves.

    The interval holds both.
    """
    cycle = location.grams_per_kilowatt_hour
    share, floor = known["grid.direct.share"], known["grid.direct.floor_grams"]
    value = max(0.0, share.value * cycle.value - floor.value)
    lower = max(0.0, share.low * cycle.lower - floor.high)
    upper = share.high * cycle.upper - floor.low
    published = [known[id_] for id_ in row["direct"].split()] if row else []
    if not published:
        grams = Estimate(value, min(value, lower), max(value, upper), cycle.basis)
        return _annual((known[location.facts[0]], share, floor), grams, "direct")
    bounds = _holding(value, value, published, known)
    return _annual(published, Estimate(published[0].value, *bounds), "direct")


def _holding(
    lower: float, upper: float, figures: Iterable[Figure], known: Figures
) -> tuple[float, float]:
    """Bounds that hold those given and all figures, with the margin of every grid."""
    for figure in figures:
        lower, upper = min(lower, figure.low), max(upper, figure.high)
    margin = known["grid.margin"].value
    return lower * (1 - margin), upper * (1 + margin)


def _residual(row: Row | None, known: Figures) -> Figure | None:
    """Residual mix of the one zone a place stands in; not published everywhere.

    AIB has none for the Netherlands, where all power sold is told apart.
    """
    return known.get(f"residual.{row['grid']}") if row else None


def _annual(used: Iterable[Figure], grams: Estimate, method: Method) -> CarbonIntensity:
    figures = tuple(used)
    first = figures[0]
    ids = tuple(each.id for each in figures)
    return CarbonIntensity(grams, method, first.source, first.year, facts=ids)
