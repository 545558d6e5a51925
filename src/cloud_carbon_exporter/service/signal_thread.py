"""Signals of the system, heard by a thread: whatever the event loop hangs in, SIGTERM is followed.

Python runs a handler in its main thread, between two steps of it; a loop that hangs in a call takes
none. The number of a signal goes into a pipe at once, though, and a thread can wait for that.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Self

_READ_BYTES = 64  # each signal is one


class SignalThread:
    """Calls `heard` with each signal, in a thread of its own, while the `with` block lasts.

    To be entered in the main thread.
    """

    def __init__(self, numbers: Sequence[signal.Signals], heard: Callable[[int], None]) -> None:
        self._numbers = numbers
        self._heard = heard

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        threading.Thread(target=self._hear, name="signals", daemon=True).start()
        # All that comes afterwards is in the pipe, before any handler below is called.
        self._fd_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._before = [signal.signal(number, _nothing) for number in self._numbers]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in zip(self._numbers, self._before, strict=True):
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        os.close(self._writer)  # the thread reads the end of it, and ends

    def _hear(self) -> None:
        while numbers := os.read(self._reader, _READ_BYTES):
            for number in numbers:
                if number in self._numbers:
                    self._heard(number)
        os.close(self._reader)


def _nothing(number: int, frame: FrameType | None) -> None:
    """The handler: without one the process would end at once; the thread has heard already."""
