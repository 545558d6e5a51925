"""Delivery to one receiver: the protocol it understands, and the series it holds of us."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
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
from cloud_carbon_exporter.push.destinations import Destination
from cloud_carbon_exporter.push.endings import ended
from cloud_carbon_exporter.push.samples import Labels, Sample, samples
from cloud_carbon_exporter.push.sending import (
    NotUnderstood,
    Receiver,
    open_session,
    read_headers,
    send,
)

log = logging.getLogger("cloud_carbon_exporter.push")

SERIES_A_REQUEST = 2000
"""Series of one request: what Prometheus' own sender puts into one."""
SHARE_OF_ENDINGS = 0.5
"""Share of the interval within which endings are sent; then come the values."""
END_SECONDS = 0.5
"""Time to say that all series end: the state is saved after it, all within 1.5 s of a signal."""

# After these the next request of the same push fares no better.
_ENDS_THE_PUSH = (CredentialsMissing, CredentialsRefused, Throttled, Unreachable)
# Of two samples of a series at one moment the second is refused.
_MILLISECOND = 0.001


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


class Delivery:
    """Delivers to one destination. common: labels of every series."""

    def __init__(
        self,
        destination: Destination,
        common: Labels,
        tally: Tally,
        interval_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self.name = destination.name
        self._destination = destination
        self._protocols = destination.protocols
        self._common = common
        self._tally = tally
        self._interval_seconds = interval_seconds
        self._clock = clock
        self._session = open_session()
        # what the receiver was sent, wholly or in part, and has not heard the end of; newest last
        self._held: tuple[Exposition, ...] = ()
        self._latest = 0.0  # moment of the last push
        self._failing = ""

    async def push(self, rendered: Exposition) -> None:
        """One push of all series, within the interval. Failures are counted and logged.

        Endings go first: they are few, and arrive though the time is too short for all the rest.
        """
        errors: list[CollectError] = []
        try:
            async with asyncio.timeout(self._interval_seconds):
                await self._end_what_went(rendered, errors)
                # Before any of it is sent: whatever becomes of this push, some may have arrived.
                self._held = (*self._held[-1:], rendered)
                await self._send_all(samples(rendered.text.plain()), errors)
        except TimeoutError:
            errors.append(self._error(DeadlineExceeded, "not done within -push.interval"))
        except CollectError as error:
            errors.append(error)
        except Exception as defect:  # one of ours must not end the loop
            log.exception("cannot push to %s", self.name)
            errors.append(self._error(Malformed, type(defect).__name__))
        for failure in errors:
            self._tally.error("push", self._destination.operation, failure.reason)
        self._say(str(errors[0]) if errors else "")

    async def end(self) -> None:
        """Say of all series the receiver holds that they end."""
        errors: list[CollectError] = []
        held, self._held = self._held, ()
        following = (*held[1:], None)
        endings = chain.from_iterable(map(ended, held, following))
        try:
            if held:
                # in a task that is being cancelled Python 3.11.2 ends asyncio.timeout as cancelled
                await asyncio.wait_for(self._send_all(endings, errors), END_SECONDS)
        except (TimeoutError, CollectError) as error:
            errors.append(self._error(Unreachable, str(error) or "no time was left"))
        if errors:
            log.warning("%s was not told that all series end: %s", self.name, errors[0])

    async def close(self) -> None:
        """Close the connection."""
        await self._session.close()

    async def _end_what_went(self, rendered: Exposition, errors: list[CollectError]) -> None:
        """Say what has ended, and hold on to what could not be told. Raises as `_send_all` does.

        In its share of the interval: a receiver that takes its time is sent values as well.
        """
        until = asyncio.get_running_loop().time() + self._interval_seconds * SHARE_OF_ENDINGS
        untold: list[Exposition] = []
        for before in self._held:
            failed: list[CollectError] = []
            all_sent = await self._send_all(ended(before, rendered), failed, until)
            errors += failed
            # what was refused is not said again: it would be refused for ever
            lost = [error for error in failed if not isinstance(error, Malformed)]
            if lost or not all_sent:
                untold.append(before)
        self._held = tuple(untold)

    async def _send_all(
        self, series: Iterable[Sample], errors: list[CollectError], until: float = math.inf
    ) -> bool:
        """Send samples, a request at a time; whether all were, until a moment of the loop's time.

        Raises what ends the push, gathers the rest.
        """
        destination = self._destination
        of_file = read_headers(destination.headers_file, destination.operation)
        headers = {**destination.environment_headers, **of_file}
        receiver = Receiver(destination.url, destination.operation, headers)
        now = self._latest = max(self._clock(), self._latest + _MILLISECOND)
        batches = _batches(series)
        # In a thread, as reading and encoding two thousand series takes the loop's time from
        # scrapes.
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            if asyncio.get_running_loop().time() > until:
                return False
            try:
                await self._send(receiver, batch, now, errors)
            except CollectError as error:
                if isinstance(error, _ENDS_THE_PUSH):
                    raise
                errors.append(error)
        return True

    async def _send(
        self, receiver: Receiver, batch: list[Sample], now: float, errors: list[CollectError]
    ) -> None:
        """Send a batch in the newest protocol that the receiver understands."""
        for rank, protocol in enumerate(self._protocols):
            body = await asyncio.to_thread(protocol.encode, batch, self._common, now)
            outcome = DeadlineExceeded.reason
            try:
                answer = await send(self._session, receiver, protocol, body)
                outcome = "success"
            except CollectError as error:
                outcome = error.reason
                if isinstance(error, NotUnderstood) and protocol is not self._protocols[-1]:
                    continue
                raise
            finally:
                operation = self._destination.operation
                self._tally.call("push", "", self.name, operation, outcome, 0)
            if rank:  # an older one was taken: what was refused was the protocol, not the batch
                log.info("%s takes %s", self.name, protocol.name)
                self._protocols = self._protocols[rank:]
            self._judge(protocol.rejected, answer, errors)
            return

    def _judge(
        self, rejected: Callable[[bytes], int], answer: bytes, errors: list[CollectError]
    ) -> None:
        try:
            refused = rejected(answer)
        except ValueError:
            return  # it said 200; what else it says is for people
        if refused:
            errors.append(self._error(Malformed, f"{refused} series refused"))

    def _say(self, error: str) -> None:
        """A failure that lasts is said once, and once that it is over."""
        before, self._failing = self._failing, error
        if error and error != before:
            log.warning("%s", error)
        elif before and not error:
            log.info("pushing to %s works again", self.name)

    def _error(self, kind: type[CollectError], message: str) -> CollectError:
        return kind(message, provider="push", operation=self._destination.operation)


def _batches(series: Iterable[Sample]) -> Iterator[list[Sample]]:
    left = iter(series)
    while batch := list(islice(left, SERIES_A_REQUEST)):
        yield batch
