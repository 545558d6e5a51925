"""Reader: who asks holds nobody up, takes no more than there may be, and reads what it needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cloud_carbon_exporter.history import query, reader
from cloud_carbon_exporter.history.file import HistoryFile
from cloud_carbon_exporter.history.ratios import Ratios, unpacked
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.history.series import LABELS, HourRow
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, Amounts
from cloud_carbon_exporter.model.sums import Sum
from tests.history.estates import ROWS, START, asked, counted
from tests.patience import PATIENCE_SECONDS

EXPECTED = sum(part.joules for part in counted(START))
END = START + 100 * HOUR_SECONDS
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store in a file, of one hour."""
    file = HistoryFile(tmp_path / "history")
    add(file.store, START)
    yield file.store
    file.store.close()
    file.close()


def rows_of(hour: int) -> list[HourRow]:
    shares = Shares()
    shares.look_at(ROWS)
    return [row for part in counted(hour) for row in shares.rows(part)]


def add(store: Store, hour: int) -> None:
    store.add(rows_of(hour), ())


def joules(store: Store) -> float:
    return sum(row.amounts.energy_joules.value for row in asked(store, 100))


def test_who_reads_does_not_wait_for_who_writes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PATIENCE_SECONDS", 0.5)
    writing, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[HourRow]:
        first, *others = rows_of(START + HOUR_SECONDS)
        yield first
        writing.set()
        assert go_on.wait(PATIENCE_SECONDS)
        yield from others

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(store.add, slowly(), ())
        assert writing.wait(PATIENCE_SECONDS)
        try:
            assert joules(store) == pytest.approx(EXPECTED)
            assert store.reader.ends() is None
        finally:
            go_on.set()
        written.result(PATIENCE_SECONDS)
    assert joules(store) == pytest.approx(2 * EXPECTED)


def test_who_writes_does_not_wait_for_who_reads(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PATIENCE_SECONDS", 0.5)
    with reader.turn(store.reader._lock), store.reader._moment() as ask:
        assert ask("SELECT count(*) > 0 FROM hours").fetchone() == (1,)
        add(store, START + HOUR_SECONDS)
        assert ask("SELECT count(DISTINCT hour) FROM hours").fetchone() == (1,)
    assert joules(store) == pytest.approx(2 * EXPECTED)


def test_who_asks_for_too_much_is_refused_before_it_is_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, START + HOUR_SECONDS)
    parts = len(store.reader.find(START, END, "hour").parts)
    said: list[str] = []
    store.reader._database.set_trace_callback(said.append)
    monkeypatch.setattr(reader, "MOST_PARTS", parts)
    assert len(store.reader.find(START, END, "hour").parts) == parts
    assert sum("FROM errors" in statement for statement in said) == 1
    said.clear()
    monkeypatch.setattr(reader, "MOST_PARTS", parts - 1)
    with pytest.raises(TooManySums, match="longer step, or a shorter range"):
        store.reader.find(START, END, "hour")
    assert not any("FROM errors" in statement for statement in said)
    assert any(f"LIMIT {parts}" in statement for statement in said)
    assert len(store.reader.find(START, START + HOUR_SECONDS, "hour").parts) < parts


def test_errors_are_bounded_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = len(store.reader.find(START, END, "").errors)
    monkeypatch.setattr(reader, "MOST_ERRORS", errors - 1)
    with pytest.raises(TooManySums):
        store.reader.find(START, END, "")


def test_errors_of_other_hours_are_not_read_and_none_is_unpacked_in_the_turn(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    certain = Amounts(Sum(1.0))
    store.add(
        [row._replace(hour=START + HOUR_SECONDS, amounts=certain) for row in rows_of(START)], ()
    )
    bodies: list[bytes] = []

    def noted(body: bytes, facts: list[str]) -> Ratios:
        assert not store.reader._lock.locked() and not store._lock.locked()
        bodies.append(body)
        return unpacked(body, facts)

    monkeypatch.setattr(query, "unpacked", noted)
    found = store.reader.find(START, START + HOUR_SECONDS, "hour")
    (everything,) = store._database.execute("SELECT count(*) FROM errors").fetchone()
    used = {part.errors for part in found.parts}
    assert found.errors.keys() == used and len(used) == everything - 1
    assert {part.series for part in found.parts} == found.series.keys()
    asked(store, 1)
    assert sorted(bodies) == sorted(found.errors.values())


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_sum_of_many_parts_is_the_same_however_few_are_unpacked_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    for hour in range(1, 5):
        add(store, START + hour * HOUR_SECONDS)
    whole = asked(store, 5, {"kind": LABELS["kind"]})
    monkeypatch.setattr(query, "AT_ONCE", at_once)
    for row, other in zip(asked(store, 5, {"kind": LABELS["kind"]}), whole, strict=True):
        for one, same in (
            (row.amounts.energy_joules.estimate, other.amounts.energy_joules.estimate),
            (row.amounts.emissions_grams.estimate, other.amounts.emissions_grams.estimate),
        ):
            assert (one.lower, one.value, one.upper) == pytest.approx(
                (same.lower, same.value, same.upper)
            )


def test_a_store_that_is_closed_does_not_wait_for_who_asks(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history")
    asking = threading.Event()

    def ask_for_ever() -> None:
        with reader.turn(file.store.reader._lock), file.store.reader._moment() as ask:
            asking.set()
            ask(ENDLESS).fetchall()

    with ThreadPoolExecutor(1) as pool:
        asked_for = pool.submit(ask_for_ever)
        assert asking.wait(PATIENCE_SECONDS)
        began = time.monotonic()
        file.store.close()
        assert time.monotonic() - began < PATIENCE_SECONDS
        assert "interrupted" in str(asked_for.exception(PATIENCE_SECONDS))
    file.close()
