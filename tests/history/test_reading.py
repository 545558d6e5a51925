"""Reading of a history file beside the process that writes it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.history.reading import read_copy
from tests.history.estates import START, asked
from tests.history.test_sums import recorded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "carbon of 50%.sqlite"


def test_it_is_read_while_another_process_holds_it(path: Path) -> None:
    writing = HistoryFile(path)
    recorded(writing.store, 3)
    copy = read_copy(path)
    assert asked(copy, 3) == asked(writing.store, 3)
    assert copy.ends() == (START, START + 3 * 3600)
    recorded(writing.store, 1)  # which goes on, and is not read
    assert asked(copy, 1) != asked(writing.store, 1)
    writing.store.close()
    writing.close()


def test_it_is_left_as_it_is(path: Path) -> None:
    writing = HistoryFile(path)
    recorded(writing.store, 1)
    writing.store.close()
    writing.close()
    path.chmod(0o400)
    before = path.read_bytes()
    read_copy(path).close()
    assert path.read_bytes() == before


def test_no_file_is_made_of_a_name_that_was_misspelt(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        read_copy(path)
    assert not path.exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough" * 40])
def test_what_is_no_history_is_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    if not content:  # SQLite takes an empty file for an empty database
        assert read_copy(path).ends() is None
        return
    with pytest.raises(ConfigError, match="cannot be read"):
        read_copy(path)


def test_a_newer_version_asks_for_the_newer_program(path: Path) -> None:
    writing = HistoryFile(path)
    writing.store.close()
    writing.close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ConfigError, match="version 99"):
        read_copy(path)
