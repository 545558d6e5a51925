"""Reading of a history file beside the process that writes it, and of ranges of any length."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.query import Query, Summed, summed
from cloud_carbon_exporter.history.reader import Reader, TooManySums
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.tables import APPLICATION_ID, VERSION, NewerTables
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS, amounts_over_time


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Reader of a file that another process may be writing to; nothing in it is changed.

    A file of an older version is copied, and brought up in memory. Raises ConfigError for what is
    no history that can be read.
    """
    where = f"-history.file: {path}"
    if not path.is_file():
        raise ConfigError(f"{where}: there is no such file; serve writes it")
    file: sqlite3.Connection | None = None
    try:
        # By name, as sqlite.org/uri.html has it: a `?` or `%` in it is no part of the URI then.
        uri = f"{path.absolute().as_uri()}?mode=ro"
        file = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        yield _reader(file)
    except NewerTables as newer:
        raise ConfigError(f"{where} is of {newer}: take the newer program") from None
    except sqlite3.DatabaseError as error:
        raise ConfigError(f"{where} cannot be read: {error}") from None
    finally:
        if file is not None:
            file.close()


def _reader(file: sqlite3.Connection) -> Reader:
    (version,) = file.execute("PRAGMA user_version").fetchone()
    (mark,) = file.execute("PRAGMA application_id").fetchone()
    if (mark, version) == (APPLICATION_ID, VERSION):
        return Reader(file, threading.Lock())
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    file.backup(copy)  # one state of it, whatever is written meanwhile (sqlite.org/backup.html)
    return Store(copy).reader


def asking(reader: Reader) -> Callable[[Query], Sequence[Summed]]:
    """What answers queries, a part of the range at a time where the whole is too much at once.

    For steps of an hour, a day or the whole range. The answer raises as `Reader.find` does.
    """

    def ask(query: Query) -> Sequence[Summed]:
        try:
            return list(summed(reader.find(query.since, query.until, query.step), query))
        except TooManySums:
            middle = _middle(query)
            if middle is None:
                raise
        first = ask(replace(query, until=middle))
        second = ask(replace(query, since=middle))
        return [*first, *second] if query.step else _added(query, first, second)

    return ask


def _middle(query: Query) -> int | None:
    """Where a range is cut in two, between two days or two hours; None where it cannot be."""
    for unit in (DAY_SECONDS, HOUR_SECONDS):
        middle = (query.since + query.until) // 2 // unit * unit
        if query.since < middle < query.until and (query.step != "day" or unit == DAY_SECONDS):
            return middle
    return None


def _added(query: Query, *parts: Sequence[Summed]) -> Sequence[Summed]:
    """Sums of the same groups over times that follow one another."""
    groups: dict[tuple[str, ...], list[Summed]] = {}
    for part in parts:
        for row in part:
            groups.setdefault(row.labels, []).append(row)
    added: list[Summed] = []
    for labels, rows in sorted(groups.items()):
        seconds = sum(row.seconds for row in rows)
        amounts = amounts_over_time([row.amounts for row in rows])
        added.append(Summed(query.since, query.until, labels, seconds, amounts))
    return added
