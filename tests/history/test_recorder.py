"""Recorder: what it takes down, and that no store that fails is felt by what is shown."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from cloud_carbon_exporter.history import recorder, shares, waiting
from cloud_carbon_exporter.history.file import HistoryFile, in_memory
from cloud_carbon_exporter.history.query import Query
from cloud_carbon_exporter.history.recorder import Recorder
from cloud_carbon_exporter.history.series import (
    AlikeHours,
    HeldRow,
    HourRow,
    Series,
    Span,
    tag_value,
)
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS, Amounts, Group
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import Sum
from tests.history.estates import START, counted, snapshot

EXPECTED = sum(part.joules for part in counted(START))
ALL = Query(START, START + 100 * HOUR_SECONDS, {})


class FailingStore(Store):
    """A store whose disk is full until it is not."""

    full = True
    filled = 0
    hangs: threading.Event | None = None

    def add(
        self, rows: Iterable[HourRow], spans: Iterable[Span], held: Iterable[HeldRow] = ()
    ) -> None:
        if self.hangs is not None:
            self.hangs.wait(30)
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        super().add(rows, spans, held)

    def fill(self, past: Iterable[AlikeHours]) -> None:
        self.filled += 1
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        super().fill(past)


def failing() -> FailingStore:
    return FailingStore(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


@contextmanager
def recording(store: Store, kept_seconds: float = DAY_SECONDS) -> Iterator[Recorder]:
    at_work = Recorder(store, kept_seconds)
    try:
        yield at_work
    finally:
        at_work.close(5)


def joules(of: Recorder, query: Query = ALL) -> float:
    return sum(row.amounts.energy_joules.value for row in of.find(query))


def once(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_what_was_counted_is_found() -> None:
    with recording(in_memory()) as at_work:
        at_work.record(snapshot(START))
        at_work.record(snapshot(START + HOUR_SECONDS))
        once(lambda: joules(at_work) == pytest.approx(2 * EXPECTED))


def test_what_the_counters_have_not_saved_is_not_written() -> None:
    """A killed exporter counts it again, and it would stand there twice."""
    with recording(in_memory()) as at_work:
        at_work.record(snapshot(START), kept=False)
        time.sleep(0.05)
        assert joules(at_work) == 0
        at_work.record(snapshot(START + HOUR_SECONDS))
        once(lambda: joules(at_work) == pytest.approx(2 * EXPECTED))


def test_what_the_counters_could_not_save_at_the_end_is_not_written(tmp_path: Path) -> None:
    file = HistoryFile(tmp_path / "history")
    at_work = Recorder(file.store, DAY_SECONDS)
    at_work.record(snapshot(START))
    at_work.record(snapshot(START + HOUR_SECONDS), kept=False)
    at_work.close(5, kept=False)
    file.close()
    again = HistoryFile(tmp_path / "history")
    with recording(again.store) as at_work:
        assert joules(at_work) == pytest.approx(EXPECTED)
    again.close()


def test_a_full_disk_loses_nothing_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = failing()
    with recording(store) as at_work:
        for hour in range(3):
            at_work.record(snapshot(START + hour * HOUR_SECONDS))
            once(lambda: not at_work._kept)
        once(lambda: "disk is full" in caplog.text)
        store.full = False
        at_work.record(snapshot(START + 3 * HOUR_SECONDS))
        once(lambda: joules(at_work) == pytest.approx(4 * EXPECTED))
    assert caplog.text.count("disk is full") == 1
    assert "is written again" in caplog.text


def test_a_disk_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorder, "MOST_COUNTED", 50)
    store = failing()
    store.full, store.hangs = False, threading.Event()
    at_work = Recorder(store, DAY_SECONDS)
    began = time.monotonic()
    for hour in range(60):
        at_work.record(snapshot(START + hour * HOUR_SECONDS))
    at_work.close(0.05)
    assert time.monotonic() - began < 5
    assert len(at_work._counted) <= 50
    assert "has lost" in caplog.text
    store.hangs.set()


def test_what_waits_is_bounded(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting, "MOST_ROWS", 10)
    store = failing()
    with recording(store) as at_work:
        for hour in range(20):
            at_work.record(snapshot(START + hour * HOUR_SECONDS))
        once(lambda: "has lost" in caplog.text)
    # its thread has ended: amid a Snapshot there may be more
    assert len(list(at_work._waiting.rows())) <= 10


def test_tags_of_every_resource_its_own_are_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shares, "MOST_GROUPS", 1)
    by_team = Query(ALL.since, ALL.until, {"tag_team": tag_value("team")})
    with recording(in_memory()) as at_work:
        at_work.record(snapshot(START))
        once(lambda: joules(at_work) == pytest.approx(EXPECTED))
        assert [row.labels for row in at_work.find(by_team)] == [("",)]
    assert "without tags" in caplog.text


def an_hour_before(snapshot: Snapshot) -> Iterator[AlikeHours]:
    """A joule an hour, of the hour before the Snapshot's."""
    hour = int(snapshot.taken_at // HOUR_SECONDS) * HOUR_SECONDS - HOUR_SECONDS
    series = Series(Group("aws", "1", "eu-west-3", "ec2/instance"), "assumed")
    yield AlikeHours(series, Amounts(Sum(1.0)), [(hour, 1.0, 1.0)])


def has_filled(store: FailingStore, times: int) -> bool:
    return store.filled == times


def test_a_past_that_could_not_be_written_is_written_later() -> None:
    """It lies before what was counted since, which waits."""
    store = failing()
    at_work = Recorder(store, DAY_SECONDS, an_hour_before)
    for hour in range(3):
        at_work.record(snapshot(START + hour * HOUR_SECONDS, seconds=1800))
        once(partial(has_filled, store, hour + 1))
    store.full = False
    at_work.record(snapshot(START + 3 * HOUR_SECONDS, seconds=1800))
    before = Query(START - HOUR_SECONDS, START, {})
    once(lambda: joules(at_work) == pytest.approx(2 * EXPECTED))
    assert joules(at_work, before) == 1.0
    assert store.filled == 4
    at_work.record(snapshot(START + 4 * HOUR_SECONDS, seconds=1800))
    once(lambda: joules(at_work) == pytest.approx(2.5 * EXPECTED))
    assert store.filled == 4
    at_work.close(5)


def test_a_past_that_cannot_be_made_up_costs_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    def broken(snapshot: Snapshot) -> Iterable[AlikeHours]:
        raise RuntimeError("not a number")

    at_work = Recorder(in_memory(), DAY_SECONDS, broken)
    at_work.record(snapshot(START))
    once(lambda: joules(at_work) == pytest.approx(EXPECTED))
    at_work.close(5)
    assert caplog.text.count("could not be made up") == 1


def test_what_is_older_than_is_kept_goes() -> None:
    with recording(in_memory(), DAY_SECONDS) as at_work:
        at_work.record(snapshot(START))
        once(lambda: joules(at_work) == pytest.approx(EXPECTED))
        at_work.record(snapshot(START + 49 * HOUR_SECONDS))
        first = Query(START, START + HOUR_SECONDS, {})
        once(lambda: joules(at_work, first) == 0)
        assert joules(at_work) == pytest.approx(EXPECTED)
