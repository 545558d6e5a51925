"""Keeper of budgets in the running program: counts each Snapshot, and asks the history once."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from cloud_carbon_exporter.collect.budget_standing import DayGrams
from cloud_carbon_exporter.collect.carbon_budgets import CarbonBudgets
from cloud_carbon_exporter.history.query import Query, Summed, whole_hours
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.series import Series
from cloud_carbon_exporter.model.budgets import CarbonBudget
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.stretches import Stretch

log = logging.getLogger(__name__)

TRIES = 3
"""Snapshots after which the history is asked no more: a demo has its past with the first."""

_WITHIN = "within"


class BudgetKeeper:
    """Keeps the budgets. find: what answers queries of the history. One caller at a time."""

    def __init__(self, budgets: CarbonBudgets, find: Callable[[Query], Iterable[Summed]]) -> None:
        self._budgets = budgets
        self._find = find
        self._tries = TRIES

    def follow(self, budgets: Sequence[CarbonBudget]) -> None:
        """Watch these; what the history knows of new ones comes with the next Snapshot."""
        self._budgets.follow(budgets)
        self._tries = TRIES

    def _fill(self, now: float) -> None:
        """Take over what the history knows, where no state file goes before it."""
        self._tries -= 1
        try:
            self._budgets.fill(self._remembered, now)
        except (sqlite3.Error, TimeoutError, TooManySums) as error:
            log.warning("budgets begin with nothing: the history cannot be read (%s)", error)

    def take(self, snapshot: Snapshot, *, counting: bool = True) -> None:
        """Count what the Snapshot has counted, and look how all budgets stand by it.

        counting: False of a short-lived copy (-collect.mode=scrape), which knows of no month.
        """
        if not counting:
            return
        # Before anything is taken: the history has not this Snapshot's hours yet. And not at the
        # start of the program, as a year of days takes some seconds.
        if self._tries and self._budgets.unfilled:
            self._fill(snapshot.taken_at)
        self._budgets.take(snapshot.hours, snapshot.taken_at)
        self._budgets.look_at(snapshot)

    def _remembered(
        self, budget: CarbonBudget, since: float, until: float
    ) -> Iterator[tuple[Stretch, DayGrams]]:
        def within(series: Series) -> str:
            return _WITHIN if budget.selector.holds(series.group) else ""

        # a day at a time: a year of hours is more than one answer holds
        start, end = whole_hours(since, until)
        for day in range(start, end, DAY_SECONDS):
            query = Query(day, min(end, day + DAY_SECONDS), {"budget": within})
            for row in self._find(query):
                if row.labels == (_WITHIN,):
                    grams = row.amounts.operational_grams.value, row.amounts.embodied_grams.value
                    yield Stretch(day, day + row.seconds), DayGrams(*grams)
