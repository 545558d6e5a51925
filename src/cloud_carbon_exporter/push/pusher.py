"""Pushes the newest rendering on a timer of its own: no receiver holds up a refresh or a scrape.

The time between pushes is a scrape interval, not the time between refreshes: Prometheus forgets a
series after five minutes without a sample.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    DeadlineExceeded,
    Malformed,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.exposition import Exposition
from cloud_carbon_exporter.http.session import Session
from cloud_carbon_exporter.push.destinations import Destination
from cloud_carbon_exporter.push.samples import Labels, samples
from cloud_carbon_exporter.push.sending import Receiver, open_session, read_headers, send
from cloud_carbon_exporter.push.settings import PushSettings

log = logging.getLogger("cloud_carbon_exporter.push")

SERIES_A_REQUEST = 2000
"""Series of one request: what Prometheus' own sender puts into one."""

# Until the first collection is there.
_WAIT_SECONDS = 0.5
# After these the next request of the same push fares no better.
_ENDS_THE_PUSH = (CredentialsMissing, CredentialsRefused, Throttled, Unreachable)


class Tally(Protocol):
    """Counts requests and errors; budget.Budget does, under the provider "push"."""

    def call(
        self,
        provider: str,
        account_id: str,
        api: str,
        operation: str,
        outcome: str,
        units: int,
        target: str = "",
    ) -> None:
        """One request ended."""

    def error(self, provider: str, operation: str, reason: str) -> None:
        """Count one failure."""


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
        self._common = _common_labels(settings)
        self._destinations = destinations
        self._tally = tally
        self._clock = clock
        self._newest = newest
        self._failing: dict[str, str] = {}

    async def run(self) -> None:
        """Push to every destination each interval, for ever; one that is slow delays no other."""
        async with asyncio.TaskGroup() as group:
            for destination in self._destinations:
                group.create_task(self._keep_pushing(destination))

    async def _keep_pushing(self, destination: Destination) -> None:
        while True:
            try:
                await self._push_on_time(destination)
            except Exception:  # nothing of it may end what is served
                log.exception("pushing to %s begins anew", destination.name)
            await asyncio.sleep(self._interval_seconds)

    async def _push_on_time(self, destination: Destination) -> None:
        loop = asyncio.get_running_loop()
        session = open_session()
        try:
            while True:
                began = loop.time()
                if (rendered := self._newest()) is None:
                    await asyncio.sleep(min(_WAIT_SECONDS, self._interval_seconds))
                    continue
                await self.push(session, destination, rendered)
                await asyncio.sleep(max(0.0, began + self._interval_seconds - loop.time()))
        finally:
            await session.close()

    async def push(self, session: Session, destination: Destination, rendered: Exposition) -> None:
        """One push of all series, within the interval. Failures are counted and logged."""
        errors: list[CollectError] = []
        try:
            async with asyncio.timeout(self._interval_seconds):
                await self._send_all(session, destination, rendered, errors)
        except TimeoutError:
            errors.append(_error(DeadlineExceeded, destination, "not done within -push.interval"))
        except CollectError as error:
            errors.append(error)
        except Exception as defect:  # one of ours must not end the loop
            log.exception("cannot push to %s", destination.name)
            errors.append(_error(Malformed, destination, type(defect).__name__))
        for failure in errors:
            self._tally.error("push", destination.operation, failure.reason)
        self._say(destination, str(errors[0]) if errors else "")

    async def _send_all(
        self,
        session: Session,
        destination: Destination,
        rendered: Exposition,
        errors: list[CollectError],
    ) -> None:
        """Send all series, a request at a time. Raises what ends the push, gathers the rest."""
        of_file = read_headers(destination.headers_file, destination.operation)
        headers = {**destination.environment_headers, **of_file}
        receiver = Receiver(destination.url, destination.operation, headers)
        bodies = self._bodies(destination, rendered, self._clock())
        # In a thread, as encoding two thousand series takes the loop's time from scrapes.
        while (body := await asyncio.to_thread(next, bodies, None)) is not None:
            outcome = DeadlineExceeded.reason
            try:
                answer = await send(session, receiver, destination.headers, body)
                outcome = "success"
                self._judge(destination, answer, errors)
            except CollectError as error:
                outcome = error.reason
                if isinstance(error, _ENDS_THE_PUSH):
                    raise
                errors.append(error)
            finally:
                self._tally.call("push", "", destination.name, destination.operation, outcome, 0)

    def _judge(self, destination: Destination, answer: bytes, errors: list[CollectError]) -> None:
        try:
            refused = destination.rejected(answer)
        except ValueError:
            return  # it said 200; what else it says is for people
        if refused:
            errors.append(_error(Malformed, destination, f"{refused} series refused"))

    def _bodies(
        self, destination: Destination, rendered: Exposition, now: float
    ) -> Iterator[bytes]:
        series = samples(rendered.text.plain())
        while batch := list(islice(series, SERIES_A_REQUEST)):
            yield destination.encode(batch, self._common, now)

    def _say(self, destination: Destination, error: str) -> None:
        """A failure that lasts is said once, and once that it is over."""
        before = self._failing.pop(destination.name, "")
        if error:
            self._failing[destination.name] = error
            if error != before:
                log.warning("%s", error)
        elif before:
            log.info("pushing to %s works again", destination.name)


def _common_labels(settings: PushSettings) -> Labels:
    labels = []
    for label in settings.labels:
        name, _, value = label.partition("=")
        labels.append((name, value))
    return tuple(labels)


def _error(kind: type[CollectError], destination: Destination, message: str) -> CollectError:
    return kind(message, provider="push", operation=destination.operation)
