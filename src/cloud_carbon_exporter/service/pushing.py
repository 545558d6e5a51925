"""Pushing beside serving, where it was asked for."""

from __future__ import annotations

import asyncio

from cloud_carbon_exporter.push.settings import PushSettings
from cloud_carbon_exporter.service.service import Service


async def keep_pushing(settings: PushSettings, service: Service, goes_on: bool = False) -> None:
    """Push for ever what the service shows; nothing to do where no receiver is named.

    goes_on: whether counters may go on where an earlier process ended. Raises ConfigError where an
    optional library is missing.
    """
    if not settings.wanted:
        await asyncio.Event().wait()
    from cloud_carbon_exporter.push.destinations import destinations
    from cloud_carbon_exporter.push.pusher import Pusher

    clock = service.clock
    # A start told too late is a reset that never was: Prometheus would count all again.
    since = None if goes_on else clock()
    receivers = destinations(settings, since)
    await Pusher(settings, receivers, service.budget, service.collected, clock).run()
