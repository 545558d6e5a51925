"""Hours that stand in the history by a bill, for time in which nothing was counted.

An hour of an account is of one of both: counted where the exporter was there for any part of it,
else of the bill that was put in last. Of bills the table `billed` has the whole hours.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.history.series import Span
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.stretches import Stretch, joined

_OF_ACCOUNT = "FROM {table} WHERE provider = ? AND account = ?"
_DELETE = (
    "DELETE FROM hours WHERE hour >= ? AND hour < ?"
    " AND series IN (SELECT id FROM series WHERE provider = ? AND account = ?)"
)


class KeptHours(NamedTuple):
    """Hours of a bill's time: how many are by the bill, and how many were counted."""

    billed: int
    counted: int


def kept_hours(of_bill: Span, free: Iterable[Stretch]) -> KeptHours:
    """Hours that a bill fills of its time, and the rest."""
    whole = _whole_hours(of_bill)
    filled = sum(stretch.last - stretch.first for stretch in free)
    seconds = whole.last - whole.first
    return KeptHours(round(filled / HOUR_SECONDS), round((seconds - filled) / HOUR_SECONDS))


def make_way(database: sqlite3.Connection, counted: Span) -> None:
    """Drop what a bill has of the hours that a counted span touches."""
    known = _stretches(database, "billed", counted)
    if not known:
        return
    touched = _whole_hours(counted)
    for stretch in known:
        both = Stretch(max(stretch.first, touched.first), min(stretch.last, touched.last))
        if both.first < both.last:
            database.execute(_DELETE, (*both, *counted[:2]))
    _set(database, counted, _without(known, [touched]))


def replaced(database: sqlite3.Connection, of_bill: Span) -> Sequence[Stretch]:
    """Hours of a bill's span in which nothing was counted, emptied of what a bill had there."""
    counted = [
        _whole_hours(Span(*of_bill[:2], *stretch))
        for stretch in _stretches(database, "spans", of_bill)
    ]
    free = tuple(_without([_whole_hours(of_bill)], joined(counted)))
    for stretch in free:
        database.execute(_DELETE, (*stretch, *of_bill[:2]))
    _set(database, of_bill, joined([*_stretches(database, "billed", of_bill), *free]))
    return free


def forget_counted(database: sqlite3.Connection, before: float) -> None:
    """Drop hours before a moment; those of bills stay, as years are what they are there for."""
    accounts = database.execute("SELECT DISTINCT provider, account FROM billed").fetchall()
    drop = "DELETE FROM hours WHERE hour < ?"
    if not accounts:
        database.execute(drop, (before,))
        return
    kept = " AND series NOT IN (SELECT series.id FROM series JOIN billed USING (provider, account))"
    database.execute(drop + kept, (before,))
    for provider, account in accounts:
        of_account = Span(provider, account, 0, 0)
        spans = [
            _whole_hours(Span(provider, account, *stretch))
            for stretch in _stretches(database, "spans", of_account)
        ]
        for first, last in joined(spans):
            database.execute(_DELETE, (first, min(last, before), provider, account))


def _stretches(database: sqlite3.Connection, table: str, of: Span) -> Sequence[Stretch]:
    found = database.execute(f"SELECT first, last {_OF_ACCOUNT.format(table=table)}", of[:2])
    return tuple(map(Stretch._make, found))


def _set(database: sqlite3.Connection, of: Span, stretches: Iterable[Stretch]) -> None:
    database.execute(f"DELETE {_OF_ACCOUNT.format(table='billed')}", of[:2])
    for stretch in stretches:
        database.execute("INSERT INTO billed VALUES (?, ?, ?, ?)", (*of[:2], *stretch))


def _whole_hours(span: Span) -> Stretch:
    """The hours that a span touches."""
    first = math.floor(span.first / HOUR_SECONDS) * HOUR_SECONDS
    return Stretch(first, math.ceil(span.last / HOUR_SECONDS) * HOUR_SECONDS)


def _without(stretches: Iterable[Stretch], taken: Sequence[Stretch]) -> Iterator[Stretch]:
    """What is left of stretches beside those that are taken. taken: in order, disjoint."""
    for first, last in stretches:
        start = first
        for other in taken:
            if other.last <= start or other.first >= last:
                continue
            if start < other.first:
                yield Stretch(start, other.first)
            start = max(start, other.last)
        if start < last:
            yield Stretch(start, last)
