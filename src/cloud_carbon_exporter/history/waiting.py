"""Rows that wait to be written: added up by hour and series, and bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloud_carbon_exporter.history.series import HeldRow, HourRow, Series, Span
from cloud_carbon_exporter.model.hours import (
    DAY_SECONDS,
    HOUR_SECONDS,
    Amounts,
    CountedHour,
    amounts_over_time,
)
from cloud_carbon_exporter.model.stretches import Stretch, joined

MOST_ROWS = 50_000
"""Rows that wait at most, as for a disk that is full: two weeks of a typical account. Then the
oldest go."""


class Waiting:
    """What waits, by hour and series. One caller at a time."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, Series], Amounts] = {}
        self._stretches: dict[tuple[str, str], Sequence[Stretch]] = {}  # by account
        self._held: dict[HeldRow, float] = {}  # by the row without its amount

    def __bool__(self) -> bool:
        return bool(self._rows or self._stretches)

    def add(self, row: HourRow) -> None:
        """Add a row to that of its hour and series."""
        key = (row.hour, row.series)
        before = self._rows.get(key)
        amounts = row.amounts if before is None else amounts_over_time((before, row.amounts))
        self._rows[key] = amounts

    def cover(self, counted: CountedHour) -> None:
        """Take down that this time was counted."""
        account = (counted.group.provider, counted.group.account_id)
        known = self._stretches.get(account, ())
        self._stretches[account] = joined((*known, *counted.stretches))

    def hold(self, counted: CountedHour) -> None:
        """Take down the hardware that was there."""
        at, day = counted.group, counted.hour // DAY_SECONDS * DAY_SECONDS
        for name, amount in counted.held:
            key = HeldRow(day, at.provider, at.account_id, at.region, at.kind, name, 0.0)
            self._held[key] = self._held.get(key, 0.0) + amount

    def held(self) -> Iterable[HeldRow]:
        """Hardware of each day."""
        for row, amount in self._held.items():
            yield row._replace(amount=amount)

    def rows(self) -> Iterable[HourRow]:
        """All that waits."""
        for (hour, series), amounts in self._rows.items():
            yield HourRow(hour, series, amounts)

    def spans(self) -> Iterable[Span]:
        """The time they were counted in."""
        for account, stretches in self._stretches.items():
            for stretch in stretches:
                yield Span(*account, *stretch)

    def clear(self) -> None:
        """Nothing waits any more: it was written."""
        self._rows, self._stretches, self._held = {}, {}, {}

    def shorten(self) -> int:
        """Drop the oldest hours beyond what may wait. Returns how many rows went."""
        before = len(self._rows)
        hours = sorted({hour for hour, _ in self._rows})
        for oldest in hours[:-1]:
            if len(self._rows) <= MOST_ROWS:
                break
            self._rows = {key: row for key, row in self._rows.items() if key[0] > oldest}
            self._uncover(oldest + HOUR_SECONDS)
        return before - len(self._rows)

    def _uncover(self, before: float) -> None:
        for account, stretches in self._stretches.items():
            later = [stretch for stretch in stretches if stretch.last > before]
            self._stretches[account] = joined(
                [Stretch(max(first, before), last) for first, last in later]
            )
