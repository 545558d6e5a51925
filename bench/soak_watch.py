"""Delay of an event loop: how long, how much the machine is to blame, what it did meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple

TICK_SECONDS = 0.005
ALLOWED_SECONDS = 0.1
LOOK_SECONDS = 0.02
_WAITING = ("wait", "_worker", "select")
OURS = ("cloud_carbon_exporter", "bench")


class Spent(NamedTuple):
    """Seconds of a thread so far: on a processor, and ready for one in vain."""

    running: float
    waiting: float


class Delays:
    """How long ticks were, by the millisecond: a night has six million of them."""

    def __init__(self) -> None:
        self._by_millisecond: Counter[int] = Counter()
        self.longest = 0.0

    def note(self, seconds: float) -> None:
        """One tick."""
        self._by_millisecond[int(seconds * 1e3)] += 1
        self.longest = max(self.longest, seconds)

    @property
    def count(self) -> int:
        """How many ticks there were."""
        return self._by_millisecond.total()

    def over(self, seconds: float) -> int:
        """How many were longer than that."""
        least = int(seconds * 1e3)
        return sum(count for each, count in self._by_millisecond.items() if each >= least)

    def quantile_seconds(self, share: float) -> float:
        """What this share of them was no longer than, to the millisecond."""
        left = self.count * share
        for milliseconds in sorted(self._by_millisecond):
            left -= self._by_millisecond[milliseconds]
            if left < 0:
                return milliseconds / 1e3
        return self.longest


def tell_loop(how: str, delays: Delays) -> int:
    """Print how the loop did. Returns how often it was worse than allowed."""
    over = delays.over(ALLOWED_SECONDS)
    print(
        f"event loop {how}: p99.9 {delays.quantile_seconds(0.999) * 1e3:.0f} ms, longest "
        f"{delays.longest * 1e3:.0f} ms; "
        f"over 100 ms: {over} of {delays.count} looks"
    )
    return over


class Watch:
    """Runs beside everything else on the loop it watches.

    late: seconds each tick came late. held: the same without the time in which other programs had
        the processor: this thread waited for one, or for the lock of the interpreter, which another
        thread of ours had that waited for one. Linux tells it in schedstat, in nanoseconds.
    ran: seconds of a processor that the loop's own thread had in a tick. at: what the threads were
        at when it was late.
    """

    def __init__(self) -> None:
        self.late, self.held, self.ran = Delays(), Delays(), Delays()
        self.at: Counter[str] = Counter()
        self._thread = threading.get_ident()
        self._native = threading.get_native_id()
        self._ticked = time.perf_counter()
        self._schedule = os.open(f"/proc/self/task/{self._native}/schedstat", os.O_RDONLY)
        self._before: dict[str, float] = {}  # waits of the other threads before it was late
        self._others_waited = 0.0
        self._over = threading.Event()

    async def run(self) -> None:
        """Tick until cancelled."""
        threading.Thread(target=self._look, daemon=True).start()
        try:
            while True:
                self._ticked = time.perf_counter()
                before = _spent(os.pread(self._schedule, 64, 0))
                await asyncio.sleep(TICK_SECONDS)
                late = time.perf_counter() - self._ticked - TICK_SECONDS
                after = _spent(os.pread(self._schedule, 64, 0))
                self._note(late, after.running - before.running, after.waiting - before.waiting)
        finally:
            self._over.set()

    def _note(self, late: float, ran: float, waited: float) -> None:
        self.late.note(late)
        self.ran.note(ran)
        locked_out = max(0.0, late - ran - waited)
        others = self._others_waited if late > ALLOWED_SECONDS else 0.0
        self.held.note(max(0.0, late - waited - min(locked_out, others)))

    def _waits(self) -> dict[str, float]:
        """How long each other thread was ready in vain, so far."""
        waits: dict[str, float] = {}
        for path in Path("/proc/self/task").iterdir():
            if path.name != str(self._native):
                with suppress(OSError):  # it has ended
                    waits[path.name] = _spent((path / "schedstat").read_bytes()).waiting
        return waits

    def _compare_waits(self, *, late: bool) -> None:
        """Keep what the other threads had waited before it was late, and what they have since."""
        waits = self._waits()
        if not late:
            self._before, self._others_waited = waits, 0.0
            return
        for task, waited in waits.items():
            since = waited - self._before.get(task, 0.0)
            self._others_waited = max(self._others_waited, since)

    def _look(self) -> None:
        """From a thread of its own: what the loop's thread is at while it is late."""
        while not self._over.wait(LOOK_SECONDS):
            seconds = time.perf_counter() - self._ticked
            self._compare_waits(late=seconds > 2 * TICK_SECONDS)
            if seconds > ALLOWED_SECONDS:
                frames = sys._current_frames()
                places = [
                    _place(frame)
                    for thread, frame in frames.items()
                    if thread != threading.get_ident()
                ]
                self.at[" | ".join(sorted(place for place in places if place))] += 1


def _spent(schedstat: bytes) -> Spent:
    running, waiting, *_ = schedstat.split()
    return Spent(int(running) / 1e9, int(waiting) / 1e9)


def _place(thread: FrameType) -> str:
    """The innermost line, and the innermost of ours; nothing for a thread that waits for work."""
    stack = traceback.extract_stack(thread)
    if stack[-1].name in _WAITING:
        return ""
    ours = [frame for frame in stack if _is_ours(frame)]
    shown: dict[str, None] = {}
    for frame in (*ours[-2:], stack[-1]):
        shown[f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"] = None
    return " > ".join(shown)


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return any(name in frame.filename for name in OURS)
