"""Explanation of one estimate as a person reads it: figures, and the sums they come from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.estimate import Result
from cloud_carbon_exporter.model.explain import Term
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.model.types import Estimate, Footprint
from cloud_carbon_exporter.reporting.tables import (
    VALUES,
    Section,
    clean,
    figure,
)

_TERM_HEADER = (
    "component",
    "part",
    "amount",
    "load",
    "low",
    "figure",
    "high",
    "unit",
    "value",
    "fact",
    "source",
)


_SPARE_TERMS = ("load", "unit", "low", "high")
_PROSE = ("fact", "source")


class _Sum(NamedTuple):
    """Sum of an estimate. factor: from its own unit to the one it is shown in."""

    name: str
    title: str
    factor: int


_SUMS = (
    _Sum("power_watts", "Power, W", 1),
    _Sum("operational_grams_per_second", "Emissions of the power, gCO2eq/h", SECONDS_PER_HOUR),
    _Sum("embodied_grams_per_second", "Emissions of manufacture, gCO2eq/h", SECONDS_PER_HOUR),
)


def sums(terms: Sequence[Term]) -> list[Section]:
    """Sums that an estimate comes from, a line each of their terms."""
    sections: list[Section] = []
    for sum_of in _SUMS:
        own = [term for term in terms if term.sum == sum_of.name]
        if own:
            lines = tuple(_cells(term, sum_of.factor) for term in own)
            total = figure(sum(term.value for term in own) * sum_of.factor)
            notes = (f"Sum: {total}",)
            sections.append(Section(sum_of.title, _TERM_HEADER, lines, notes, _SPARE_TERMS, _PROSE))
    return sections


def period(of: Result) -> Section:
    """What the hours of an estimate come to."""
    rows = [("Energy", "kWh", *_bounds(of.energy_kilowatt_hours, 1))]
    emissions = (
        ("Emissions of the power", of.operational_grams),
        ("Emissions of manufacture", of.embodied_grams),
        ("Emissions", of.total_grams),
    )
    rows += [(name, "gCO2eq", *_bounds(grams, 1)) for name, grams in emissions if grams]
    return Section(f"Over {of.hours:g} hours", VALUES, tuple(rows))


def figures(title: str, of: Footprint) -> Section:
    """Figures of an estimate, and what they rest on."""
    operational, embodied = of.operational_grams_per_second, of.embodied_grams_per_second
    reason = f" ({of.reason})" if of.reason else ""
    notes = [f"Basis: {of.basis}{reason}. Low and high are the 90 % interval."]
    rows = [("Power drawn, PUE included", "W", *_bounds(of.power_watts, 1))]
    if operational is None:
        notes.append("Without a region PUE is 1, and the emissions of the power are not known.")
    else:
        rows.append(("Emissions of the power", "gCO2eq/h", *_bounds(operational, SECONDS_PER_HOUR)))
    rows.append(("Emissions of manufacture", "gCO2eq/h", *_bounds(embodied, SECONDS_PER_HOUR)))
    return Section(clean(title), VALUES, tuple(rows), tuple(map(clean, notes)))


def _cells(term: Term, factor: float) -> tuple[str, ...]:
    load = "" if term.utilisation is None else f"{term.utilisation:.0%}"
    figures = map(figure, (term.low, term.figure, term.high))
    named = (term.component, term.part, figure(term.amount), load, *figures)
    return (*named, term.unit, figure(term.value * factor), term.fact, clean(term.source))


def _bounds(of: Estimate, factor: float) -> tuple[str, str, str]:
    return figure(of.value * factor), figure(of.lower * factor), figure(of.upper * factor)
