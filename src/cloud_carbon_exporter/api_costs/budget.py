"""The exporter's own bill and traffic: calls, errors, skipped objects and dollars, as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from cloud_carbon_exporter.api_costs.calendar_month import month_name
from cloud_carbon_exporter.api_costs.prices import GRANTED, PRICES, READS, ApiCall
from cloud_carbon_exporter.api_costs.spending import Bill, Reader, Spending, hold_to_budgets
from cloud_carbon_exporter.model.snapshot import ApiUse
from cloud_carbon_exporter.storage.bill_rows import (
    SavedBill,
    SavedFreeRequests,
    SavedSpending,
    read_bill,
)
from cloud_carbon_exporter.storage.rows import Row


class Budget:
    """The running account of calls, errors, skipped objects and dollars, for all targets.

    Counted on the event loop; `use` and `dump` may run in another thread meanwhile, so they walk
    copies.
    """

    def __init__(self, clock: Callable[[], float], read_interval_seconds: float = 900) -> None:
        self._clock = clock
        self._since = clock()
        self._read_interval_seconds = read_interval_seconds
        # The keys of these three are the labels of the metrics they become; see ApiUse.
        self._requests: Counter[tuple[str, str, str, str]] = Counter()
        self._errors: Counter[tuple[str, str, str]] = Counter()
        self._skipped: Counter[tuple[str, str, str]] = Counter()
        # By target, of the newest month in which it spent, or made free requests.
        self._spent: dict[str, SavedSpending] = {}
        self._free: dict[str, SavedFreeRequests] = {}
        # Target and month of which an earlier process told.
        self._told: set[tuple[str, str]] = set()
        self._spending: dict[Bill, Spending] = {}
        self._readers: dict[Bill, Reader] = {}

    def meter(
        self, provider: str, target: str = "", free_requests: int = 0, dollars: float = 0
    ) -> TargetMeter:
        """The Meter of one target's client; `provider` is the value of cloud_provider.

        free_requests: how many requests a month the operator lets it take of those a payer has
        free. dollars: what its monitoring reads are held to, a month; 0 for no limit.
        """
        return TargetMeter(self, provider, target, free_requests, dollars)

    def call(
        self,
        provider: str,
        account_id: str,
        api: str,
        operation: str,
        outcome: str,
        units: int,
        target: str = "",
        *,
        free_requests: int = 0,
        dollars_held_to: float = 0,
    ) -> None:
        """Count one API call and what it cost; for the rest see `meter`."""
        self._requests[provider, api, operation, outcome] += 1
        call = ApiCall(provider, api, operation)
        price = PRICES.get(call)
        if price is None:
            return
        # GetMetricData never counts against the free tier, so what it reads is always paid for.
        if call in GRANTED:
            units -= self._take_free(target, free_requests, units)
        now, bill = self._clock(), Bill(provider, account_id, api)
        dollars = price.dollars_per_unit * units
        self._spending.setdefault(bill, Spending()).spend(dollars, now)
        # What a target holds to its budget is not let go by another reader of the same account.
        if READS.get(provider) == call and (dollars_held_to or bill not in self._readers):
            self._readers[bill] = Reader(target, dollars_held_to)
        spent = dollars + (self.spent_this_month(target) or 0.0)
        self._spent[target] = SavedSpending(target, month_name(now), spent)

    def _take_free(self, target: str, granted: int, units: int) -> int:
        """Take of a target's free requests as many as are left; how many that were."""
        used = self.free_this_month(target) or 0
        taken = max(0, min(units, granted - used))
        self._free[target] = SavedFreeRequests(target, month_name(self._clock()), used + taken)
        return taken

    def spent_this_month(self, target: str) -> float | None:
        """USD a target cost since the calendar month (UTC) began; None where nothing is known."""
        spent = self._spent.get(target)
        if spent is None or spent.month != month_name(self._clock()):
            return None
        return spent.dollars

    def free_this_month(self, target: str) -> int | None:
        """Free requests of a target in this calendar month (UTC); None where nothing is known."""
        free = self._free.get(target)
        if free is None or free.month != month_name(self._clock()):
            return None
        return free.requests

    def unknown_until(self, target: str) -> float:
        """Up to when a target's use of this month is unknown; 0 where an earlier process told."""
        return 0.0 if (target, month_name(self._since)) in self._told else self._since

    def move(self, seconds: float) -> None:
        """The clock was set: what was paid moves with it, and with its month."""
        now = self._clock()
        was, is_now = month_name(now - seconds), month_name(now)
        self._since += seconds
        for spending in self._spending.values():
            spending.move(seconds)
        for target, spent in self._spent.items():
            if spent.month == was:
                self._spent[target] = replace(spent, month=is_now)
        for target, free in self._free.items():
            if free.month == was:
                self._free[target] = replace(free, month=is_now)
        for target, month in list(self._told):
            if month == was:
                self._told.add((target, is_now))

    def dump(self) -> Iterator[Row]:
        """Rows of what a restart must not forget: the bill in all, and of this month by target."""
        for bill, spending in list(self._spending.items()):
            yield SavedBill(*bill, spending.total).row()
        for spent in list(self._spent.values()):
            yield spent.row()
        for free in list(self._free.values()):
            yield free.row()

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        self._spending, self._spent, self._free = {}, {}, {}
        self._told = set()
        for saved in read_bill(rows):
            if isinstance(saved, SavedBill):
                bill = Bill(saved.provider, saved.account_id, saved.api)
                self._spending[bill] = Spending(saved.dollars)
                continue
            if isinstance(saved, SavedFreeRequests):
                self._free[saved.target] = saved
            else:
                self._spent[saved.target] = saved
            self._told.add((saved.target, saved.month))

    # No message and no name of a resource gets into these keys: they are labels of metrics, and
    # must not grow for ever.

    def error(self, provider: str, operation: str, reason: str) -> None:
        """Count one failed operation."""
        self._errors[provider, operation, reason] += 1

    def skip(self, provider: str, kind: str, reason: str, count: int = 1) -> None:
        """Count objects that could not be read, or were dropped."""
        self._skipped[provider, kind, reason] += count

    def use(self) -> ApiUse:
        """A frozen copy of all of it."""
        now, bills = self._clock(), list(self._spending.items())
        dollars: dict[tuple[str, str, str], float] = {}
        forecasts: dict[Bill, float] = {}
        for bill, spending in bills:
            dollars[bill] = spending.total
            forecasts[bill] = spending.forecast(now, self._since, self._read_interval_seconds)
        held = hold_to_budgets(forecasts, list(self._readers.items()))
        return ApiUse(
            requests=dict(self._requests),
            dollars=dollars,
            dollars_per_month=dict(held.items()),
            errors=dict(self._errors),
            skipped=dict(self._skipped),
        )


@dataclass(frozen=True, slots=True)
class TargetMeter:
    """The Meter handed to a client: the Budget, seen by one target. See Budget.meter."""

    budget: Budget
    provider: str
    target: str
    free_requests: int
    dollars: float

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """Count a call of this target's; see spec.Meter."""
        self.budget.call(
            self.provider,
            account_id,
            api,
            operation,
            outcome,
            units,
            self.target,
            free_requests=self.free_requests,
            dollars_held_to=self.dollars,
        )
