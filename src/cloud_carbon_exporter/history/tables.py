"""Tables of the history file, and the steps from each version of them to the next."""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x43434548
"""What marks a file of SQLite as ours: "CCEH"."""

# Amounts stand by themselves, so that SQLite adds them up; errors by reference, as many hours
# share them. Spans reach over hours: an account that was never left has one.
_FIRST = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, account TEXT NOT NULL,"
    " region TEXT NOT NULL, kind TEXT NOT NULL, tags TEXT NOT NULL, basis TEXT NOT NULL,"
    " UNIQUE (provider, account, region, kind, tags, basis))",
    "CREATE TABLE facts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE errors (id INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE)",
    "CREATE TABLE hours (hour INTEGER NOT NULL, series INTEGER NOT NULL, joules REAL NOT NULL,"
    " operational REAL NOT NULL, embodied REAL NOT NULL, errors INTEGER NOT NULL,"
    " PRIMARY KEY (hour, series)) WITHOUT ROWID",
    "CREATE TABLE spans (provider TEXT NOT NULL, account TEXT NOT NULL, first REAL NOT NULL,"
    " last REAL NOT NULL, PRIMARY KEY (provider, account, first)) WITHOUT ROWID",
)

# Hardware is kept by the day, as a bill is compared by whole days: an hour of each would take as
# much room as all the rest. What was counted before is not known, and so not compared.
_HELD = (
    "CREATE TABLE places (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, account TEXT NOT NULL,"
    " region TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (provider, account, region, kind))",
    "CREATE TABLE held (day INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL,"
    " amount REAL NOT NULL, PRIMARY KEY (day, place, name)) WITHOUT ROWID",
    "CREATE TABLE held_since (at REAL NOT NULL)",
    "INSERT INTO held_since SELECT coalesce(max(last), 0) FROM spans",
    "CREATE TABLE billed (provider TEXT NOT NULL, account TEXT NOT NULL, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, PRIMARY KEY (provider, account, first)) WITHOUT ROWID",
)

STEPS: tuple[tuple[str, ...], ...] = (_FIRST, _HELD)
"""Statements from each version to the next, the first from an empty file."""

VERSION = len(STEPS)
"""Version of the tables that this program writes; it stands in the file as `user_version`."""


class NewerTables(Exception):
    """Version of a file that a newer program wrote."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version}, and this program reads {VERSION} at most")


def migrate(database: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> None:
    """Bring the tables to the newest version, in one transaction.

    Raises NewerTables; sqlite3.DatabaseError for what is no history of ours.
    """
    (version,) = database.execute("PRAGMA user_version").fetchone()
    (mark,) = database.execute("PRAGMA application_id").fetchone()
    if mark == APPLICATION_ID and version > len(steps):
        raise NewerTables(version)
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and mark != APPLICATION_ID:
        raise sqlite3.DatabaseError("a database of another program")
    with database:
        database.execute("BEGIN IMMEDIATE")
        for step in steps[version:]:
            for statement in step:
                database.execute(statement)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {len(steps)}")
