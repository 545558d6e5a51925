"""`serve`: collect for ever, and answer Prometheus and people meanwhile."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.collect import heap, interpreter
from cloud_carbon_exporter.config import Invocation, Settings
from cloud_carbon_exporter.config.values import Address
from cloud_carbon_exporter.errors import ExporterError
from cloud_carbon_exporter.out_of_memory import look_out
from cloud_carbon_exporter.service.orphans import bury_orphans
from cloud_carbon_exporter.service.pushing import keep_pushing
from cloud_carbon_exporter.service.service import Service
from cloud_carbon_exporter.service.shown import route_prefix
from cloud_carbon_exporter.service.signals import ShutdownDeadline, run_until_signalled

log = logging.getLogger(__name__)


def run(invocation: Invocation) -> int:
    """Serve until SIGTERM or SIGINT.

    Raises ExporterError when the address is taken or nobody has credentials, ConfigError for a file
    not to be followed.
    """
    settings = invocation.settings
    logs.configure(settings.log_level, settings.log_format)
    for warning in settings.warnings:
        log.warning("%s", warning)
    bury_orphans()
    look_out()
    interpreter.prepare()
    deadline = ShutdownDeadline()
    try:
        asyncio.run(_serve(invocation, deadline))
    finally:
        deadline.cancel()
    heap.leave()
    return 0


async def _serve(invocation: Invocation, deadline: ShutdownDeadline) -> None:
    settings = invocation.settings
    service = Service(settings, invocation.reread)
    await run_until_signalled(
        service,
        partial(_listen, service, settings),
        partial(_collect_and_push, service, settings),
        deadline,
    )


async def _listen(service: Service, settings: Settings) -> None:
    address = settings.listen
    try:
        bound = await service.listen(address.host, address.port)
    except OSError as error:
        raise ExporterError(why_not(address, error)) from None
    root = url(address, bound.addresses, bound.scheme)
    prefix = route_prefix(settings).removeprefix("/")
    log.info("listening on %s", f"{root}{prefix}/" if prefix else root)


async def _collect_and_push(service: Service, settings: Settings) -> None:
    """Collect, and push beside it; the end of one is the end of both."""
    pushing = keep_pushing(settings.push, service, goes_on=bool(settings.state_file))
    tasks = [asyncio.create_task(work) for work in (service.run(), pushing)]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def url(listen: Address, bound: Sequence[Any], scheme: str = "http") -> str:
    """Where a browser on this machine finds the page.

    bound: the socket addresses, which know the real port. localhost is ::1 first on most machines,
    and there another program may answer: it is said where both families are ours.
    """
    taken, port, *_ = bound[0]
    wild = {"::": "localhost", "0.0.0.0": "127.0.0.1"}  # noqa: S104
    host = wild.get(taken, listen.host or taken)
    return f"{scheme}://{Address(host, port)}/"


def why_not(listen: Address, error: OSError) -> str:
    """Why the address cannot be served at, and what to do."""
    elsewhere = "-listen takes another address"
    if error.errno == errno.EADDRINUSE:
        who = f"`ss -ltnp 'sport = :{listen.port}'` shows who holds it"
        return f"cannot listen on {listen}: another program does; {who}; {elsewhere}"
    reason = error.strerror or str(error)
    return f"cannot listen on {listen}: {reason}; {elsewhere}"
