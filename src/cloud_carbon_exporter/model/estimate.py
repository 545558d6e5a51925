"""The estimate: a resource, its loads and its place in; watts and grams with their interval out.

    power       = PUE x sum over components of amount x draw(load)
    operational = power x grid intensity
    embodied    = sum over components of amount x grams of manufacture / lifetime

Errors are carried by the fact that would be wrong (`errors.py`); `sums.py` adds those of many
resources.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.boards import boards
from cloud_carbon_exporter.model.embodied import Made, made
from cloud_carbon_exporter.model.emissions import operational_grams_per_second, product, weakest
from cloud_carbon_exporter.model.errors import added, packed
from cloud_carbon_exporter.model.nodes import node_watts
from cloud_carbon_exporter.model.power import Draw, draw
from cloud_carbon_exporter.model.priced_components import (
    NOT_READ,
    Loads,
    PricedComponent,
    grams_errors,
    in_force,
    priced_components,
    usual_load,
)
from cloud_carbon_exporter.model.quantities import ratio
from cloud_carbon_exporter.model.types import (
    Basis,
    CarbonIntensity,
    Component,
    Estimate,
    Footprint,
    FootprintErrors,
    Place,
    Resource,
)
from cloud_carbon_exporter.model.weaknesses import gravest, of_words

NOWHERE = Place("", "", (), Estimate(1, 1, 1))
"""The place of a machine whose region is not said: PUE 1, and no grid."""


def estimate(
    resource: Resource, loads: Loads, place: Place, intensity: CarbonIntensity | None
) -> Footprint:
    """Footprint of a resource. Never fails: what is unknown is assumed, and says so.

    A load missing from `loads` was not measured: its stated default stands in, wider. Without an
    intensity no operational emissions are known.
    """
    priced = priced_components(resource, loads)
    basis, reason, weakness = _quality(priced, place, intensity)
    watts = sum([component.watts for component in priced])
    grams = sum([component.grams for component in priced])
    off_by = added([component.watts_errors for component in priced])
    errors = FootprintErrors(
        off_by if len(priced) == 1 else packed(off_by),
        grams_errors(tuple([component.making for component in priced])),
        place,
        intensity,
    )
    down, up = off_by.reach()
    power = product(watts, min(down, watts), up, place.pue_ratio, basis)
    operational = None
    if intensity:
        operational = operational_grams_per_second(power, intensity.grams_per_kilowatt_hour)
    facts_used = _facts(
        tuple([each.draw for each in priced]),
        tuple([each.made for each in priced]),
        () if basis == "measured" else _stand_ins(priced),
        (place.provider, place.region),
        intensity.facts if intensity else (),
    )
    down, up = errors.grams.reach()
    embodied = _making(grams, down, up, basis)
    hardware = _hardware_basis(priced)
    return Footprint(
        power, operational, embodied, basis, reason, facts_used, errors, hardware, weakness
    )


@lru_cache(maxsize=4096)
def _making(grams: float, down: float, up: float, basis: Basis) -> Estimate:
    """Manufacture a second: one object for all that is built alike, whatever it works."""
    return Estimate(grams, max(0.0, grams - down), grams + up, basis)


def _hardware_basis(priced: list[PricedComponent]) -> Basis:
    """Basis of the hardware alone, whatever was read of its load."""
    for each in priced:
        if each.basis == "assumed":
            return "assumed"
    return "measured"


def power_watts(resource: Resource, loads: Loads, place: Place) -> float:
    """The central value of `estimate(...).power_watts` alone, for integrating energy."""
    watts = 0.0
    for component in resource.components:
        if component.kind == "gpu" and "gpu_watts" in loads:
            of = boards(component, resource, loads)
            watts += node_watts(component.part, of.told.amount, of.watts)
            if of.silent is not None:
                alone = replace(resource, components=(of.silent,))
                watts += power_watts(alone, NOT_READ, place) / place.pue_ratio.value
            continue
        if component.per:
            for held in in_force(component, loads, resource.kind):
                watts += _drawn(component, held.part, held.amount, loads, resource.kind)
        else:
            part, amount = component.part, component.amount
            watts += _drawn(component, part, amount, loads, resource.kind)
    return watts * place.pue_ratio.value


def embodied_grams_per_second(resource: Resource, loads: Loads) -> float:
    """The central value of `estimate(...).embodied_grams_per_second` alone, for the same."""
    grams = 0.0
    for component in resource.components:
        if component.per:
            for held in in_force(component, loads, resource.kind):
                grams += _made(component, held.part, held.amount)
        else:
            grams += _made(component, component.part, component.amount)
    return _one_object(grams)


@lru_cache(maxsize=4096)
def _one_object(grams: float) -> float:
    """The same object for all that is built alike: each of a million machines keeps it."""
    return grams


def _made(component: Component, part: str, amount: float) -> float:
    """Grams a second of so much of a part of a component."""
    return made(component.kind, part).grams_per_second * component.share * amount


def _drawn(component: Component, part: str, amount: float, loads: Loads, kind: str) -> float:
    """Watts of so much of a part of a component."""
    curve, signal = draw(component.kind, part), component.load
    if not signal:
        return amount * curve.watts[0]
    read = loads.get(signal)
    work = usual_load(kind, signal).value if read is None else read
    unit = curve.at(ratio(work / component.full_load))
    return amount * (unit - (1 - component.share) * curve.watts[0])


def _stand_ins(priced: list[PricedComponent]) -> tuple[str, ...]:
    """Ids of the rows that stood in for what was not read or not known."""
    ids: list[str] = []
    for component in priced:
        ids += component.usual
    if any(each.making.guessed for each in priced):
        ids.append("model.assumed_ratio")
    return tuple(ids)


class _Quality(NamedTuple):
    basis: Basis
    reason: str
    weakness: str


def _quality(
    priced: list[PricedComponent], place: Place, intensity: CarbonIntensity | None
) -> _Quality:
    """The weakest basis of all that went in, every reason once, and the gravest of them."""
    basis: Basis = "measured"
    reasons: list[str] = []
    weaknesses: list[str] = []
    for each in priced:
        if each.basis != "measured":
            basis = weakest(basis, each.basis)
            told, kind = each.reasons, each.component.kind
            reasons += told
            weaknesses += [of_words(words, kind) for words in told]
    grid = intensity.grams_per_kilowatt_hour.basis if intensity else "measured"
    if place.pue_ratio.basis != "measured" or grid != "measured":
        basis = weakest(basis, place.pue_ratio.basis, grid)
        doubt = _doubt(place, basis)
        reasons.append(doubt)
        weaknesses.append(of_words(doubt))
    return _Quality(basis, "; ".join(dict.fromkeys(reasons)), gravest(weaknesses))


def _doubt(place: Place, basis: Basis) -> str:
    if place.doubt:
        return place.doubt
    return (
        f"unknown region {place.region}"
        if basis == "assumed"
        else f"weak figures of {place.region}"
    )


def pue_fact(provider: str, region: str) -> tuple[str, ...]:
    """The id of the row behind a region's PUE; none where no region is meant."""
    return (facts.pue(provider, region).id,) if provider else ()


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
