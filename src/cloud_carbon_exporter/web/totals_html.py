"""Totals as HTML, for a reader whose browser runs no JavaScript; the page's script draws over it.

Figures are written as the script writes them: three digits, one unit for a value and its bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.web.api.measures import MEASURES

_HOUR, _DAY = 3600, 86_400
_DIGITS = 3
_WHOLE = 1000  # from here on a number is told without a point

_Unit = tuple[float, str]
_POWER: Sequence[_Unit] = ((1e6, "MW"), (1e3, "kW"), (1, "W"), (1e-3, "mW"))
_MASS: Sequence[_Unit] = ((1e6, "t"), (1e3, "kg"), (1, "g"), (1e-3, "mg"))

_CARDS: Mapping[str, tuple[str, str]] = {
    "total": ("Total emissions", "of power and of manufacture"),
    "operational": ("Operational", "of the power drawn"),
    "embodied": ("Embodied", "of manufacture, over its life"),
    "power": ("Power", "PUE included"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An estimate in words."""

    value: str
    lower: str
    upper: str
    unit: str


def number(value: float) -> str:
    """A number with three significant digits."""
    rounded = float(f"{value:.{_DIGITS}g}")
    if abs(rounded) >= _WHOLE:
        return f"{rounded:,.0f}"
    return f"{rounded:.6f}".rstrip("0").rstrip(".") or "0"


def _scaled(units: Sequence[_Unit], estimate: Estimate, factor: float) -> Told:
    size = abs(estimate.value * factor) or abs(estimate.upper * factor)
    divisor, unit = _unit(units, size)
    figures = (estimate.value, estimate.lower, estimate.upper)
    value, lower, upper = (number(figure * factor / divisor) for figure in figures)
    return Told(value, lower, upper, unit)


def _unit(units: Sequence[_Unit], size: float) -> _Unit:
    for least, unit in units:
        if size >= least:
            return least, unit
    return units[-1] if size else (1, dict(units)[1])


def told(name: str, estimate: Estimate) -> Told:
    """A total in words: power, or a mass an hour where that is a gram and more, else a day."""
    if name == "power":
        return _scaled(_POWER, estimate, 1)
    hourly = estimate.value * _HOUR >= 1 or not estimate.value
    seconds, time = (_HOUR, "h") if hourly else (_DAY, "day")
    mass = _scaled(_MASS, estimate, seconds)
    return Told(mass.value, mass.lower, mass.upper, f"{mass.unit} CO₂e/{time}")


def totals_html(taken: Snapshot) -> str:
    """The four totals as cards; empty cards where nothing is known: zero would be a claim."""
    total = taken.total()
    partly = "" if taken.first_collection_done else ", so far"
    cards: list[str] = []
    for name, (title, meaning) in _CARDS.items():
        figures = ""
        if total.resources:
            of = told(name, MEASURES[name].now(total).estimate)
            figures = (
                f"<h2>{title}{partly}</h2>"
                f'<p class="big num">{of.value} <small>{of.unit}</small></p>'
                f'<p class="muted num">9 in 10: {of.lower} – {of.upper} {of.unit}</p>'
                f'<p class="muted">{meaning}</p>'
            )
        cards.append(f'<article class="card" id="{name}">{figures}</article>')
    return "".join(cards)


def as_of_html(taken: Snapshot) -> str:
    """When the totals were taken, and of what, in a sentence."""
    if not taken.total().resources and not taken.first_collection_done:
        return escape(f"Nothing yet: {taken.progress}")
    at = datetime.fromtimestamp(taken.taken_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return escape(f"As of {at}" + (f", {taken.progress}" if taken.progress else ""))
