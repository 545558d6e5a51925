"""Recorder: takes down what each Snapshot has counted, in a thread of its own.

Whatever becomes of the store, what is shown neither waits for it nor hangs on it: what cannot be
written waits, so many rows of it, and is written later.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator

from cloud_carbon_exporter.history.query import Query, Summed, summed
from cloud_carbon_exporter.history.reader import Found
from cloud_carbon_exporter.history.series import AlikeHours
from cloud_carbon_exporter.history.shares import Shares
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.waiting import Waiting
from cloud_carbon_exporter.model.hours import DAY_SECONDS, CountedHour
from cloud_carbon_exporter.model.snapshot import Snapshot

log = logging.getLogger(__name__)

SETTLED_DAYS = 35
"""Days after which all hours of one err alike: until then, each has its own interval."""

LOOKED_BACK_DAYS = 31
"""Days before that are looked at each day: as many as an exporter may have been away."""

MOST_COUNTED = 100_000
"""Parts of hours that wait for a thread that hangs, or for counters that cannot be saved; then the
oldest go."""

Past = Callable[[Snapshot], Iterable[AlikeHours]]
"""What makes up a past before the first Snapshot, for an estate that is made up."""


class Recorder:
    """Records Snapshots, and answers queries. Called in any thread.

    kept_seconds: how long hours are kept. past: written once into a store that is empty.
    """

    def __init__(self, store: Store, kept_seconds: float, past: Past | None = None) -> None:
        self._store = store
        self._kept_seconds = kept_seconds
        self._past = past
        self._first: Snapshot | None = None  # what the past lies before, until it is written
        self._shares = Shares()
        self._waiting = Waiting()
        self._unwritten = ""  # why, while it cannot be
        self._forgot_at = 0.0
        self._news = threading.Condition()
        self._counted: list[CountedHour] = []
        self._kept = 0  # how many of these may be written
        self._snapshot: Snapshot | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def record(self, snapshot: Snapshot, *, kept: bool = True) -> None:
        """Take down what the Snapshot has counted.

        kept: whether the counters are saved as far. What is not is not written yet: an exporter
        that is killed counts it again.
        """
        with self._news:
            self._counted += snapshot.hours
            self._snapshot = snapshot
            if kept:
                self._kept = len(self._counted)
                self._news.notify()
            beyond = max(0, len(self._counted) - MOST_COUNTED)
            del self._counted[:beyond]
            self._kept = max(0, self._kept - beyond)
        _say_lost(beyond)

    def find(self, query: Query) -> Iterator[Summed]:
        """The sums that are asked for. Raises TooManySums, sqlite3.Error or TimeoutError."""
        return summed(self._store.reader.find(query.since, query.until, query.step), query)

    def found(self, since: int, until: int, step: str) -> Found:
        """What the store has of hours, not summed yet. Raises as `find` does."""
        return self._store.reader.find(since, until, step)

    def ends(self) -> tuple[int, float] | None:
        """Start of the first hour that is kept, and end of the last; None before there is one."""
        return self._store.reader.ends()

    def close(self, patience_seconds: float, *, kept: bool = True) -> None:
        """Write what was counted so far, and close the store; no longer than patience allows.

        kept: as in `record`.
        """
        with self._news:
            if kept:
                self._kept = len(self._counted)
            self._closing = True
            self._news.notify()
        self._thread.join(patience_seconds)
        if not self._thread.is_alive():
            self._store.close()

    def _run(self) -> None:
        closing = False
        while not closing:
            with self._news:
                self._news.wait_for(lambda: self._kept or self._closing)
                closing, snapshot = self._closing, self._snapshot
                counted, self._counted = self._counted[: self._kept], self._counted[self._kept :]
                self._kept, self._snapshot = 0, None
            try:
                self._take_down(counted, snapshot)
            except (sqlite3.Error, TimeoutError) as error:
                self._say_unwritten(str(error))
            except Exception:
                log.exception("the history failed: what is shown does without")

    def _take_down(self, counted: Iterable[CountedHour], snapshot: Snapshot | None) -> None:
        if snapshot is not None:
            self._shares.look_at(snapshot.rows)
        for part in counted:
            self._waiting.cover(part)
            self._waiting.hold(part)
            for row in self._shares.rows(part):
                self._waiting.add(row)
        _say_lost(self._waiting.shorten())
        if snapshot is not None and self._past is not None:
            self._first = self._first or snapshot
            self._fill(self._past, self._first)
        self._write()
        if snapshot is not None and snapshot.taken_at >= self._forgot_at + DAY_SECONDS:
            self._store.settle(_days_to_settle(snapshot.taken_at))
            self._store.forget(snapshot.taken_at - self._kept_seconds)
            self._forgot_at = snapshot.taken_at

    def _fill(self, past: Past, first: Snapshot) -> None:
        """Write what lies before the first Snapshot; later hours wait, or are written already."""
        try:
            if not self._store.reader.has_counted():
                self._store.fill(past(first))
        except (sqlite3.Error, TimeoutError):
            raise  # the disk may come back: the next Snapshot tries again
        except Exception:
            log.exception("the past could not be made up: the history does without")
        self._past = self._first = None

    def _write(self) -> None:
        if not self._waiting:
            return
        self._store.add(self._waiting.rows(), self._waiting.spans(), self._waiting.held())
        self._waiting.clear()
        if self._unwritten:
            log.info("the history is written again")
        self._unwritten = ""

    def _say_unwritten(self, why: str) -> None:
        if why != self._unwritten:
            log.warning("the history cannot be written: %s", why)
        self._unwritten = why


def _say_lost(sums: int) -> None:
    if sums:
        log.warning("the history has lost %d hourly sums that could not be written", sums)


def _days_to_settle(now: float) -> Iterable[int]:
    today = int(now // DAY_SECONDS) * DAY_SECONDS
    last = today - SETTLED_DAYS * DAY_SECONDS
    return range(last - LOOKED_BACK_DAYS * DAY_SECONDS, last, DAY_SECONDS)
