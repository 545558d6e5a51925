"""Sums by account and calendar month (UTC): what a provider's monthly report is held against."""

from __future__ import annotations

from collections.abc import Iterator

from cloud_carbon_exporter.api_costs.calendar_month import MonthBounds, month_bounds
from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.collect.service_months import ServiceMonths, ServicePart
from cloud_carbon_exporter.model.months import OwnMonth
from cloud_carbon_exporter.storage.counter_rows import SavedMonth

KEPT_MONTHS = 13
"""The month that runs and the twelve before it."""


MonthKey = tuple[str, str, float]
"""Provider and account, and when the month begins."""


class MonthSums:
    """Grams of one month, and the part [first, last) of it that was counted."""

    __slots__ = ("embodied_grams", "first", "last", "operational_grams")

    def __init__(self, first: float, last: float) -> None:
        self.operational_grams = self.embodied_grams = 0.0
        self.first, self.last = first, last


class Months:
    """Adds up pieces of counted time.

    A piece that reaches over a month's end counts in each by its
    time there: a life may be counted in one piece, hours long.

    services: sums of the same pieces by service, which are saved by themselves.
    """

    def __init__(self, services: ServiceMonths) -> None:
        self._sums: dict[MonthKey, MonthSums] = {}
        self._services = services
        self._bounds = MonthBounds(0.0, 0.0)

    def add(self, part: ServicePart, piece: Piece) -> None:
        """Count a piece of an account's time."""
        start, end, month = piece.start, piece.end, self._bounds
        if month.start <= start and end <= month.end:  # nearly all do
            self._add(part, month.start, piece, start, end, 1.0)
            return
        while start < end:
            if not month.start <= start < month.end:
                month = self._bounds = month_bounds(start)
            until = min(end, month.end)
            share = (until - start) / (end - piece.start)
            self._add(part, month.start, piece, start, until, share)
            start = until

    def _add(
        self,
        part: ServicePart,
        month: float,
        piece: Piece,
        start: float,
        until: float,
        share: float,
    ) -> None:
        key = (part.provider, part.account_id, month)
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = MonthSums(start, start)
            self._drop_old(part.provider, part.account_id)
        operational, embodied = share * piece.operational_grams, share * piece.embodied_grams
        sums.operational_grams += operational
        sums.embodied_grams += embodied
        sums.first = min(sums.first, start)
        # A month counts as covered from its first piece to its last; of the gaps between nothing
        # is known here, and a report is compared from 95 % on.
        sums.last = max(sums.last, until)
        self._services.add(part, month, operational, embodied)

    def closed(self, now: float) -> Iterator[OwnMonth]:
        """The months that are over."""
        for (provider, account_id, start), sums in self._sums.items():
            month = month_bounds(start)
            if month.end <= now:
                yield OwnMonth(
                    provider,
                    account_id,
                    month.start,
                    month.end,
                    sums.operational_grams,
                    sums.embodied_grams,
                    sums.first,
                    sums.last,
                )

    def saved(self) -> Iterator[SavedMonth]:
        """What a restart must not lose."""
        for key, sums in self._sums.items():
            grams = (sums.operational_grams, sums.embodied_grams)
            yield SavedMonth(*key, *grams, sums.first, sums.last)

    def resume(self, saved: SavedMonth) -> None:
        """Go on with a month of an earlier process."""
        sums = MonthSums(saved.first, saved.last)
        sums.operational_grams, sums.embodied_grams = saved.operational_grams, saved.embodied_grams
        self._sums[saved.provider, saved.account_id, saved.start] = sums

    def _drop_old(self, provider: str, account_id: str) -> None:
        account = (provider, account_id)
        of_account = [key for key in self._sums if key[:2] == account]
        for key in sorted(of_account)[:-KEPT_MONTHS]:
            del self._sums[key]
