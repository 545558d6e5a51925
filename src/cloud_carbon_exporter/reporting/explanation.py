"""One estimate as a person reads it, and the sum it comes from. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.explain import Term
from cloud_carbon_exporter.model.types import Estimate, Footprint
from cloud_carbon_exporter.reporting.tables import (
    SECONDS_PER_HOUR,
    VALUES,
    Section,
    as_text,
    clean,
    figure,
)

_TERM = (
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
_TERMS = (
    ("power_watts", "Power, W", 1),
    ("operational_grams_per_second", "Emissions of the power, gCO2eq/h", SECONDS_PER_HOUR),
    ("embodied_grams_per_second", "Emissions of manufacture, gCO2eq/h", SECONDS_PER_HOUR),
)


def footprint_text(title: str, of: Footprint, terms: Sequence[Term] = ()) -> str:
    """One estimate as a person reads it, and the sum it comes from where `terms` are given."""
    rows = [("Power drawn, PUE included", "W", *_bounds(of.power_watts, 1))]
    if of.operational_grams_per_second is not None:
        rows.append(
            (
                "Emissions of the power",
                "gCO2eq/h",
                *_bounds(of.operational_grams_per_second, SECONDS_PER_HOUR),
            )
        )
    rows.append(
        (
            "Emissions of manufacture",
            "gCO2eq/h",
            *_bounds(of.embodied_grams_per_second, SECONDS_PER_HOUR),
        )
    )
    notes = [
        f"Basis: {of.basis}{f' ({of.reason})' if of.reason else ''}. Low and high are the 90 % interval."
    ]
    if of.operational_grams_per_second is None:
        notes.append("Without a region PUE is 1, and the emissions of the power are not known.")
    parts = [Section(clean(title), VALUES, tuple(rows), tuple(map(clean, notes)))]
    for name, sum_title, factor in _TERMS:
        lines = tuple(_term(term, factor) for term in terms if term.sum == name)
        if lines:
            total = figure(sum(term.value for term in terms if term.sum == name) * factor)
            parts.append(Section(sum_title, _TERM, lines, (f"Sum: {total}",)))
    return as_text(parts)


def _term(term: Term, factor: float) -> tuple[str, ...]:
    load = "" if term.utilisation is None else f"{term.utilisation:.0%}"
    figures = (figure(value) for value in (term.low, term.figure, term.high))
    named = (term.component, term.part, figure(term.amount), load, *figures)
    return (*named, term.unit, figure(term.value * factor), term.fact, clean(term.source))


def _bounds(of: Estimate, factor: float) -> tuple[str, str, str]:
    return figure(of.value * factor), figure(of.lower * factor), figure(of.upper * factor)
