"""Signals to the program: SIGTERM and SIGINT end it, SIGHUP reloads what serves."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.service.service import Service
from cloud_carbon_exporter.service.signal_thread import SignalThread

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# What hangs longer than this after a signal is left behind: Docker and Kubernetes send SIGKILL
# after ten and thirty seconds, but who presses Ctrl-C waits for none of them.
SHUTDOWN_SECONDS = 1.5
# What was made in a cloud and must be given back may take longer: the grace of Kubernetes (30 s;
# systemd's is 90), less what it takes to be told. A second signal ends the wait.
GIVING_BACK_SECONDS = 25.0
_LOOK_SECONDS = 0.1
_TELLING_SECONDS = 0.5


class ShutdownDeadline:
    """Ends the process should a thread, a connection or the event loop hang after a signal.

    Its thread is there from the start: at the limit of threads a signal could begin none.
    """

    def __init__(self) -> None:
        self._signalled = threading.Event()
        self._ended = threading.Event()
        self._owed: Callable[[], Sequence[str]] = tuple
        # Beforehand: when the signal comes there may be no memory for the stack of a thread.
        threading.Thread(target=self._watch, name="deadline", daemon=True).start()

    def start(self, owed: Callable[[], Sequence[str]]) -> None:
        """The signal has come. owed: what is still to be given back."""
        self._owed = owed
        self._signalled.set()

    def cancel(self) -> None:
        """All has ended by itself."""
        self._ended.set()
        self._signalled.set()

    def _watch(self) -> None:
        self._signalled.wait()
        if self._ended.wait(SHUTDOWN_SECONDS):
            return
        until = monotonic() + GIVING_BACK_SECONDS - SHUTDOWN_SECONDS
        if count := len(self._owed()):
            text = "the end waits up to %.0f s for %d tokens to be deleted; another signal ends it"
            _tell(logging.INFO, text, GIVING_BACK_SECONDS, count)
        while self._owed() and monotonic() < until:
            if self._ended.wait(_LOOK_SECONDS):
                return
        if left := self._owed():
            _tell(logging.WARNING, "%d left behind: %s", len(left), "; ".join(left))
        elif count and self._ended.wait(SHUTDOWN_SECONDS):
            return
        os._exit(0)


def _tell(level: int, text: str, *told: object) -> None:
    """Log a line, or not: what hangs may hold the lock of the log, or stderr be a full pipe."""
    writing = threading.Thread(target=log.log, args=(level, text, *told), daemon=True)
    with suppress(RuntimeError):  # at the limit of threads the end matters more than the line
        writing.start()
        writing.join(_TELLING_SECONDS)


async def run_until_signalled(
    service: Service,
    listen: Callable[[], Coroutine[Any, Any, None]],
    work: Callable[[], Coroutine[Any, Any, None]],
    deadline: ShutdownDeadline,
) -> None:
    """Listen, then work until that ends or fails, or SIGTERM or SIGINT comes; close the service.

    SIGHUP reloads it as soon as it listens.
    """
    stop, reload_asked = asyncio.Event(), asyncio.Event()
    orders = _Orders(asyncio.get_running_loop(), stop, reload_asked, deadline, service)
    with SignalThread((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), orders.follow):
        await _run(service, listen, work, stop, reload_asked)


async def _run(
    service: Service,
    listen: Callable[[], Coroutine[Any, Any, None]],
    work: Callable[[], Coroutine[Any, Any, None]],
    stop: asyncio.Event,
    reload_asked: asyncio.Event,
) -> None:
    reloading: asyncio.Task[None] | None = None
    try:
        await listen()
        reloading = asyncio.create_task(_reload_when(reload_asked, service))
        await _until(stop, work())
    finally:
        await service.close()  # it waits for a reload under way
        if reloading is not None:
            reloading.cancel()


def run_once(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run what ends by itself; SIGTERM, as SIGINT, cuts it short, but not what it gives back."""

    async def cut_short_at_a_signal() -> Answer:
        task = asyncio.current_task()
        if task is not None and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(cut_short_at_a_signal())
    except asyncio.CancelledError:
        raise SystemExit(128 + signal.SIGTERM) from None


class _Orders:
    """What each signal orders; heard in another thread than that of the loop, which may hang."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        stop: asyncio.Event,
        reload_asked: asyncio.Event,
        deadline: ShutdownDeadline,
        service: Service,
    ) -> None:
        self._loop = loop
        self._stop = stop
        self._reload_asked = reload_asked
        self._deadline = deadline
        self._service = service
        self._stopping = False

    def follow(self, number: int) -> None:
        """Reload, or stop, at the latest at the deadline; a second signal does not wait for it."""
        if number == signal.SIGHUP:
            self._set(self._reload_asked)
            return
        if self._stopping:
            os._exit(1)
        self._stopping = True
        self._set(self._stop)  # first: whatever fails below, the program is told to end
        self._deadline.start(self._service.owed)

    def _set(self, event: asyncio.Event) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self._loop.call_soon_threadsafe(event.set)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    ended, _ = await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopping):
        task.cancel()
    await asyncio.gather(working, stopping, return_exceptions=True)
    if working in ended:
        working.result()


async def _reload_when(asked: asyncio.Event, service: Service) -> None:
    """Reload each time it is asked for; what cannot be followed is in the log."""
    while True:
        await asked.wait()
        asked.clear()
        with suppress(ConfigError):
            await service.reload()
