"""Budgets of carbon: what each has spent by day, kept over a restart, and filled from the history.

In the state file:
["budget", name, selector, grams since it is watched, first hour or null, whether it is filled]
["day", name, start of the day, operational grams, embodied grams]
["time", name, first, last]: time that was counted
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.collect.budget_standing import DayGrams, period_bounds, standing
from cloud_carbon_exporter.model.budgets import BudgetStanding, CarbonBudget
from cloud_carbon_exporter.model.hours import DAY_SECONDS, CountedHour, Group, group_of
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.stretches import Stretch, joined
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum, together
from cloud_carbon_exporter.model.types import Footprint
from cloud_carbon_exporter.storage.rows import Row

RECENT_DAYS = 28
"""Days that are kept of the period before: the first forecasts of a period stand on them."""


class Wanted(NamedTuple):
    """What is to be known of a budget: its hours in [since, until)."""

    budget: CarbonBudget
    since: float
    until: float


class Known(NamedTuple):
    """What a history knows of one day of a budget, and the time that was counted in it."""

    name: str
    day: int
    grams: DayGrams
    stretches: tuple[Stretch, ...]


Remembered = Callable[[Sequence[Wanted]], Iterable[Known]]
"""What knows a past."""


@dataclass(slots=True)
class _Ledger:
    """What was counted of one budget. selector: what it is of, to know another one of that name.

    filled: whether it has what the history knows of the time before. began: first hour that was
    taken.
    """

    selector: str
    filled: bool = False
    began: float | None = None
    emitted_grams: float = 0
    days: dict[int, DayGrams] = field(default_factory=dict)
    stretches: tuple[Stretch, ...] = ()


class CarbonBudgets:
    """Ledgers of all budgets; a section of the state file. Called in any thread."""

    def __init__(self, budgets: Sequence[CarbonBudget] = ()) -> None:
        self._lock = threading.Lock()
        self._ledgers: dict[str, _Ledger] = {}
        self._budgets: tuple[CarbonBudget, ...] = ()
        self.standings: tuple[BudgetStanding, ...] = ()
        self.follow(budgets)

    def follow(self, budgets: Sequence[CarbonBudget]) -> None:
        """Watch these: one of another selector begins anew."""
        with self._lock:
            self._budgets = tuple(budgets)
            for budget in budgets:
                selector = _selector(budget)
                known = self._ledgers.get(budget.name)
                if known is None or known.selector != selector:
                    self._ledgers[budget.name] = _Ledger(selector)

    @property
    def unfilled(self) -> bool:
        """Whether there is a budget that begins with nothing."""
        return any(not self._ledgers[budget.name].filled for budget in self._budgets)

    def unknown_before(self, now: float) -> float:
        """Since when something is known of all that is not filled."""
        begun = [ledger.began for ledger in self._ledgers.values() if not ledger.filled]
        return max([now if began is None else began for began in begun], default=now)

    def fill(self, remembered: Remembered, now: float) -> None:
        """Take over from a history what it knows of the time before anything was taken here.

        Raises what `remembered` does.
        """
        wanted: list[Wanted] = []
        for budget in self._budgets:
            ledger = self._ledgers[budget.name]
            if not ledger.filled:
                since = period_bounds(budget.period, now).first - RECENT_DAYS * DAY_SECONDS
                until = now if ledger.began is None else ledger.began
                wanted.append(Wanted(budget, since, until))
        known = list(remembered(wanted)) if wanted else []
        with self._lock:
            for part in known:
                ledger = self._ledgers[part.name]
                ledger.filled = ledger.filled or bool(part.stretches)
                ledger.days[part.day] = ledger.days.get(part.day, DayGrams()).plus(part.grams)
                ledger.stretches = joined([*ledger.stretches, *part.stretches])

    def take(self, hours: Iterable[CountedHour], now: float) -> None:
        """Count what was counted since the Snapshot before."""
        counted = tuple(hours)
        with self._lock:
            for budget in self._budgets:
                ledger = self._ledgers[budget.name]
                if counted and ledger.began is None:
                    ledger.began = min(hour.hour for hour in counted)
                stretches: list[Stretch] = []
                for hour in counted:
                    if budget.selector.holds(hour.group):
                        _count(ledger, hour)
                        stretches += hour.stretches
                ledger.stretches = joined([*ledger.stretches, *stretches])
                _forget(ledger, period_bounds(budget.period, now).first)

    def look_at(self, snapshot: Snapshot) -> tuple[BudgetStanding, ...]:
        """How all stand by a Snapshot, of which what is emitted now is taken."""
        now = snapshot.taken_at
        standings: list[BudgetStanding] = []
        with self._lock:
            for budget in self._budgets:
                ledger = self._ledgers[budget.name]
                rate = _rate(budget, snapshot)
                standings.append(
                    standing(budget, ledger.days, ledger.stretches, ledger.emitted_grams, rate, now)
                )
        self.standings = tuple(standings)
        return self.standings

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose."""
        with self._lock:
            names = [budget.name for budget in self._budgets]
            rows: list[Row] = []
            for name in names:
                ledger = self._ledgers[name]
                of_it = (ledger.selector, ledger.emitted_grams, ledger.began, ledger.filled)
                rows.append(["budget", name, *of_it])
                rows += [["day", name, day, *grams] for day, grams in ledger.days.items()]
                rows += [["time", name, *stretch] for stretch in ledger.stretches]
        yield from rows

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        ledgers: dict[str, _Ledger] = {}
        for what, name, *values in rows:
            if what == "budget":
                selector, emitted, began, filled = values
                first = None if began is None else float(began)
                ledgers[str(name)] = _Ledger(str(selector), bool(filled), first, float(emitted))
            elif what == "day":
                day, operational, embodied = values
                grams = DayGrams(float(operational), float(embodied))
                ledgers[str(name)].days[int(day)] = grams
            elif what == "time":
                first, last = map(float, values)
                ledger = ledgers[str(name)]
                ledger.stretches = (*ledger.stretches, Stretch(first, last))
            else:
                raise ValueError(f"a row {what!r}")
        with self._lock:
            self._ledgers, budgets = ledgers, self._budgets
        self.follow(budgets)


def _selector(budget: CarbonBudget) -> str:
    return json.dumps(budget.selector)


def _day(moment: float) -> int:
    return int(moment // DAY_SECONDS) * DAY_SECONDS


def _count(ledger: _Ledger, hour: CountedHour) -> None:
    day, grams = _day(hour.hour), DayGrams(hour.operational_grams, hour.embodied_grams)
    ledger.days[day] = ledger.days.get(day, DayGrams()).plus(grams)
    ledger.emitted_grams += sum(grams)


def _forget(ledger: _Ledger, period_start: float) -> None:
    """Drop what no period that runs needs, nor its forecast."""
    since = period_start - RECENT_DAYS * DAY_SECONDS
    for day in [day for day in ledger.days if day < since]:
        del ledger.days[day]
    ledger.stretches = tuple([each for each in ledger.stretches if each.last > since])


def _rate(budget: CarbonBudget, snapshot: Snapshot) -> FootprintSum:
    """What is emitted now of what it is of: by accounts, or by resources where tags are asked."""
    selector = budget.selector
    if not selector.tags:
        parts: list[FootprintSum] = []
        for account in snapshot.accounts_now():
            group = Group(account.provider, account.account_id, account.region, account.kind)
            if selector.holds(group):
                parts.append(account.now)
        return together(parts)
    held: dict[Group, bool] = {}  # a hundred thousand resources are a few hundred groups
    footprints: list[Footprint] = []
    for row in snapshot.rows:
        group = group_of(row.resource)
        if group not in held:
            held[group] = selector.holds(group)
        if held[group]:
            footprints.append(row.footprint)
    return footprint_sum(footprints)
