"""The counters once more, by account and calendar month (UTC): what a provider's monthly report is
held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cloud_carbon_exporter.collect.read_budget import month_bounds
from cloud_carbon_exporter.model.months import OwnMonth

KEPT_MONTHS = 4  # providers report a month up to three months late

MonthKey = tuple[str, str, float]  # provider, account, start of the month


class Months:
    """Adds pieces of counted time up. A piece belongs to the month it begins in: pieces are minutes
    long.
    """

    def __init__(self) -> None:
        self._sums: dict[MonthKey, list[float]] = {}  # operational, embodied, first, last
        self._bounds = (0.0, 0.0)

    def add(
        self, provider: str, account_id: str, piece: tuple[float, float], grams: tuple[float, float]
    ) -> None:
        """Count a piece [start, end) with its operational and embodied grams."""
        start, end = piece
        if not self._bounds[0] <= start < self._bounds[1]:
            self._bounds = month_bounds(start)
        key = (provider, account_id, self._bounds[0])
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = [0.0, 0.0, start, start]
            self._drop_old(provider, account_id)
        sums[0] += grams[0]
        sums[1] += grams[1]
        sums[2] = min(sums[2], start)
        sums[3] = max(sums[3], min(end, self._bounds[1]))

    def closed(self, now: float) -> Iterator[OwnMonth]:
        """The months that are over."""
        for (provider, account_id, start), sums in self._sums.items():
            bounds = month_bounds(start)
            if bounds[1] <= now:
                yield OwnMonth(provider, account_id, *bounds, *sums)

    def dump(self) -> Iterator[Sequence[str | float]]:
        """Every month that is kept, for the state file."""
        for key, sums in self._sums.items():
            yield [*key, *sums]

    def load(self, row: Sequence[Any]) -> None:
        """Take back a month an earlier process counted. Raises ValueError or TypeError for anything
        else.
        """
        provider, account_id, *figures = row
        start, operational, embodied, first, last = map(float, figures)
        self._sums[provider, account_id, start] = [operational, embodied, first, last]

    def _drop_old(self, provider: str, account_id: str) -> None:
        starts = sorted(key[2] for key in self._sums if key[:2] == (provider, account_id))
        for start in starts[:-KEPT_MONTHS]:
            del self._sums[provider, account_id, start]
