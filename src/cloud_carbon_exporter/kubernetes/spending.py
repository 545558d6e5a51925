"""Spending on a cluster whose source is paid for by what it returns: how often it is asked."""

from __future__ import annotations

from typing import Protocol

from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.kubernetes.sources import Meter

PAID_INTERVAL_SECONDS = 900.0
"""How often a source that costs money is asked, where nothing is said: as utilisation is."""
MONTH_SECONDS = 365.25 / 12 * 86400

_PAYERS = {"cloud_monitoring": "gcp", "container_insights": "aws"}
"""Cloud that sends the bill, by source; others cost nothing."""


class Bills(Protocol):
    """Where it is written down what calls cost: api_costs.Budget."""

    def meter(
        self, provider: str, target: str = "", free_requests: int = 0, dollars: float = 0
    ) -> Meter:
        """Meter of a target's calls."""
        ...

    def spent_this_month(self, target: str) -> float | None:
        """USD it cost since the month began; None where nothing is known."""
        ...


class Spending:
    """What one cluster may cost, and does. Without Bills, or of a source that is free, nothing."""

    def __init__(self, settings: ClusterSettings, bills: Bills | None) -> None:
        self._settings = settings
        self._bills = bills if settings.source in _PAYERS else None
        self._target = f"kubernetes {settings.cluster}"
        self._before = 0.0

    def meter(self, free: Meter) -> Meter:
        """Where calls are counted. free: where they are if nobody is paid."""
        if self._bills is None:
            return free
        provider = _PAYERS[self._settings.source]
        return self._bills.meter(provider, self._target, 0, self._settings.budget_dollars)

    def may_ask(self) -> bool:
        """Whether the month's budget is not spent yet. Called before a read."""
        self._before = self._spent()
        limit = self._settings.budget_dollars
        return not limit or self._before < limit

    def interval(self, otherwise: float) -> float:
        """Seconds to the next read. otherwise: where nothing is said and nothing is paid.

        As many reads as cost what the newest did come to no more than the budget of a month.
        """
        seconds = self._settings.interval_seconds
        if not seconds:
            seconds = otherwise if self._bills is None else max(otherwise, PAID_INTERVAL_SECONDS)
        limit = self._settings.budget_dollars
        cost = max(0.0, self._spent() - self._before)
        return max(seconds, cost / limit * MONTH_SECONDS) if limit else seconds

    def _spent(self) -> float:
        if self._bills is None:
            return 0.0
        return self._bills.spent_this_month(self._target) or 0.0
