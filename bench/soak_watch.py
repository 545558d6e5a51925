"""Delay of an event loop: how long, how much the machine is to blame, what it did meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType

TICK_SECONDS = 0.005
ALLOWED_SECONDS = 0.1
LOOK_SECONDS = 0.02
_WAITING = ("wait", "_worker", "select")
OURS = ("cloud_carbon_exporter", "bench")


class Watch:
    """Runs beside everything else on the loop it watches.

    late: seconds each tick came late. held: the same without the time the thread waited for a
        processor, which other
    programs had: Linux tells it in schedstat, in nanoseconds. at: what the threads were at when it
    was late.
    """

    def __init__(self) -> None:
        self.late: list[float] = []
        self.held: list[float] = []
        self.at: Counter[str] = Counter()
        self._thread = threading.get_ident()
        self._ticked = time.perf_counter()
        self._schedule = os.open(
            f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY
        )
        self._over = threading.Event()

    async def run(self) -> None:
        """Tick until cancelled."""
        threading.Thread(target=self._look, daemon=True).start()
        try:
            while True:
                self._ticked = time.perf_counter()
                waited = self._waited_seconds()
                await asyncio.sleep(TICK_SECONDS)
                late = time.perf_counter() - self._ticked - TICK_SECONDS
                self.late.append(late)
                self.held.append(max(0.0, late - (self._waited_seconds() - waited)))
        finally:
            self._over.set()

    def _waited_seconds(self) -> float:
        """How long the thread was ready in vain, so far."""
        return int(os.pread(self._schedule, 64, 0).split()[1]) / 1e9

    def _look(self) -> None:
        """From a thread of its own: what the loop's thread is at while it is late."""
        while not self._over.wait(LOOK_SECONDS):
            if time.perf_counter() - self._ticked > ALLOWED_SECONDS:
                frames = sys._current_frames()
                places = [
                    _place(frame)
                    for thread, frame in frames.items()
                    if thread != threading.get_ident()
                ]
                self.at[" | ".join(sorted(place for place in places if place))] += 1


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
