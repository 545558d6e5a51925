"""Store: the history's rows in a database of SQLite. Asked and written to in any thread."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from cloud_carbon_exporter.history import billed, workload_days
from cloud_carbon_exporter.history.ratios import Ratios, packed, ratios_of, unpacked
from cloud_carbon_exporter.history.reader import Reader, day_of, hour_of, turn
from cloud_carbon_exporter.history.series import (
    AlikeHours,
    BilledHours,
    HeldRow,
    HourRow,
    Series,
    Span,
)
from cloud_carbon_exporter.history.tables import migrate
from cloud_carbon_exporter.model.clusters import WorkloadDay
from cloud_carbon_exporter.model.hours import (
    DAY_SECONDS,
    HOUR_SECONDS,
    Amounts,
    amounts_over_time,
)
from cloud_carbon_exporter.model.stretches import Stretch, joined
from cloud_carbon_exporter.model.types import Basis

_TOUCHING = (
    "FROM spans WHERE provider = :provider AND account = :account AND first <= :last"
    " AND last >= :first"
)
_PUT_HOUR = "INSERT OR REPLACE INTO hours VALUES (?, ?, ?, ?, ?, ?)"
_ADD_HOUR = (
    "INSERT INTO hours VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " joules = joules + excluded.joules, operational = operational + excluded.operational,"
    " embodied = embodied + excluded.embodied"
)
_FIND_HOUR = (
    "SELECT joules, operational, embodied, body FROM hours JOIN errors ON errors.id = hours.errors"
    " WHERE hour = ? AND series = ?"
)
_SERIES_OF = (
    "SELECT id FROM series WHERE provider = ? AND account = ? AND region = ? AND kind = ?"
    " AND tags = ? AND basis = ?"
)
_OF_DAY = (
    "SELECT series, basis, body, sum(joules), sum(operational), sum(embodied) FROM hours"
    " JOIN series ON series.id = series JOIN errors ON errors.id = errors"
    " WHERE hour >= ? AND hour < ? GROUP BY series, errors"
)
_SET_ERRORS = "UPDATE hours SET errors = ? WHERE hour >= ? AND hour < ? AND series = ?"
_PUT_PLACE = "INSERT OR IGNORE INTO places VALUES (NULL, ?, ?, ?, ?)"
_ADD_HELD = (
    "INSERT INTO held SELECT ?1, id, ?2, ?3 FROM places"
    " WHERE provider = ?4 AND account = ?5 AND region = ?6 AND kind = ?7"
    " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
)
_UNUSED = "DELETE FROM {table} WHERE id NOT IN (SELECT {column} FROM hours)"


class Store:
    """An open database, brought to the newest version. Raises what `migrate` does.

    reading: another connection to it, so that nobody who writes waits for who reads; a database in
        memory has none.
    """

    def __init__(
        self, database: sqlite3.Connection, reading: sqlite3.Connection | None = None
    ) -> None:
        migrate(database)
        self._database = database
        self._lock = threading.Lock()
        self._reading = Reader(reading, threading.Lock()) if reading else None
        self.reader = self._reading or Reader(database, self._lock)
        self._facts: list[str] = []
        self._read_facts()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is within, or nothing."""
        try:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                yield
        except BaseException:
            self._read_facts()  # new ones were not kept
            raise

    def add(
        self,
        rows: Iterable[HourRow],
        spans: Iterable[Span],
        held: Iterable[HeldRow] = (),
        days: Iterable[WorkloadDay] = (),
    ) -> None:
        """Add to what stands there: all of it or nothing. Raises sqlite3.Error."""
        with turn(self._lock), self._transaction():
            for span in spans:
                billed.make_way(self._database, span)
                self._cover(span)
            for row in rows:
                self._add(row)
            for each in held:
                self._hold(each)
            workload_days.add(self._database.execute, days)

    def bill(
        self, rows: Iterable[BilledHours], spans: Sequence[Span]
    ) -> Mapping[tuple[str, str], billed.KeptHours]:
        """Put in hours of a bill where nothing was counted; those of a bill before go.

        spans: what the bill is of, by account. All of it or nothing. Raises sqlite3.Error.
        """
        with turn(self._lock), self._transaction():
            free = {span[:2]: billed.replaced(self._database, span) for span in spans}
            for row in rows:
                self._bill(row, free.get(row.series.group[:2], ()))
        return {span[:2]: billed.kept_hours(span, free[span[:2]]) for span in spans}

    def fill(self, past: Iterable[AlikeHours]) -> None:
        """Write whole hours into a store in which nothing was counted. Raises sqlite3.Error."""
        # All of it is at hand before anybody who asks has to wait.
        known, accounts = tuple(past), defaultdict[tuple[str, str], set[int]](set)
        for alike in known:
            hours = [hour for hour, _, _ in alike.changes]
            accounts[alike.series.group[:2]].update(hours)
        with turn(self._lock), self._transaction():
            for account, hours_of_it in accounts.items():
                whole = [Stretch(hour, hour + HOUR_SECONDS) for hour in hours_of_it]
                for stretch in joined(whole):
                    billed.make_way(self._database, Span(*account, *stretch))
                    self._cover(Span(*account, *stretch))
            for alike in known:
                self._fill(alike)
            for row in _held_of(known):
                self._hold(row)

    def forget(self, before: float) -> None:
        """Drop the hours before a moment, and what nothing refers to. Raises sqlite3.Error."""
        with turn(self._lock), self._transaction():
            billed.forget_counted(self._database, before)
            self._database.execute("DELETE FROM held WHERE day < ?", (before - DAY_SECONDS,))
            # of an hour all of the amounts go, and so does all of its time
            kept_from = hour_of(math.nextafter(before, -math.inf)) + HOUR_SECONDS
            self._database.execute("DELETE FROM spans WHERE last <= ?", (kept_from,))
            cut = (kept_from, kept_from)
            self._database.execute("UPDATE spans SET first = ? WHERE first < ?", cut)
            for table, column in (("errors", "errors"), ("series", "series")):
                self._database.execute(_UNUSED.format(table=table, column=column))
            self._database.execute(workload_days.FORGET, (before - DAY_SECONDS,))
            self._database.execute(workload_days.UNUSED)

    def settle(self, days: Iterable[int]) -> None:
        """Let all hours of each of these days err alike: by what they err over the whole of it.

        days: their starts. A year of hours takes a quarter of the room so, and is read in a tenth
        of the time; sums over whole days stay as they are. Raises sqlite3.Error.
        """
        with turn(self._lock):
            for day in days:
                with self._transaction():
                    self._settle(day, day + DAY_SECONDS)

    def close(self) -> None:
        """Close the database: what was added is on the disk."""
        with turn(self._lock):
            self._database.close()
        if self._reading is not None:
            self._reading.close()

    def _add(self, row: HourRow) -> None:
        series, amounts = self._number_of_series(row.series), row.amounts
        place = (row.hour, series)
        known = self._database.execute(_FIND_HOUR, place).fetchone()
        if known is not None:
            before = amounts_with(unpacked(known[3], self._facts), known[:3], row.series.basis)
            amounts = amounts_over_time((before, amounts))
        values = (
            amounts.energy_joules.value,
            amounts.operational_grams.value,
            amounts.embodied_grams.value,
        )
        body = packed(ratios_of(amounts), self._number_of_fact)
        self._database.execute(_PUT_HOUR, (*place, *values, self._number_of_errors(body)))

    def _fill(self, alike: AlikeHours) -> None:
        series, amounts = self._number_of_series(alike.series), alike.amounts
        errors = self._number_of_errors(packed(ratios_of(amounts), self._number_of_fact))
        joules, operational = amounts.energy_joules.value, amounts.operational_grams.value
        embodied = amounts.embodied_grams.value
        for hour, drawn, there in alike.changes:
            values = (joules * drawn, operational * drawn, embodied * there)
            self._database.execute(_PUT_HOUR, (hour, series, *values, errors))

    def _bill(self, of: BilledHours, free: Sequence[Stretch]) -> None:
        """Hours of a bill that lie in free time: whole hours, in order."""
        series = self._number_of_series(of.series)
        errors = self._number_of_errors(packed(ratios_of(of.amounts), self._number_of_fact))
        firsts = [stretch.first for stretch in free]
        for hour, *values in of.hours:
            index = bisect_right(firsts, hour) - 1
            if index >= 0 and hour < free[index].last:
                # Two regions of a bill may be one of ours: a zone apart from it, and itself.
                self._database.execute(_ADD_HOUR, (hour, series, *values, errors))

    def _hold(self, row: HeldRow) -> None:
        place = (row.provider, row.account_id, row.region, row.kind)
        self._database.execute(_PUT_PLACE, place)
        self._database.execute(_ADD_HELD, (row.day, row.name, row.amount, *place))

    def _cover(self, span: Span) -> None:
        """Add a span to those of its account; those that touch become one."""
        named = dict(zip(("provider", "account", "first", "last"), span, strict=True))
        found = self._database.execute(f"SELECT first, last {_TOUCHING}", named)
        together = joined([Stretch(span.first, span.last), *map(Stretch._make, found)])
        self._database.execute(f"DELETE {_TOUCHING}", named)
        for stretch in together:
            values = (span.provider, span.account_id, *stretch)
            self._database.execute("INSERT INTO spans VALUES (?, ?, ?, ?)", values)

    def _settle(self, start: int, end: int) -> None:
        of_series: defaultdict[tuple[int, Basis], list[Amounts]] = defaultdict(list)
        for series, basis, body, *values in self._database.execute(_OF_DAY, (start, end)):
            ratios = unpacked(body, self._facts)
            of_series[series, basis].append(amounts_with(ratios, values, basis))
        for (series, _), parts in of_series.items():
            if len(parts) > 1:
                ratios = ratios_of(amounts_over_time(parts))
                errors = self._number_of_errors(packed(ratios, self._number_of_fact))
                self._database.execute(_SET_ERRORS, (errors, start, end, series))

    def _number_of_series(self, series: Series) -> int:
        group = series.group
        labels = (*group[:4], json.dumps(group.tags), series.basis)
        self._database.execute(
            "INSERT OR IGNORE INTO series VALUES (NULL, ?, ?, ?, ?, ?, ?)", labels
        )
        return int(self._database.execute(_SERIES_OF, labels).fetchone()[0])

    def _number_of_errors(self, body: bytes) -> int:
        self._database.execute("INSERT OR IGNORE INTO errors VALUES (NULL, ?)", (body,))
        found = self._database.execute("SELECT id FROM errors WHERE body = ?", (body,))
        return int(found.fetchone()[0])

    def _number_of_fact(self, name: str) -> int:
        if name not in self._numbers:
            number = len(self._facts)
            self._database.execute("INSERT INTO facts VALUES (?, ?)", (number, name))
            self._facts.append(name)
            self._numbers[name] = number
        return self._numbers[name]

    def _read_facts(self) -> None:
        found = self._database.execute("SELECT name FROM facts ORDER BY id")
        self._facts = [name for (name,) in found]
        self._numbers = {name: number for number, name in enumerate(self._facts)}


def _held_of(past: Iterable[AlikeHours]) -> Iterator[HeldRow]:
    """Hardware of a past by the day: a row for many hours of many series."""
    sums: defaultdict[HeldRow, float] = defaultdict(float)
    for alike in past:
        at, days = alike.series.group, Counter(day_of(hour) for hour, _, _ in alike.changes)
        for day, hours in days.items():
            for name, amount in alike.held:
                sums[HeldRow(day, *at[:4], name, 0.0)] += amount * hours
    for row, amount in sums.items():
        yield row._replace(amount=amount)


def amounts_with(ratios: Ratios, values: Sequence[float], basis: Basis) -> Amounts:
    """Amounts of these values (joules, operational and embodied grams) that err by the ratios."""
    joules, operational, embodied = values
    return Amounts(
        ratios.energy.of(joules, basis),
        ratios.operational.of(operational, basis),
        ratios.embodied.of(embodied, basis),
    )
