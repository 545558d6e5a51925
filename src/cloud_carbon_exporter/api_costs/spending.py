"""Forecast of the exporter's own bill: dollars spent so far, and a month's at the pace of a day."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH

FORECAST_WINDOW_SECONDS = 86400.0


class Bill(NamedTuple):
    """One line of the exporter's own bill: an API of an account."""

    provider: str
    account_id: str
    api: str


class Payment(NamedTuple):
    """Dollars that a call cost, and when."""

    moment: float
    dollars: float


class Reader(NamedTuple):
    """The target whose reads stand on a bill, and the dollars a month it is held to; 0: none."""

    target: str
    dollars_held_to: float


@dataclass(slots=True)
class Spending:
    """Dollars of one Bill: in all, and lately. `recent`: oldest first."""

    total: float = 0
    recent: deque[Payment] = field(default_factory=deque)

    def spend(self, dollars: float, now: float) -> None:
        """Add what a call cost."""
        self.total += dollars
        if dollars:
            self.recent.append(Payment(now, dollars))

    def move(self, seconds: float) -> None:
        """The clock was set by so much."""
        self.recent = deque(Payment(paid.moment + seconds, paid.dollars) for paid in self.recent)

    def forecast(self, now: float, since: float, read_interval_seconds: float) -> float:
        """USD a month at the pace of the last day; a first round is worth one read interval."""
        while self.recent and self.recent[0].moment < now - FORECAST_WINDOW_SECONDS:
            self.recent.popleft()
        elapsed = min(now - since + read_interval_seconds, FORECAST_WINDOW_SECONDS)
        dollars = sum(payment.dollars for payment in list(self.recent))
        return dollars / elapsed * SECONDS_PER_MONTH


def hold_to_budgets(
    forecasts: Mapping[Bill, float], readers: Sequence[tuple[Bill, Reader]]
) -> dict[Bill, float]:
    """Forecasts by bill, those of a target with a budget no higher in all than that budget.

    The pace of a day knows nothing of a limit that will stop the reads later in the month.
    """
    by_target: defaultdict[str, float] = defaultdict(float)
    for bill, reader in readers:
        by_target[reader.target] += forecasts.get(bill, 0.0)
    held = dict(forecasts)
    for bill, reader in readers:
        limit, sum_of_target = reader.dollars_held_to, by_target[reader.target]
        if limit and sum_of_target > limit:
            held[bill] = held.get(bill, 0.0) * limit / sum_of_target
    return held
