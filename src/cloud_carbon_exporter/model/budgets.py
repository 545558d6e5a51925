"""Budgets of carbon: what a person allows a part of the estate to emit, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from cloud_carbon_exporter.model.hours import Group, Tags
from cloud_carbon_exporter.model.types import Estimate

BudgetPeriod = Literal["month", "year"]
"""Period of a budget: a calendar month or year of UTC."""


class Selector(NamedTuple):
    """What of an estate is meant: patterns of each label, of which one must fit; none for all.

    tags: by key; all must be so.
    """

    providers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: Tags = ()

    def holds(self, group: Group) -> bool:
        """Whether a group belongs to it."""
        own = dict(group.tags)
        return (
            _fits(self.providers, group.provider)
            and _fits(self.accounts, group.account_id)
            and _fits(self.regions, group.region)
            and _fits(self.kinds, group.kind)
            and all(fnmatchcase(own.get(key, ""), value) for key, value in self.tags)
        )

    @property
    def holds_all(self) -> bool:
        """Whether nothing is left out, whatever the estate is: each label may be anything."""
        patterns = (self.providers, self.accounts, self.regions, self.kinds)
        values = [value for _, value in self.tags]
        return all(not each or "*" in each for each in patterns) and set(values) <= {"*"}


def _fits(patterns: tuple[str, ...], value: str) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


class CarbonBudget(NamedTuple):
    """Budget: at most so many grams of CO2eq a period, manufacture included."""

    name: str
    grams: float
    period: BudgetPeriod
    selector: Selector = Selector()


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    """How a budget stands in the period [start, end).

    spent: of what was counted. burn_rate: emissions now by those that use up the budget at the
        period's end; 1 is as planned, None before anything is known. forecast: at the period's
        end; None as long as too little was counted to say.
    covered_ratio: how much of the period so far was counted. emitted_grams: a counter of the same
        emissions, over periods. of_everything: whether it is of the whole estate.
    """

    name: str
    period: BudgetPeriod
    start: float
    end: float
    grams: float
    spent: Estimate
    burn_rate: float | None
    forecast: Estimate | None
    covered_ratio: float
    emitted_grams: float
    of_everything: bool = False

    @property
    def remaining_grams(self) -> float:
        """What is left; below 0 where more was emitted."""
        return self.grams - self.spent.value
