"""Rows of the exporter's own bill in the state file: dollars in all, and of the month by target.

["total", provider, account, api, USD]
["month", target, "2026-11", USD]
["free", target, "2026-11", free requests]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloud_carbon_exporter.storage.rows import Row


@dataclass(frozen=True, slots=True)
class SavedBill:
    """USD that an API of an account has cost since ever."""

    provider: str
    account_id: str
    api: str
    dollars: float

    def row(self) -> Row:
        """As the file has it."""
        return ["total", self.provider, self.account_id, self.api, self.dollars]


@dataclass(frozen=True, slots=True)
class SavedSpending:
    """USD that a target has cost in a calendar month."""

    target: str
    month: str
    dollars: float

    def row(self) -> Row:
        """As the file has it."""
        return ["month", self.target, self.month, self.dollars]


@dataclass(frozen=True, slots=True)
class SavedFreeRequests:
    """Free requests that a target has made in a calendar month."""

    target: str
    month: str
    requests: int

    def row(self) -> Row:
        """As the file has it."""
        return ["free", self.target, self.month, self.requests]


def read_bill(rows: Iterable[Row]) -> Iterator[SavedBill | SavedSpending | SavedFreeRequests]:
    """What the rows of an earlier process say. Raises ValueError or TypeError for anything else."""
    for name, *values in rows:
        if name == "total":
            provider, account_id, api, dollars = values
            yield SavedBill(provider, account_id, api, float(dollars))
            continue
        target, month, amount = values
        if name == "free":
            yield SavedFreeRequests(target, month, int(amount))
        else:
            yield SavedSpending(target, month, float(amount))
