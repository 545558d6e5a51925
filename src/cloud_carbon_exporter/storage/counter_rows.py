"""Rows of the counters in the state file: sums by account, months by account, and each resource.

    ["account", provider, account, region, kind, joules, operational grams, embodied grams]
    ["tokens", provider, account, region, kind, model, signal, count]
    ["month", provider, account, start, operational grams, embodied grams, first, last]
    ["since", target, when its counting began]
    ["life", resource id, counted until, 1 where its cloud told the end, told until]
    [resource id, covered until, seen until, joules, operational grams, embodied grams]

What is no longer there counts in its account alone, so that the file does not grow for ever; its
life is kept as long as something may still tell of it, so that it is not counted again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloud_carbon_exporter.model.types import Totals
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
        return ["account", *at, *_amounts(self.totals)]


@dataclass(frozen=True, slots=True)
class SavedTokens:
    """Tokens of one kind of a language model in one account and region."""

    provider: str
    account_id: str
    region: str
    kind: str
    model: str
    signal: str
    count: float

    def row(self) -> Row:
        """As the file has it."""
        at = (self.provider, self.account_id, self.region, self.kind, self.model)
        return ["tokens", *at, self.signal, self.count]


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


@dataclass(frozen=True, slots=True)
class SavedTimeline:
    """Counters of one resource, up to when they go, and when it was last seen."""

    resource_id: str
    covered_until: float
    seen_until: float
    totals: Totals

    def moved(self, seconds: float) -> SavedTimeline:
        """The same after the clock was set."""
        covered_until, seen_until = self.covered_until + seconds, self.seen_until + seconds
        return SavedTimeline(self.resource_id, covered_until, seen_until, self.totals)

    def row(self) -> Row:
        """As the file has it."""
        return [self.resource_id, self.covered_until, self.seen_until, *_amounts(self.totals)]


@dataclass(frozen=True, slots=True)
class SavedBeginning:
    """When the counting of a target began: what lived before is not counted."""

    target: str
    since: float

    def row(self) -> Row:
        """As the file has it."""
        return ["since", self.target, self.since]


@dataclass(frozen=True, slots=True)
class SavedLife:
    """A life that is over: up to when it is counted, and when something last told of it."""

    resource_id: str
    until: float
    ended: bool
    told: float

    def row(self) -> Row:
        """As the file has it."""
        return ["life", self.resource_id, self.until, int(self.ended), self.told]


Saved = SavedAccount | SavedTokens | SavedMonth | SavedTimeline | SavedBeginning | SavedLife


def read_counters(rows: Iterable[Row]) -> Iterator[Saved]:
    """What the rows of an earlier process say. Raises ValueError or TypeError for anything else."""
    for name, *values in rows:
        if name == "account":
            provider, account_id, region, kind, *figures = values
            energy, operational, embodied = map(float, figures)
            totals = Totals(energy, operational, embodied)
            yield SavedAccount(provider, account_id, region, kind, totals)
        elif name == "tokens":
            *at, count = values
            provider, account_id, region, kind, model, signal = map(str, at)
            tokens = float(count)
            yield SavedTokens(provider, account_id, region, kind, model, signal, tokens)
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
        else:
            covered_until, seen_until, energy, operational, embodied = map(float, values)
            totals = Totals(energy, operational, embodied)
            yield SavedTimeline(str(name), covered_until, seen_until, totals)


def _amounts(totals: Totals) -> tuple[float, float, float]:
    return (totals.energy_joules, totals.operational_grams, totals.embodied_grams)
