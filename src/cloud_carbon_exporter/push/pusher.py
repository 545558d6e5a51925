"""Pushes the newest rendering on a timer of its own: no receiver holds up a refresh or a scrape.

The time between pushes is a scrape interval, not the time between refreshes: Prometheus forgets a
series after five minutes without a sample.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from cloud_carbon_exporter.exposition import Exposition
from cloud_carbon_exporter.push.delivery import Delivery, Tally
from cloud_carbon_exporter.push.destinations import Destination
from cloud_carbon_exporter.push.samples import Labels
from cloud_carbon_exporter.push.settings import PushSettings

log = logging.getLogger("cloud_carbon_exporter.push")

# Until the first collection is there.
_WAIT_SECONDS = 0.5


class Pusher:
    """Pushes what `newest` gives everywhere; None while nothing was collected."""

    def __init__(
        self,
        settings: PushSettings,
        destinations: Sequence[Destination],
        tally: Tally,
        newest: Callable[[], Exposition | None],
        clock: Callable[[], float],
    ) -> None:
        self._interval_seconds = settings.interval_seconds
        self._newest = newest
        common = _common_labels(settings)
        self.deliveries = [
            Delivery(destination, common, tally, settings.interval_seconds, clock)
            for destination in destinations
        ]

    async def run(self) -> None:
        """Push to every destination each interval, until cancelled; a slow one delays no other."""
        async with asyncio.TaskGroup() as group:
            for delivery in self.deliveries:
                group.create_task(self._keep_pushing(delivery))

    async def _keep_pushing(self, delivery: Delivery) -> None:
        try:
            while True:
                try:
                    await self._push_on_time(delivery)
                except Exception:  # nothing of it may end what is served
                    log.exception("pushing to %s begins anew", delivery.name)
                await asyncio.sleep(self._interval_seconds)
        finally:
            try:
                await delivery.end()
            finally:
                await delivery.close()

    async def _push_on_time(self, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            if (rendered := self._newest()) is None:
                await asyncio.sleep(min(_WAIT_SECONDS, self._interval_seconds))
                continue
            await delivery.push(rendered)
            await asyncio.sleep(max(0.0, began + self._interval_seconds - loop.time()))


def _common_labels(settings: PushSettings) -> Labels:
    labels = []
    for label in settings.labels:
        name, _, value = label.partition("=")
        labels.append((name, value))
    return tuple(labels)
