"""The estimate: a resource, its loads and its place in; watts and grams with their interval, basis
and facts out.

    power       = PUE x sum over components of amount x draw(load)
    operational = power x grid intensity
    embodied    = sum over components of amount x grams of manufacture / lifetime

Errors of the components of one resource are correlated by one stated figure
(`model.correlation.components`); those of PUE, grid and power are independent of one another.
`total` sums resources by `model.correlation.resources`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.embodied import Made
from cloud_carbon_exporter.model.emissions import operational_grams_per_second, product, weakest
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.power import Draw, draw
from cloud_carbon_exporter.model.priced_components import (
    Loads,
    Piece,
    board_share,
    default,
    in_force,
    pieces,
)
from cloud_carbon_exporter.model.quantities import correlated, ratio, sum_deviation
from cloud_carbon_exporter.model.types import (
    Basis,
    CarbonIntensity,
    Estimate,
    Footprint,
    Place,
    Resource,
)

NOWHERE = Place("", "", (), Estimate(1, 1, 1))
"""The place of a machine whose region is not said: PUE 1, and no grid."""


@cache
def _correlation(between: str) -> float:
    return figure(f"model.correlation.{between}").value


def estimate(
    resource: Resource, loads: Loads, place: Place, intensity: CarbonIntensity | None
) -> Footprint:
    """Footprint of a resource. A load missing from `loads` was not measured: its stated default
    stands in, wider.

    Without an intensity no operational emissions are known. Never fails: what is unknown is
    assumed, and says so.
    """
    found = pieces(resource, loads)
    basis, reason = _quality(found, place, intensity)
    watts, down, up = _sum([(piece.watts, piece.watts_down, piece.watts_up) for piece in found])
    grams, less, more = _sum([(piece.grams, piece.grams_down, piece.grams_up) for piece in found])
    power = product(watts, down, up, place.pue_ratio, basis)
    return Footprint(
        power,
        operational_grams_per_second(power, intensity.grams_per_kilowatt_hour)
        if intensity
        else None,
        Estimate(grams, max(0.0, grams - less), grams + more, basis),
        basis,
        reason,
        _facts(
            tuple([piece.draw for piece in found]),
            tuple([piece.made for piece in found]),
            () if basis == "measured" else _stand_ins(found),
            (place.provider, place.region),
            intensity.facts if intensity else (),
        ),
    )


def power_watts(resource: Resource, loads: Loads, place: Place) -> float:
    """The central value of `estimate(...).power_watts` alone, for integrating energy."""
    watts = 0.0
    for component in resource.components:
        kind, signal = component.kind, component.load
        if kind == "gpu" and "gpu_watts" in loads:
            watts += max(0.0, loads["gpu_watts"] * board_share(component, resource))
            continue
        for held in (
            in_force(component, loads) if component.per else ((component.part, component.amount),)
        ):
            curve = draw(kind, held[0])
            if signal:
                read = loads.get(signal)
                unit = curve.at(default(signal).value if read is None else ratio(read))
                watts += held[1] * (unit - (1 - component.share) * curve.watts[0])
            else:
                watts += held[1] * curve.watts[0]
    return watts * place.pue_ratio.value


def total(estimates: Iterable[Estimate]) -> Estimate:
    """Sum of the estimates of several resources, with the bounds of the sum; no resources sum to 0."""
    found = tuple(estimates)
    value = sum([one.value for one in found])
    correlation = _correlation("resources")
    down = sum_deviation([one.value - one.lower for one in found], correlation)
    up = sum_deviation([one.upper - one.value for one in found], correlation)
    return Estimate(
        value,
        max(0.0, value - down),
        value + up,
        weakest("measured", *{one.basis for one in found}),
    )


def _sum(terms: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Sum of the components of one resource, with its deviation down and up."""
    if len(terms) == 1:
        return terms[0]
    value = down = down_squares = up = up_squares = 0.0
    for term, less, more in terms:
        value += term
        down += less
        down_squares += less * less
        up += more
        up_squares += more * more
    rho = _correlation("components")
    return value, min(value, correlated(down, down_squares, rho)), correlated(up, up_squares, rho)


def _stand_ins(found: list[Piece]) -> tuple[str, ...]:
    """Ids of the rows that stood in for what was not read or not known."""
    ids = [f"model.default.{signal}" for piece in found for signal in piece.unread]
    return (
        *ids,
        *(["model.assumed_ratio"] if any(piece.basis == "assumed" for piece in found) else []),
    )


def _quality(
    found: list[Piece], place: Place, intensity: CarbonIntensity | None
) -> tuple[Basis, str]:
    """The weakest basis of all that went in, and every reason once."""
    basis: Basis = "measured"
    reasons: list[str] = []
    for piece in found:
        if piece.basis != "measured":
            basis = weakest(basis, piece.basis)
            reasons += piece.reasons
    grid = intensity.grams_per_kilowatt_hour.basis if intensity else "measured"
    if place.pue_ratio.basis != "measured" or grid != "measured":
        basis = weakest(basis, place.pue_ratio.basis, grid)
        reasons.append(
            f"unknown region {place.region}"
            if basis == "assumed"
            else f"weak figures of {place.region}"
        )
    return basis, "; ".join(dict.fromkeys(reasons)) if reasons else ""


def pue_fact(provider: str, region: str) -> tuple[str, ...]:
    """The id of the row behind a region's PUE; none where no region is meant."""
    names = (f"pue.{provider}/{region.lower()}", f"pue.{provider}", "pue.default")
    return tuple(name for name in names if name in facts.figures())[:1] if provider else ()


@lru_cache(maxsize=65536)
def _facts(
    draws: tuple[Draw, ...],
    makings: tuple[Made, ...],
    stand_ins: tuple[str, ...],
    where: tuple[str, str],
    grid: tuple[str, ...],
) -> tuple[str, ...]:
    """Ids of all facts rows that a footprint was made from, in the order of their use."""
    provider, region = where
    used = [each.facts for each in draws] + [stand_ins, pue_fact(provider, region), grid]
    used += [each.facts for each in makings]
    return tuple(dict.fromkeys(name for names in used for name in names))
