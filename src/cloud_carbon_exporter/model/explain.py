"""The sum of an estimate, term by term: what each component adds, from which figure, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cloud_carbon_exporter.model.estimate import NOWHERE, pue_fact
from cloud_carbon_exporter.model.facts import figures
from cloud_carbon_exporter.model.hosts import shown
from cloud_carbon_exporter.model.priced_components import Loads, PricedComponent, priced_components
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, SECONDS_PER_YEAR
from cloud_carbon_exporter.model.types import CarbonIntensity, Place, Resource

Sum = Literal["power_watts", "operational_grams_per_second", "embodied_grams_per_second"]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the sum. The `value`s of all terms of a sum add up to the estimate of that name.

    amount: how much of the component is in force. utilisation: the load it was priced at, None
        where it has none.
    fact: id of the figure; low, figure, high: of one unit of the amount, in `unit`; source: who
        says so.
    reason: what is weak about this term; empty where all was read and known.
    """

    sum: Sum
    component: str
    part: str
    amount: float
    utilisation: float | None
    fact: str
    low: float
    figure: float
    high: float
    unit: str
    source: str
    value: float
    reason: str = ""


def explain(
    resource: Resource,
    loads: Loads,
    place: Place = NOWHERE,
    intensity: CarbonIntensity | None = None,
) -> tuple[Term, ...]:
    """Every term of `estimate` of the same arguments: power, PUE, the grid, and manufacture."""
    priced = priced_components(resource, loads)
    power = [_power(each) for each in priced]
    watts = sum(term.value for term in power)
    grid = (_grid(watts * place.pue_ratio.value, place, intensity),) if intensity else ()
    made = [_embodied(each) for each in priced if each.made.facts]
    return (*power, _overhead(watts, place), *grid, *made)


def _power(priced: PricedComponent) -> Term:
    units = priced.amount or 1
    down, up = priced.watts_errors.reach()
    return Term(
        "power_watts",
        priced.component.kind,
        shown(priced.part),
        float(priced.amount),  # 8 and 8.0 are equal, and share what is cached
        priced.load if len(priced.draw.loads) > 1 else None,
        priced.draw.facts[0],
        max(0.0, (priced.watts - down) / units),
        priced.watts / units,
        (priced.watts + up) / units,
        priced.draw.unit,
        priced.draw.source,
        priced.watts,
        "; ".join(priced.reasons_of_draw),
    )


def _overhead(watts: float, place: Place) -> Term:
    pue = place.pue_ratio
    found = figures().get("".join(pue_fact(place.provider, place.region)))
    return Term(
        "power_watts",
        "pue",
        place.region,
        watts,
        None,
        found.id if found else "",
        pue.lower,
        pue.value,
        pue.upper,
        "ratio",
        f"{found.source} ({found.year})" if found else "no region, so no data centre around it",
        watts * (pue.value - 1),
        "" if pue.basis == "measured" else place.doubt or f"unknown region {place.region}",
    )


def _grid(watts: float, place: Place, intensity: CarbonIntensity) -> Term:
    grams = intensity.grams_per_kilowatt_hour
    return Term(
        "operational_grams_per_second",
        "grid",
        place.region,
        watts,
        None,
        intensity.facts[0] if intensity.facts else "",
        grams.lower,
        grams.value,
        grams.upper,
        "gCO2eq/kWh",
        f"{intensity.source} ({intensity.year})" if intensity.year else intensity.source,
        watts * grams.value / JOULES_PER_KILOWATT_HOUR,
        "" if grams.basis == "measured" else place.doubt or f"unknown region {place.region}",
    )


def _embodied(priced: PricedComponent) -> Term:
    """Grams a year of one unit, of which each second bears its part."""
    units = priced.amount or 1
    down, up = priced.making.errors().reach()
    return Term(
        "embodied_grams_per_second",
        priced.component.kind,
        shown(priced.part),
        float(priced.amount),
        None,
        priced.made.facts[0],
        max(0.0, (priced.grams - down) / units * SECONDS_PER_YEAR),
        priced.grams / units * SECONDS_PER_YEAR,
        (priced.grams + up) / units * SECONDS_PER_YEAR,
        "gCO2eq/unit/year",
        priced.made.source,
        priced.grams,
        priced.component.assumed or priced.draw.assumed or priced.made.doubt,
    )
