"""`serve`: collect for ever, and answer Prometheus and people meanwhile."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import cloud_carbon_exporter
from cloud_carbon_exporter import exposition, logs
from cloud_carbon_exporter.collect import Collector, heap
from cloud_carbon_exporter.commands.opening import missing_credentials, open_collector
from cloud_carbon_exporter.commands.versions import model_version
from cloud_carbon_exporter.config import Invocation, Settings
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import ExporterError
from cloud_carbon_exporter.model.types import Snapshot
from cloud_carbon_exporter.state_file import Section, StateFile
from cloud_carbon_exporter.web.app import make_app, start
from cloud_carbon_exporter.web.history import History
from cloud_carbon_exporter.web.settings import WebSettings

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 1.8  # what hangs longer than this after a signal is left behind


def run(invocation: Invocation) -> int:
    """Serve until SIGTERM or SIGINT. Raises ExporterError when the address is taken, or nobody has credentials."""
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    for warning in settings.warnings:
        log.warning("%s", warning)
    heap.prepare()
    deadline = threading.Timer(SHUTDOWN_SECONDS, os._exit, (0,))  # should a thread or a connection hang
    deadline.daemon = True
    try:
        asyncio.run(_serve(settings, deadline))
    finally:
        deadline.cancel()
    heap.leave()
    return 0


async def _serve(settings: Settings, deadline: threading.Timer) -> None:
    shown = exposition.Settings(
        tags=settings.tags,
        upstream_names=settings.upstream_names,
        version=cloud_carbon_exporter.__version__,
        model_version=model_version(),
    )
    history, render = History(), exposition.Renderer(shown)

    def show(snapshot: Snapshot) -> exposition.Exposition:
        history.record(snapshot)
        rendered = render(snapshot)
        if kept is not None and snapshot.first_collection_done:
            kept.save_if_due(snapshot.taken_at)
        return rendered

    kept: StateFile | None = None
    collector = open_collector(settings, show)
    if settings.state_file:
        sections: dict[str, Section] = {"counters": collector.counters, "budget": collector.budget, "history": history}
        kept = StateFile(Path(settings.state_file), sections)
        kept.load()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _leave, stop, deadline)
    web_settings = WebSettings(exposition=shown, mode=settings.mode, version=cloud_carbon_exporter.__version__)
    try:
        runner = await start(make_app(web_settings, collector, history), settings.listen.host, settings.listen.port)
    except OSError as error:
        raise ExporterError(why_not(settings.listen, error)) from None
    try:
        log.info("listening on %s", url(settings.listen, runner.addresses))
        await _until(stop, _collect(settings, collector))
    finally:
        await runner.cleanup()
        await collector.close()
        if kept is not None and collector.snapshot.first_collection_done:
            kept.save()


async def _collect(settings: Settings, collector: Collector[exposition.Exposition]) -> None:
    missing = await missing_credentials([run.client for run in collector.runs])
    if missing:
        raise ExporterError("; ".join(str(error) for error in missing))
    if settings.mode == "scrape":
        await asyncio.Event().wait()  # each scrape collects
    await collector.run()


def url(listen: Address, bound: Sequence[Any]) -> str:
    """Where a browser on this machine finds the page. bound: the socket addresses, which know the real port."""
    host = "localhost" if listen.host in ("", "0.0.0.0", "::") else listen.host  # noqa: S104
    return f"http://{Address(host, bound[0][1])}/"


def why_not(listen: Address, error: OSError) -> str:
    """Why the address cannot be served at, and what to do."""
    if error.errno == errno.EADDRINUSE:
        who = f"`ss -ltnp 'sport = :{listen.port}'` shows who holds it"
        return f"cannot listen on {listen}: another program does; {who}; -listen takes another address"
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
