"""Signals to the running program: SIGTERM and SIGINT end it, SIGHUP reloads the configuration."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.service.service import Service

# What hangs longer than this after a signal is left behind: Docker and Kubernetes send SIGKILL
# after ten and thirty seconds, but who presses Ctrl-C waits for none of them.
SHUTDOWN_SECONDS = 1.5


class ShutdownDeadline:
    """Ends the process should a thread or a connection hang after a signal."""

    def __init__(self) -> None:
        self._timer = threading.Timer(SHUTDOWN_SECONDS, os._exit, (0,))
        self._timer.daemon = True

    def start(self) -> None:
        """The signal has come."""
        self._timer.start()

    def cancel(self) -> None:
        """All has ended by itself."""
        self._timer.cancel()


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
        loop.add_signal_handler(number, _leave, stop, deadline)
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


def _leave(stop: asyncio.Event, deadline: ShutdownDeadline) -> None:
    """Stop, at the latest at the deadline; a second signal does not wait for it."""
    if stop.is_set():
        os._exit(1)
    deadline.start()
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
