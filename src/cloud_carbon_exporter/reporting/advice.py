"""Advice in a report: a section for people. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.reporting.tables import Section, clean, figure
from cloud_carbon_exporter.web.api.advice import kilograms_per_year

TOP = 20

_HEADER = (
    "kg a year",
    "low",
    "high",
    "advice",
    "name",
    "region",
    "what to do",
    "decided on",
    "look first",
    "way back",
)
_PROSE = ("decided on", "look first", "way back")
_SPARE = ("region", "low", "high")
_OVERLAP = (
    "kg of CO2eq, power and manufacture together, with the 90 % interval. What several pieces save "
    "of one machine is not to be added up."
)
_NONE = (
    "None: nothing is told on less than two weeks, nor where the interval of a saving reaches 0."
)
NOT_KEPT = (
    "None: what rests on two weeks is gathered by serve, and kept in its -state.file; name it here."
)


def section(advice: Sequence[Advice], *, kept: bool) -> Section:
    """Section of the largest pieces of advice. kept: whether a past is known at all."""
    rows = tuple(map(_row, advice[:TOP]))
    if not rows:
        return Section("What could be done", notes=(_NONE if kept else NOT_KEPT,))
    notes = [_OVERLAP]
    if len(advice) > TOP:
        notes.append(f"{len(advice) - TOP} more, which save less, are left out.")
    return Section("What could be done", _HEADER, rows, tuple(notes), _SPARE, _PROSE)


def _row(of: Advice) -> tuple[str, ...]:
    saved = kilograms_per_year(of.saved_grams_per_second)
    return (
        figure(saved.value),
        figure(saved.lower),
        figure(saved.upper),
        of.kind.replace("_", " "),
        clean(of.name),
        of.region,
        clean(of.action),
        clean(of.decided_on),
        clean(of.caveat),
        clean(of.way_back),
    )
