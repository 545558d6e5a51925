"""Advice in a report: a section for people. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.followed import Followed, Way
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
_FOLLOWED_HEADER = (
    "kg a year",
    "low",
    "high",
    "before",
    "after",
    "advice",
    "name",
    "region",
    "how",
    "since",
    "said by",
)
_WAYS: Mapping[Way, str] = {
    "gone": "deleted",
    "stopped": "stopped",
    "changed": "of the advised type",
    "expires": "old logs expire",
}
_AGREED = {True: "a person", False: "the exporter"}
_SEEN = (
    "kg of CO2eq a year that each emits less than when it was told of, both by the grid of now. A "
    "resource that is gone counts where nothing like it has come since, or a person accepted the "
    "advice."
)
_OVERLAP = (
    "kg of CO2eq, power and manufacture together, with the 90 % interval. What several pieces save "
    "of one machine is not to be added up."
)
_MONEY = (
    "Money by the last month of the bill: what it charges for what is to go, between its "
    "cheapest and its dearest day; of another machine type, where the bill has a price of it."
)
_NONE = (
    "None: nothing is told on less than two weeks, nor where the interval of a saving reaches 0."
)
NOT_KEPT = (
    "None: what rests on two weeks is gathered by serve, and kept in its -state.file; name it here."
)


def section(advice: Sequence[Advice], *, kept: bool) -> Section:
    """Section of the largest pieces of advice. kept: whether a past is known at all."""
    rows: tuple[tuple[str, ...], ...] = tuple(map(_row, advice[:TOP]))
    if not rows:
        return Section("What could be done", notes=(_NONE if kept else NOT_KEPT,))
    notes = [_OVERLAP]
    header: tuple[str, ...] = _HEADER
    if any(each.cost for each in advice[:TOP]):
        notes.append(_MONEY)
        header = (*_HEADER[:3], "money a year", *_HEADER[3:])
        rows = tuple([_with_money(each) for each in advice[:TOP]])
    if len(advice) > TOP:
        notes.append(f"{len(advice) - TOP} more, which save less, are left out.")
    return Section("What could be done", header, rows, tuple(notes), _SPARE, _PROSE)


def _with_money(of: Advice) -> tuple[str, ...]:
    row, cost = _row(of), of.cost
    if cost is None:
        return (*row[:3], "", *row[3:])
    bounds = "" if cost.lower == cost.upper else f" ({cost.lower:,.2f} to {cost.upper:,.2f})"
    return (*row[:3], clean(f"{cost.value:,.2f} {cost.currency}{bounds}"), *row[3:])


def followed_section(followed: Sequence[Followed]) -> Section:
    """Section of what was done of the advice, and what it has saved."""
    rows = tuple(map(_followed_row, followed[:TOP]))
    return Section("What was done, and what it saves", _FOLLOWED_HEADER, rows, (_SEEN,), _SPARE)


def _followed_row(of: Followed) -> tuple[str, ...]:
    saved = kilograms_per_year(of.saved_grams_per_second)
    before = kilograms_per_year(of.before_grams_per_second)
    after = kilograms_per_year(of.after_grams_per_second)
    return (
        figure(saved.value),
        figure(saved.lower),
        figure(saved.upper),
        figure(before.value),
        figure(after.value),
        of.kind.replace("_", " "),
        clean(of.name),
        of.region,
        _WAYS[of.way],
        f"{datetime.fromtimestamp(of.since, UTC):%Y-%m-%d}",
        _AGREED[of.accepted],
    )


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
