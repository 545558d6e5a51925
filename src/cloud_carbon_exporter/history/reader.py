"""Reader: what the history's database knows of a range. Asked in any thread, one at a time."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from cloud_carbon_exporter.history.series import HeldRow, Series, Span
from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS, Group
from cloud_carbon_exporter.model.types import Basis

PATIENCE_SECONDS = 10
"""How long a thread waits for its turn."""

INTERRUPTIONS = 50
"""How often within a second what is being asked is ended, before it is left alone."""

MOST_PARTS = 250_000
"""Parts of one answer, 60 MB of them: thirteen months of 300 series by day, or a month by hour."""

MOST_ERRORS = 100_000
"""Errors that the parts of one answer refer to: a kilobyte or two each."""

_PARTS = (
    "SELECT {start}, series, errors, sum(joules), sum(operational), sum(embodied) FROM hours"
    " WHERE hour >= ? AND hour < ? GROUP BY 1, 2, 3 LIMIT ?"
)
_SPANS = (
    "SELECT provider, account, first, last FROM spans WHERE last > :since AND first < :until"
    " UNION ALL"
    " SELECT provider, account, first, last FROM billed WHERE last > :since AND first < :until"
)
_BILLED = "SELECT 1 FROM billed WHERE last > ? AND first < ? LIMIT 1"
_COUNTED = "SELECT provider, account, first, last FROM spans WHERE last > ? AND first < ?"
_HELD = (
    "SELECT day, provider, account, region, kind, name, amount FROM held"
    " JOIN places ON places.id = held.place WHERE day >= ? AND day < ?"
)
_ENDS = (
    "SELECT min(first), max(last) FROM"
    " (SELECT first, last FROM spans UNION ALL SELECT first, last FROM billed)"
)
_SERIES = "SELECT * FROM series WHERE id IN (SELECT series FROM hours WHERE hour >= ? AND hour < ?)"
_ERRORS = (
    "SELECT id, body FROM errors"
    " WHERE id IN (SELECT errors FROM hours WHERE hour >= ? AND hour < ?) LIMIT ?"
)

Ask = Callable[..., sqlite3.Cursor]
Row = TypeVar("Row")


class TooManySums(Exception):
    """An answer would have too many sums, or take too many."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most:,} sums: ask for a longer step, or a shorter range")


class Part(NamedTuple):
    """What one series has in one step, of hours that err alike; series and errors by number."""

    start: int
    series: int
    errors: int
    joules: float
    operational_grams: float
    embodied_grams: float


class Found(NamedTuple):
    """Answer of the store: parts by step and series, what they refer to, and the time counted.

    errors: packed, as a year of them is many. facts: by number.
    """

    parts: Sequence[Part]
    series: Mapping[int, Series]
    errors: Mapping[int, bytes]
    facts: Sequence[str]
    spans: Sequence[Span]


class FoundHeld(NamedTuple):
    """Hardware by the day, and the time it was counted in. kept_from: before it none was."""

    kept_from: float
    rows: Sequence[HeldRow]
    spans: Sequence[Span]


class Reader:
    """Reads one connection. lock: who holds it has the connection for himself."""

    def __init__(self, database: sqlite3.Connection, lock: threading.Lock) -> None:
        self._database = database
        self._lock = lock

    def find(self, since: int, until: int, step: str) -> Found:
        """All that is known of the hours in [since, until), by step; "" is one.

        Raises TooManySums, sqlite3.Error or TimeoutError.
        """
        start = STEPS[step].start if step else str(since)
        hours = (since, until)
        with turn(self._lock), self._moment() as ask:
            rows = ask(_PARTS.format(start=start), (*hours, MOST_PARTS + 1))
            parts = _bounded(list(map(Part._make, rows)), MOST_PARTS)
            errors = _bounded(ask(_ERRORS, (*hours, MOST_ERRORS + 1)).fetchall(), MOST_ERRORS)
            series = ask(_SERIES, hours).fetchall()
            span = {"since": since, "until": until}
            spans = list(map(Span._make, ask(_SPANS, span)))
            facts = [name for (name,) in ask("SELECT name FROM facts ORDER BY id")]
        return Found(parts, _by_number(series), dict(errors), facts, spans)

    def ends(self) -> tuple[int, float] | None:
        """Start of the first hour that is kept and end of the last; None of an empty store."""
        with turn(self._lock), self._moment() as ask:
            first, last = ask(_ENDS).fetchone()
        return None if first is None else (hour_of(first), last)

    def has_counted(self) -> bool:
        """Whether anything was ever counted. Raises sqlite3.Error or TimeoutError."""
        with turn(self._lock), self._moment() as ask:
            return ask("SELECT 1 FROM spans LIMIT 1").fetchone() is not None

    def has_bill(self, since: int, until: int) -> bool:
        """Whether any hour of a range is by a bill. Raises sqlite3.Error or TimeoutError."""
        with turn(self._lock), self._moment() as ask:
            return ask(_BILLED, (since, until)).fetchone() is not None

    def held(self, since: int, until: int) -> FoundHeld:
        """Hardware that was counted on the days in [since, until), and when it was.

        Raises sqlite3.Error or TimeoutError.
        """
        days = (since, until)
        with turn(self._lock), self._moment() as ask:
            (kept_from,) = ask("SELECT at FROM held_since").fetchone()
            rows = list(map(HeldRow._make, ask(_HELD, days)))
            spans = list(map(Span._make, ask(_COUNTED, days)))
        return FoundHeld(kept_from, rows, spans)

    def close(self) -> None:
        """End what is being asked, and close the connection; what hangs ends with the process."""
        for _ in range(INTERRUPTIONS):
            self._database.interrupt()  # between two questions there is nothing that it ends
            if self._lock.acquire(timeout=1 / INTERRUPTIONS):
                self._database.close()
                self._lock.release()
                return

    @contextmanager
    def _moment(self) -> Iterator[Ask]:
        """Questions that are answered as of one moment, whatever is written meanwhile."""
        self._database.execute("BEGIN")
        try:
            yield self._database.execute
        finally:
            self._database.rollback()


@contextmanager
def turn(lock: threading.Lock) -> Iterator[None]:
    """One thread at a time. Raises TimeoutError where another one hangs, as on its disk."""
    if not lock.acquire(timeout=PATIENCE_SECONDS):
        raise TimeoutError("the history is busy")
    try:
        yield
    finally:
        lock.release()


def hour_of(moment: float) -> int:
    """Start of the hour a moment lies in."""
    return math.floor(moment / HOUR_SECONDS) * HOUR_SECONDS


def day_of(moment: float) -> int:
    """Start of the day a moment lies in, in UTC."""
    return math.floor(moment / DAY_SECONDS) * DAY_SECONDS


def _bounded(rows: list[Row], most: int) -> list[Row]:
    """The rows, of which one more than there may be was asked for. Raises TooManySums."""
    if len(rows) > most:
        raise TooManySums(most)
    return rows


def _by_number(rows: Sequence[tuple[int, str, str, str, str, str, Basis]]) -> dict[int, Series]:
    known: dict[int, Series] = {}
    for number, provider, account, region, kind, tags, basis in rows:
        pairs = tuple(map(tuple, json.loads(tags)))
        known[number] = Series(Group(provider, account, region, kind, pairs), basis)
    return known
