"""What each API call costs and what was spent: the exporter's own bill, and its own traffic.

Prices are the providers' list prices in USD. Whatever is not named here is free of charge.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cloud_carbon_exporter.model.types import ApiUse

SECONDS_PER_MONTH = 365.25 * 86400 / 12
FORECAST_WINDOW_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Price:
    """USD for one billed unit of an API operation, and who says so."""

    dollars_per_unit: float
    unit: str
    source: str


_REQUESTS = "Amazon CloudWatch pricing: 0.01 USD per 1,000 requests beyond the free tier's million a month of a payer, 2026"

PRICES: dict[tuple[str, str, str], Price] = {
    ("aws", "cloudwatch", "GetMetricData"): Price(
        0.01 / 1000,
        "metric requested",
        "Amazon CloudWatch pricing: 0.01 USD per 1,000 metrics requested, 2026",
    ),
    ("aws", "cloudwatch", "GetMetricStatistics"): Price(0.01 / 1000, "request", _REQUESTS),
    ("aws", "cloudwatch", "ListMetrics"): Price(0.01 / 1000, "request", _REQUESTS),
    ("aws", "ce", "GetCostAndUsage"): Price(
        0.01,
        "request",
        "AWS Cost Management pricing: 0.01 USD per paginated Cost Explorer request, 2026",
    ),
    ("gcp", "monitoring", "timeSeries.list"): Price(
        0.50 / 1_000_000,
        "time series returned",
        "Google Cloud Observability pricing since 2025-10-02: 0.50 USD per million time series returned",
    ),
}

READS = {"aws": ("cloudwatch", "GetMetricData"), "gcp": ("monitoring", "timeSeries.list")}
"""What reading one monitoring series is billed as, by cloud_provider."""

GRANTED = frozenset(
    {("aws", "cloudwatch", "GetMetricStatistics"), ("aws", "cloudwatch", "ListMetrics")}
)
"""What costs nothing as long as the payer's free requests last."""


def read_price(provider: str) -> float:
    """USD for reading one series; 0 where it is free."""
    price = PRICES.get((provider, *READS.get(provider, ("", ""))))
    return 0.0 if price is None else price.dollars_per_unit


Bill = tuple[str, str, str]  # provider, account, api


@dataclass(slots=True)
class _Spending:
    """Dollars of one Bill: in all, and lately."""

    total: float = 0
    recent: deque[tuple[float, float]] = field(
        default_factory=deque
    )  # (when, dollars), oldest first

    def forecast(self, now: float, since: float, read_interval_seconds: float) -> float:
        """USD a month at the pace of the last day; a first round of reads is worth one read
        interval.
        """
        while self.recent and self.recent[0][0] < now - FORECAST_WINDOW_SECONDS:
            self.recent.popleft()
        elapsed = min(now - since + read_interval_seconds, FORECAST_WINDOW_SECONDS)
        return sum(dollars for _, dollars in list(self.recent)) / elapsed * SECONDS_PER_MONTH


def month_of(moment: float) -> str:
    """The calendar month, in UTC, as "2026-11"."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m")


class Budget:
    """The running account of calls, errors, skipped objects and dollars, for all targets.

    Counted on the event loop; `use` and `dump` may run in another thread meanwhile, so they walk
    copies.
    """

    def __init__(self, clock: Callable[[], float], read_interval_seconds: float = 900) -> None:
        self._clock = clock
        self._since = clock()
        self._read_interval_seconds = read_interval_seconds
        self._requests: Counter[tuple[str, str, str, str]] = Counter()
        self._errors: Counter[tuple[str, str, str]] = Counter()
        self._skipped: Counter[tuple[str, str, str]] = Counter()
        self._months: dict[str, tuple[str, float]] = {}  # target -> the month, USD spent in it
        self._free: dict[str, tuple[str, int]] = {}  # target -> the month, free requests made in it
        self._told: set[tuple[str, str]] = (
            set()
        )  # target and month of which an earlier process told
        self._spending: dict[Bill, _Spending] = {}
        self._reader: dict[
            Bill, tuple[str, float]
        ] = {}  # the target that reads there, and what it is held to

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
        price = PRICES.get((provider, api, operation))
        if price is None:
            return
        if (provider, api, operation) in GRANTED:
            units -= self._take_free(target, free_requests, units)
        spending = self._spending.setdefault((provider, account_id, api), _Spending())
        dollars = price.dollars_per_unit * units
        spending.total += dollars
        if dollars:
            spending.recent.append((self._clock(), dollars))
        if operation == READS.get(provider, ("", ""))[1]:
            self._reader[provider, account_id, api] = (target, dollars_held_to)
        self._months[target] = (
            month_of(self._clock()),
            dollars + (self.spent_this_month(target) or 0.0),
        )

    def _take_free(self, target: str, granted: int, units: int) -> int:
        """Take of a target's free requests as many as are left; how many that were."""
        used = self.free_this_month(target) or 0
        taken = max(0, min(units, granted - used))
        self._free[target] = (month_of(self._clock()), used + taken)
        return taken

    def spent_this_month(self, target: str) -> float | None:
        """USD a target cost since the calendar month (UTC) began; None where nothing is known of
        it.
        """
        month, spent = self._months.get(target, ("", 0.0))
        return spent if month == month_of(self._clock()) else None

    def free_this_month(self, target: str) -> int | None:
        """Free requests a target made since the calendar month (UTC) began; None where nothing is
        known of it.
        """
        month, used = self._free.get(target, ("", 0))
        return used if month == month_of(self._clock()) else None

    def unknown_until(self, target: str) -> float:
        """Up to when nothing is known of what a target used this month; 0 where an earlier process
        told of it.
        """
        return 0.0 if (target, month_of(self._since)) in self._told else self._since

    def dump(self) -> Iterator[Sequence[str | float]]:
        """What a restart must not forget: the bill in all, and of this month by target."""
        for key, spending in list(self._spending.items()):
            yield ["total", *key, spending.total]
        for target, (month, spent) in list(self._months.items()):
            yield ["month", target, month, spent]
        for target, (month, used) in list(self._free.items()):
            yield ["free", target, month, used]

    def load(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take back what `dump` gave in an earlier process. Raises ValueError or TypeError for
        anything else.
        """
        self._spending, self._months, self._free = {}, {}, {}
        self._told = set()
        for name, *values in rows:
            if name == "total":
                provider, account_id, api, dollars = values
                self._spending[provider, account_id, api] = _Spending(float(dollars))
            elif name == "free":
                target, month, used = values
                self._free[target] = (month, int(used))
                self._told.add((target, month))
            else:
                target, month, spent = values
                self._months[target] = (month, float(spent))
                self._told.add((target, month))

    def error(self, provider: str, operation: str, reason: str) -> None:
        """Count one failed operation."""
        self._errors[provider, operation, reason] += 1

    def skip(self, provider: str, kind: str, reason: str, count: int = 1) -> None:
        """Count objects that could not be read, or were dropped."""
        self._skipped[provider, kind, reason] += count

    def use(self) -> ApiUse:
        """A frozen copy of all of it."""
        now, bills = self._clock(), list(self._spending.items())
        return ApiUse(
            requests=dict(self._requests),
            dollars={key: spending.total for key, spending in bills},
            dollars_per_month=self._forecasts(bills, now),
            errors=dict(self._errors),
            skipped=dict(self._skipped),
        )

    def _forecasts(self, bills: Sequence[tuple[Bill, _Spending]], now: float) -> dict[Bill, float]:
        """USD a month by bill; those of a target that is held to a budget come to no more than
        that.
        """
        found = {
            key: spending.forecast(now, self._since, self._read_interval_seconds)
            for key, spending in bills
        }
        readers, together = list(self._reader.items()), defaultdict[str, float](float)
        for bill, (target, _) in readers:
            together[target] += found.get(bill, 0.0)
        for bill, (target, limit) in readers:
            if limit and together[target] > limit:
                found[bill] = found.get(bill, 0.0) * limit / together[target]
        return found


@dataclass(frozen=True, slots=True)
class TargetMeter:
    """The Meter handed to a client: the Budget, seen by one target. See Budget.meter for the
    others.
    """

    budget: Budget
    provider: str
    target: str
    free_requests: int
    dollars: float

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """See spec.Meter."""
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
