"""`serve`: collect for ever, and answer Prometheus and people meanwhile."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.collect import heap
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.push.settings import PushSettings
from cloud_carbon_exporter.service.pushing import keep_pushing
from cloud_carbon_exporter.service.service import Service

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 1.5  # what hangs longer than this after a signal is left behind


def run(invocation: Invocation) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises ExporterError when the address is taken or nobody has credentials, ConfigError for a file
    not to be followed.
    """
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    for warning in settings.warnings:
        log.warning("%s", warning)
    heap.prepare()
    deadline = threading.Timer(
        SHUTDOWN_SECONDS, os._exit, (0,)
    )  # should a thread or a connection hang
    deadline.daemon = True
    try:
        asyncio.run(_serve(invocation, deadline))
    finally:
        deadline.cancel()
    heap.leave()
    return 0


async def _serve(invocation: Invocation, deadline: threading.Timer) -> None:
    settings, loop = invocation.settings, asyncio.get_running_loop()
    service = Service(settings, invocation.reread)
    stop, asked = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _leave, stop, deadline)
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    try:
        try:
            bound = await service.listen(settings.listen.host, settings.listen.port)
        except OSError as error:
            raise ExporterError(why_not(settings.listen, error)) from None
        log.info("listening on %s", url(settings.listen, bound.addresses, bound.scheme))
        reloading = asyncio.create_task(_reload_when(asked, service))
        await _until(stop, _serving(service, settings.push))
        reloading.cancel()
    finally:
        await service.close()


async def _serving(service: Service, push: PushSettings) -> None:
    """Collect, and push beside it; the end of one is the end of both."""
    tasks = [asyncio.create_task(work) for work in (service.run(), keep_pushing(push, service))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _reload_when(asked: asyncio.Event, service: Service) -> None:
    """Reload each time it is asked for; what cannot be followed is in the log."""
    while True:
        await asked.wait()
        asked.clear()
        with suppress(ConfigError):
            await service.reload()


def url(listen: Address, bound: Sequence[Any], scheme: str = "http") -> str:
    """Where a browser on this machine finds the page. bound: the socket addresses, which know the
    real port.
    """
    host = "localhost" if listen.host in ("", "0.0.0.0", "::") else listen.host  # noqa: S104
    return f"{scheme}://{Address(host, bound[0][1])}/"


def why_not(listen: Address, error: OSError) -> str:
    """Why the address cannot be served at, and what to do."""
    if error.errno == errno.EADDRINUSE:
        who = f"`ss -ltnp 'sport = :{listen.port}'` shows who holds it"
        return (
            f"cannot listen on {listen}: another program does; {who}; -listen takes another address"
        )
    reason = error.strerror or str(error)
    return f"cannot listen on {listen}: {reason}; -listen takes another address"


def _leave(stop: asyncio.Event, deadline: threading.Timer) -> None:
    """Stop, at the latest at the deadline; a second signal does not wait for it."""
    if stop.is_set():
        os._exit(1)
    deadline.start()
    stop.set()


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends or fails, or `stop` is set."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopping):
        task.cancel()
    await asyncio.gather(working, stopping, return_exceptions=True)
    if working in done:
        working.result()
