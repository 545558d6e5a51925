"""Series of the history: what has one row an hour, and the labels it is asked by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.model.held import NOTHING, Held
from cloud_carbon_exporter.model.hours import Amounts, Group
from cloud_carbon_exporter.model.types import Basis


class Series(NamedTuple):
    """A group of resources whose figures have the same basis."""

    group: Group
    basis: Basis


class HourRow(NamedTuple):
    """Amounts of one Series in one hour, or in the part of it that is told."""

    hour: int
    series: Series
    amounts: Amounts


class AlikeHours(NamedTuple):
    """Hours of one Series that differ in size alone, and err alike.

    changes: of each hour, what its power and operational grams, and what its embodied grams are
        beside the amounts. held: hardware of each, times its seconds.
    """

    series: Series
    amounts: Amounts
    changes: Sequence[tuple[int, float, float]]
    held: Held = NOTHING


class Span(NamedTuple):
    """The time [first, last) of an account that was counted, of whatever was there.

    Each has its own: the figures of one cloud come later than those of another.
    """

    provider: str
    account_id: str
    first: float
    last: float


class HeldRow(NamedTuple):
    """Hardware of one kind in one place on a day: an amount by its name, times its seconds."""

    day: int
    provider: str
    account_id: str
    region: str
    kind: str
    name: str
    amount: float


class BilledHours(NamedTuple):
    """Hours of one Series by a bill. amounts: of all together, which each errs alike.

    hours: start, joules, operational and embodied grams of each.
    """

    series: Series
    amounts: Amounts
    hours: Sequence[tuple[int, float, float, float]]


By = Callable[[Series], str]
"""The value of one label of a Series."""

LABELS: Mapping[str, By] = {
    "cloud_provider": lambda series: series.group.provider,
    "cloud_account_id": lambda series: series.group.account_id,
    "cloud_region": lambda series: series.group.region,
    "kind": lambda series: series.group.kind,
    "basis": lambda series: series.basis,
}
"""Labels that every Series has, by their names in metrics."""


def tag_value(key: str) -> By:
    """The value of a tag; empty where there is none."""
    return lambda series: dict(series.group.tags).get(key, "")
