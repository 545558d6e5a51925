"""Shapes of rows: what thousands of them have in common, and what is made of each.

Every shape, and so every row, is one of three: estimated; not energy (a tax, a fee, a price for
what is billed itself); or not understood, which is told in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from cloud_carbon_exporter.bills import rows
from cloud_carbon_exporter.bills.parts import RESERVED_KIND, Parts, parts_of, reserved
from cloud_carbon_exporter.bills.rules import (
    NO_UNIT,
    Match,
    Unit,
    match_of,
    unit_of,
    without_prefix,
)
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.types import Location

State = Literal["estimated", "not energy", "not understood"]

ESTIMATED: State = "estimated"
NOT_ENERGY: State = "not energy"
NOT_UNDERSTOOD: State = "not understood"

_MONEY = {
    "credit": "a credit, a discount or a refund",
    "tax": "a tax",
    "purchase": "a purchase: what it bought is billed where it runs",
    "adjustment": "an adjustment",
}
_MARKED = {
    rows.UNUSED: "a commitment that nothing used",
    rows.SPLIT: "a part of a row beside it",
}
_UNCOUNTABLE = {
    "missing": "usage without an amount",
    "negative": "a negative amount",
    "undated": "no time that can be read",
}


class Shape(NamedTuple):
    """Shape of rows, as `rows.SHAPE` names its columns."""

    provider: str
    region: str
    service: str
    usage: str
    description: str
    operation: str
    machine: str
    unit: str
    category: str
    mark: str
    sign: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a shape is read as.

    kind: a kind of the exporter; empty where nothing is estimated. place: the name of the place
    whose figures hold. unit: of its amount, also where nothing is estimated.
    """

    state: State
    reason: str = ""
    kind: str = ""
    place: str = ""
    parts: Parts = ()
    unit: Unit = NO_UNIT


def read(shape: Shape) -> Reading:
    """What a shape is read as. Never fails: what nobody knows is not understood."""
    unit = unit_of(shape.unit)
    if shape.sign == rows.UNPRICED:
        return Reading(NOT_UNDERSTOOD, "a cost that is no number", unit=unit)
    money = _MONEY.get(shape.category) or _MARKED.get(shape.mark)
    if money:
        return Reading(NOT_ENERGY, money, unit=unit)
    if shape.category != rows.USAGE:
        return Reading(NOT_UNDERSTOOD, "a charge of a type that is not known", unit=unit)
    if shape.provider not in RESERVED_KIND:
        reason = f"{shape.provider or 'a provider without a name'} is not estimated"
        return Reading(NOT_UNDERSTOOD, reason, unit=unit)
    if shape.sign:
        return Reading(NOT_UNDERSTOOD, _UNCOUNTABLE[shape.sign], unit=unit)
    return _usage(shape, unit)


def _usage(shape: Shape, unit: Unit) -> Reading:
    """What a usage of a cloud of ours is read as, by the rules."""
    usage, region = shape.usage, shape.region
    if shape.provider == "aws":
        usage, told = without_prefix(shape.usage)
        region = region or told
    match = match_of(
        shape.provider, shape.service, usage, shape.description, shape.operation, shape.machine
    )
    if match is None:
        if shape.mark == rows.MARKETPLACE:
            return Reading(NOT_ENERGY, "bought in a marketplace, and runs elsewhere", unit=unit)
        return Reading(NOT_UNDERSTOOD, "no rule", unit=unit)
    row = match.rule.row
    if row["part"] == "none":
        return Reading(NOT_ENERGY, row["why"], unit=unit)
    if row["part"] == "left":
        return Reading(NOT_UNDERSTOOD, row["why"], unit=unit)
    return _estimated(shape, match, unit, region)


def _estimated(shape: Shape, match: Match, unit: Unit, region: str) -> Reading:
    row, counts = match.rule.row, match.rule.counts
    # Numbers of things have names without end: whatever is no time and no bytes is a number.
    if unit is NO_UNIT and counts == ("number",):
        unit = Unit("number", 1, False)
    if unit.counts not in counts:
        told = shape.unit or "no unit"
        return Reading(NOT_UNDERSTOOD, f"{told}, where {' or '.join(counts)} is billed", unit=unit)
    parts, kind = parts_of(shape.provider, match, shape.machine), row["kind"]
    if not parts:
        return Reading(NOT_UNDERSTOOD, "hardware that no table has", unit=unit)
    if shape.mark == rows.RESERVED:
        parts, kind = reserved(parts), RESERVED_KIND[shape.provider]
    return Reading(ESTIMATED, "", kind, _place(shape.provider, region), parts, unit)


def _place(provider: str, region: str) -> str:
    """Place of a region, or of a zone apart from it: us-west-2-lax-1a is of us-west-2-lax-1."""
    name = region or "global"
    known = facts.regions(provider)
    around = [each for each in known if name.startswith(f"{each}-")]
    if name in known or not around:
        return name
    return facts.place_of(Location(provider, "", max(around, key=len), name))
