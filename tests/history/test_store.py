"""Store of the history: what it survives, what it refuses, and who may read it."""

from __future__ import annotations

import math
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.file import HistoryFile, in_memory, opened
from cloud_carbon_exporter.history.query import Query, summed
from cloud_carbon_exporter.history.series import LABELS, Span
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.tables import STEPS, VERSION, migrate
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Row
from tests.history.estates import ROWS, START, asked, counted


def write(store: Store, hour: int = START) -> None:
    shares = Shares()
    shares.look_at(ROWS)
    store.add([row for part in counted(hour) for row in shares.rows(part)], ())


def joules(store: Store, hours: int = 1) -> float:
    return sum(row.amounts.energy_joules.value for row in asked(store, hours))


EXPECTED = sum(part.joules for part in counted(START))


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "history"
    for number in (1, 2):
        file = HistoryFile(path)
        write(file.store)
        assert joules(file.store) == pytest.approx(number * EXPECTED)
        file.store.close()
        file.close()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.touch(0o644)
    file = HistoryFile(path)
    write(file.store)
    names = sorted(entry.name for entry in tmp_path.iterdir())
    assert names == [".history.lock", "history", "history-shm", "history-wal"]
    for entry in tmp_path.iterdir():
        assert stat.S_IMODE(entry.stat().st_mode) == 0o600, entry
    file.close()


def test_two_exporters_do_not_keep_one_history(tmp_path: Path) -> None:
    first = HistoryFile(tmp_path / "history")
    with pytest.raises(ConfigError, match="another exporter"):
        opened(str(tmp_path / "history"))
    first.store.close()
    first.close()
    again = HistoryFile(tmp_path / "history")
    again.close()


def test_a_newer_version_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history"
    file = HistoryFile(path)
    file.store.close()
    file.close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=f"version {VERSION + 1}"):
        opened(str(path))
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.corrupt*"))


def test_an_older_version_is_brought_to_the_newest() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    migrate(database)
    database.execute("INSERT INTO spans VALUES ('aws', '1', 3600, 7200)")
    migrate(database, (*STEPS, ("ALTER TABLE spans ADD COLUMN more INTEGER DEFAULT 7",)))
    assert database.execute("SELECT * FROM spans").fetchall() == [("aws", "1", 3600.0, 7200.0, 7)]
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)


def test_a_step_that_fails_leaves_the_version_before() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    migrate(database)
    broken = ("ALTER TABLE spans ADD COLUMN more INTEGER", "no statement")
    with pytest.raises(sqlite3.OperationalError):
        migrate(database, (*STEPS, broken))
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    database.execute("INSERT INTO spans VALUES ('aws', '1', 3600, 7200)")


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 9000]
)
def test_a_corrupt_file_is_set_aside_and_named(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "history"
    path.write_bytes(content)
    file = opened(str(path))
    assert file is not None
    write(file.store)
    assert (tmp_path / "history.corrupt").read_bytes() == content
    assert "history.corrupt" in caplog.text
    file.close()


def test_the_database_of_another_program_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "history"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (a)")
    database.close()
    file = opened(str(path))
    assert file is not None
    file.close()
    assert (tmp_path / "history.corrupt").exists()


def test_a_file_that_cannot_be_is_said_and_never_fatal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (str(tmp_path), str(tmp_path / "none" / "history"), "a\0b"):
        caplog.clear()
        assert opened(name) is None
        assert "a day is kept in memory" in caplog.text


KILLED = """
import sys
from pathlib import Path
from cloud_carbon_exporter.history.file import HistoryFile
from tests.history.test_store import write
file = HistoryFile(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    write(file.store)
"""


@pytest.mark.slow
def test_a_kill_at_any_time_leaves_whole_transactions(tmp_path: Path) -> None:
    path = tmp_path / "history"
    for wait in (0.0, 0.011, 0.037, 0.08):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(wait)
            process.kill()
        file = HistoryFile(path)
        times = joules(file.store) / EXPECTED
        assert times == pytest.approx(round(times))
        file.store.close()
        file.close()
    assert not list(tmp_path.glob("*.corrupt*"))


def test_what_is_too_old_goes_with_all_it_refers_to() -> None:
    store = in_memory()
    for hour in range(3):
        write(store, START + hour * HOUR_SECONDS)
    store.forget(START + 2 * HOUR_SECONDS)
    assert joules(store, 3) == pytest.approx(EXPECTED)
    store.forget(START + 3 * HOUR_SECONDS)
    query = Query(START, START + HOUR_SECONDS, {})
    found = store.reader.find(query.since, query.until, "")
    assert (list(summed(found, query)), found.series, found.errors) == ([], {}, {})


def test_a_transaction_that_fails_leaves_nothing_and_harms_nothing() -> None:
    store, shares = in_memory(), Shares()
    shares.look_at(ROWS)
    rows = [row for part in counted(START) for row in shares.rows(part)]
    with pytest.raises(sqlite3.Error):
        store.add(rows, [Span("aws", "1", math.nan, START)])  # NaN is NULL to SQLite
    assert joules(store) == 0
    store.add(rows, ())
    assert joules(store) == pytest.approx(EXPECTED)


def less_certain(row: Row, hour: int) -> Row:
    """The row, which may draw more with every hour."""
    power = row.footprint.power_watts
    wider = replace(power, upper=power.upper + power.value * hour)
    return replace(row, footprint=replace(row.footprint, power_watts=wider))


def test_a_settled_day_has_the_sums_it_had_and_errs_alike() -> None:
    day = START // DAY_SECONDS * DAY_SECONDS
    store, query = in_memory(), Query(day, day + DAY_SECONDS, {"kind": LABELS["kind"]})
    for hour in range(24):
        shares = Shares()
        shares.look_at([less_certain(row, hour) for row in ROWS])
        for part in counted(day + hour * HOUR_SECONDS):
            store.add(shares.rows(part), ())
    before = list(summed(store.reader.find(query.since, query.until, ""), query))
    found = store.reader.find(query.since, query.until, "")
    store.settle([day])
    settled = store.reader.find(query.since, query.until, "")
    assert len(settled.parts) < len(found.parts)
    assert len(settled.parts) == len({part.series for part in settled.parts})
    for one, other in zip(before, summed(settled, query), strict=True):
        assert one.labels == other.labels
        for name in ("energy_joules", "operational_grams", "embodied_grams"):
            first, second = (getattr(row.amounts, name).estimate for row in (one, other))
            assert first.value == pytest.approx(second.value)
            assert first.lower == pytest.approx(second.lower, rel=1e-3)
            assert first.upper == pytest.approx(second.upper, rel=1e-3)
