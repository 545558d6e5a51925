"""Reading of a history file beside the process that writes it, and of what is long."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history import reader
from cloud_carbon_exporter.history.file import HistoryFile, in_memory
from cloud_carbon_exporter.history.query import Query
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.reading import asking, reading
from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from tests.history.estates import START, asked
from tests.history.test_sums import assert_same, recorded

BY_KIND = {"kind": LABELS["kind"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "carbon of 50%?.sqlite"


def test_it_is_read_while_another_process_holds_it(path: Path) -> None:
    writing = HistoryFile(path)
    recorded(writing.store, 3)
    query = Query(START, START + 3 * HOUR_SECONDS, {})
    with reading(path) as read:
        assert list(asking(read)(query)) == asked(writing.store, 3)
        assert read.ends() == (START, START + 3 * HOUR_SECONDS)
        recorded(writing.store, 4)  # it goes on, and waits for nobody
        assert read.ends() == (START, START + 4 * HOUR_SECONDS)
    writing.store.close()
    writing.close()


def test_it_is_left_as_it_is(path: Path) -> None:
    writing = HistoryFile(path)
    recorded(writing.store, 1)
    writing.store.close()
    writing.close()
    before = path.read_bytes()
    with reading(path) as read, pytest.raises(sqlite3.OperationalError, match="readonly"):
        read._database.execute("DELETE FROM hours")
    assert path.read_bytes() == before


def test_no_file_is_made_of_a_name_that_was_misspelt(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"), reading(path):
        pass
    assert not path.exists()


def test_what_is_no_history_is_told(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough" * 40)
    with pytest.raises(ConfigError, match="cannot be read"), reading(path):
        pass


def test_an_empty_file_has_no_hours(path: Path) -> None:
    path.touch()  # SQLite takes it for an empty database: one of version 0, brought up in memory
    with reading(path) as read:
        assert read.ends() is None
    assert path.read_bytes() == b""


def test_a_newer_version_asks_for_the_newer_program(path: Path) -> None:
    writing = HistoryFile(path)
    writing.store.close()
    writing.close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ConfigError, match="version 99"), reading(path):
        pass


@pytest.mark.parametrize("step", ["", "hour", "day"])
def test_a_range_that_is_too_much_at_once_is_read_in_parts(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_memory()
    recorded(store, 60)
    query = Query(START, START + 60 * HOUR_SECONDS, BY_KIND, step)
    whole = asking(store.reader)(query)
    monkeypatch.setattr(reader, "MOST_ERRORS", 1_000)
    monkeypatch.setattr(reader, "MOST_PARTS", 60)
    with pytest.raises(TooManySums):
        store.reader.find(query.since, query.until, "hour")
    parts = asking(store.reader)(query)
    assert [(row.start, row.end, row.labels) for row in parts] == [
        (row.start, row.end, row.labels) for row in whole
    ]
    for part, row in zip(parts, whole, strict=True):
        assert part.seconds == pytest.approx(row.seconds)
        assert_same(part.amounts.energy_joules, row.amounts.energy_joules)
        assert_same(part.amounts.operational_grams, row.amounts.operational_grams)


def test_an_hour_that_is_too_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    store = in_memory()
    recorded(store, 2)
    monkeypatch.setattr(reader, "MOST_PARTS", 1)
    with pytest.raises(TooManySums):
        asking(store.reader)(Query(START, START + 2 * HOUR_SECONDS, {}))
