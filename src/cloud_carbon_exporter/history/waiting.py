"""Rows that wait to be written: added up by hour and series, and bounded."""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.history.series import HourRow, Series, Span
from cloud_carbon_exporter.model.hours import Amounts, CountedHour, amounts_over_time

MOST_ROWS = 50_000
"""Rows that wait at most, as for a disk that is full: two weeks of a typical account. Then the
oldest go."""


class Waiting:
    """What waits, by hour and series. One caller at a time."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, Series], Amounts] = {}
        self._spans: dict[int, Span] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, row: HourRow) -> None:
        """Add a row to that of its hour and series."""
        key = (row.hour, row.series)
        before = self._rows.get(key)
        amounts = row.amounts if before is None else amounts_over_time((before, row.amounts))
        self._rows[key] = amounts

    def cover(self, counted: CountedHour) -> None:
        """Take down that this time was counted."""
        span = self._spans.get(counted.hour, Span(counted.hour, counted.first, counted.last))
        first, last = min(span.first, counted.first), max(span.last, counted.last)
        self._spans[counted.hour] = Span(counted.hour, first, last)

    def rows(self) -> Iterable[HourRow]:
        """All that waits."""
        for (hour, series), amounts in self._rows.items():
            yield HourRow(hour, series, amounts)

    def spans(self) -> Iterable[Span]:
        """The time they were counted in."""
        return self._spans.values()

    def clear(self) -> None:
        """Nothing waits any more: it was written."""
        self._rows, self._spans = {}, {}

    def shorten(self) -> int:
        """Drop the oldest hours beyond what may wait. Returns how many rows went."""
        before = len(self._rows)
        while len(self._rows) > MOST_ROWS and len(self._spans) > 1:
            oldest = min(self._spans)
            del self._spans[oldest]
            self._rows = {key: row for key, row in self._rows.items() if key[0] > oldest}
        return before - len(self._rows)
