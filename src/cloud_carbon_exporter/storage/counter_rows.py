"""Rows of the counters in the state file: sums by account, months by account, and each resource.

    ["account", provider, account, region, kind, joules, operational grams, embodied grams]
    ["month", provider, account, start, operational grams, embodied grams, first, last]
    and what lives, as life_rows.py has it: "since", "life", "awaits", and by resource id

What is no longer there counts in its account alone, so that the file does not grow for ever; its
life is kept as long as something may still tell of it, so that it is not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloud_carbon_exporter.model.types import Totals
from cloud_carbon_exporter.storage.life_rows import (
    SavedAwaiting,
    SavedBeginning,
    SavedLife,
    SavedTimeline,
    amounts,
    read_awaiting,
    read_timeline,
)
from cloud_carbon_exporter.storage.rows import Row


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """Sums of one account, region and kind."""

    provider: str
    account_id: str
    region: str
    kind: str
    totals: Totals

    def row(self) -> Row:
        """As the file has it."""
        at = (self.provider, self.account_id, self.region, self.kind)
        return ["account", *at, *amounts(self.totals)]


@dataclass(frozen=True, slots=True)
class SavedMonth:
    """Sums of an account in the month that begins at `start`, counted over [first, last) of it."""

    provider: str
    account_id: str
    start: float
    operational_grams: float
    embodied_grams: float
    first: float
    last: float

    def row(self) -> Row:
        """As the file has it."""
        grams = (self.operational_grams, self.embodied_grams)
        return ["month", self.provider, self.account_id, self.start, *grams, self.first, self.last]


SavedPresence = SavedBeginning | SavedLife | SavedAwaiting | SavedTimeline
Saved = SavedAccount | SavedMonth | SavedPresence


def read_counters(rows: Iterable[Row]) -> Iterator[Saved]:
    """What the rows of an earlier process say. Raises ValueError or TypeError for anything else."""
    for name, *values in rows:
        if name == "account":
            provider, account_id, region, kind, *figures = values
            energy, operational, embodied = map(float, figures)
            totals = Totals(energy, operational, embodied)
            yield SavedAccount(provider, account_id, region, kind, totals)
        elif name == "month":
            provider, account_id, *figures = values
            start, operational, embodied, first, last = map(float, figures)
            yield SavedMonth(provider, account_id, start, operational, embodied, first, last)
        elif name == "since":
            target, since = values
            yield SavedBeginning(str(target), float(since))
        elif name == "life":
            resource_id, until, ended, told = values
            yield SavedLife(str(resource_id), float(until), bool(ended), float(told))
        elif name == "awaits":
            yield read_awaiting(values)
        else:
            yield read_timeline([name, *values])
