"""Keeper of budgets in the running program: counts each Snapshot, and asks the history once."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from cloud_carbon_exporter.collect.budget_standing import DayGrams
from cloud_carbon_exporter.collect.carbon_budgets import CarbonBudgets, Known, Wanted
from cloud_carbon_exporter.history.reader import Found, TooManySums, hour_of
from cloud_carbon_exporter.model.budgets import CarbonBudget
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.stretches import Stretch, joined

log = logging.getLogger(__name__)

LOOKS = 60
"""Snapshots in which it is looked whether the history has a past: a demo's is written beside."""

TRIES = 3
"""Times the history is asked of budgets it knows nothing of."""

Find = Callable[[int, int, str], Found]
"""What the history knows of hours, by step: `Recorder.found`."""


class BudgetKeeper:
    """Keeps the budgets. One caller at a time. ends: where the history begins and ends, or None."""

    def __init__(
        self,
        budgets: CarbonBudgets,
        find: Find,
        ends: Callable[[], tuple[int, float] | None],
    ) -> None:
        self._budgets = budgets
        self._find, self._ends = find, ends
        self._looks, self._tries = LOOKS, TRIES

    def follow(self, budgets: Sequence[CarbonBudget]) -> None:
        """Watch these; what the history knows of new ones comes with the next Snapshot."""
        self._budgets.follow(budgets)
        self._looks, self._tries = LOOKS, TRIES

    def take(self, snapshot: Snapshot, *, counting: bool = True) -> None:
        """Count what the Snapshot has counted, and look how all budgets stand by it.

        counting: False of a short-lived copy (-collect.mode=scrape), which knows of no month.
        """
        if not counting:
            return
        # Before anything is taken: the history has not this Snapshot's hours yet. And not at the
        # start of the program, as a year of days takes some seconds.
        if self._looks and self._tries and self._budgets.unfilled:
            self._fill(snapshot.taken_at)
        self._budgets.take(snapshot.hours, snapshot.taken_at)
        self._budgets.look_at(snapshot)

    def _fill(self, now: float) -> None:
        """Take over what the history knows, where no state file goes before it."""
        self._looks -= 1
        try:
            ends = self._ends()
            if ends is not None and ends[0] < self._budgets.unknown_before(now):
                self._tries -= 1
                self._budgets.fill(lambda wanted: self._remembered(wanted, ends[0]), now)
        except (sqlite3.Error, TimeoutError, TooManySums) as error:
            log.warning("budgets begin with nothing: the history cannot be read (%s)", error)

    def _remembered(self, wanted: Sequence[Wanted], begins: int) -> Iterator[Known]:
        """What is known of all of them, a day at a time: a year is more than one answer holds."""
        start = max(begins, min(int(each.since) for each in wanted))
        day = start // DAY_SECONDS * DAY_SECONDS
        while day < max(each.until for each in wanted):
            found: dict[int, Found] = {}
            for each in wanted:
                end = min(day + DAY_SECONDS, _end_of_hour(each.until))
                if each.since <= day < end:
                    if end not in found:
                        found[end] = self._find(day, end, "day")
                    yield _known(each.budget, found[end], Stretch(day, end))
            day += DAY_SECONDS


def _end_of_hour(moment: float) -> int:
    """End of the last hour that begins before a moment."""
    hour = hour_of(moment)
    return hour if hour == moment else hour + HOUR_SECONDS


def _known(budget: CarbonBudget, found: Found, day: Stretch) -> Known:
    """Grams of one day, without what they err by, and the time that was counted in it."""
    held = {
        number for number, series in found.series.items() if budget.selector.holds(series.group)
    }
    accounts = {found.series[number].group[:2] for number in held}
    operational = embodied = 0.0
    for part in found.parts:
        if part.series in held:
            operational += part.operational_grams
            embodied += part.embodied_grams
    stretches: list[Stretch] = []
    for span in found.spans:
        first, last = max(day.first, span.first), min(day.last, span.last)
        if span[:2] in accounts and first < last:
            stretches.append(Stretch(first, last))
    return Known(budget.name, int(day.first), DayGrams(operational, embodied), joined(stretches))
