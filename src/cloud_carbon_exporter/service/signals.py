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

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# What hangs longer than this after a signal is left behind: Docker and Kubernetes send SIGKILL
# after ten and thirty seconds, but who presses Ctrl-C waits for none of them.
SHUTDOWN_SECONDS = 1.5
# What was made in a cloud and must be given back may take longer: the grace of Kubernetes (30 s;
# systemd's is 90), less what it takes to be told. A second signal ends the wait.
GIVING_BACK_SECONDS = 25.0
_LOOK_SECONDS = 0.1


class ShutdownDeadline:
    """Ends the process should a thread or a connection hang after a signal."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def start(self, owed: Callable[[], Sequence[str]]) -> None:
        """The signal has come. owed: what is still to be given back."""
        threading.Thread(target=self._watch, args=(owed,), daemon=True).start()

    def cancel(self) -> None:
        """All has ended by itself."""
        self._ended.set()

    def _watch(self, owed: Callable[[], Sequence[str]]) -> None:
        if self._ended.wait(SHUTDOWN_SECONDS):
            return
        until = monotonic() + GIVING_BACK_SECONDS - SHUTDOWN_SECONDS
        if count := len(owed()):
            text = "the end waits up to %.0f s for %d tokens to be deleted; another signal ends it"
            log.info(text, GIVING_BACK_SECONDS, count)
        while owed() and monotonic() < until:
            if self._ended.wait(_LOOK_SECONDS):
                return
        if left := owed():
            log.warning("%d left behind: %s", len(left), "; ".join(left))
        elif count and self._ended.wait(SHUTDOWN_SECONDS):
            return
        os._exit(0)


async def run_until_signalled(
    service: Service,
    listen: Callable[[], Coroutine[Any, Any, None]],
    work: Callable[[], Coroutine[Any, Any, None]],
    deadline: ShutdownDeadline,
) -> None:
    """Listen, then work until that ends or fails, or SIGTERM or SIGINT comes; close the service.

    SIGHUP reloads it as soon as it listens.
    """
    loop, stop, reload_asked = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _leave, stop, deadline, service)
    loop.add_signal_handler(signal.SIGHUP, reload_asked.set)
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


def _leave(stop: asyncio.Event, deadline: ShutdownDeadline, service: Service) -> None:
    """Stop, at the latest at the deadline; a second signal does not wait for it."""
    if stop.is_set():
        os._exit(1)
    deadline.start(service.owed)
    stop.set()


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
