"""Pushes the newest rendering on a timer of its own, so that no receiver holds up a refresh or a
scrape.

The time between pushes is a scrape interval, not the time between refreshes: Prometheus forgets a
series after five minutes without a sample.
"""

from __future__ import annotations

import asyncio
import logging
import os
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

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
from cloud_carbon_exporter.push import otlp, remote_write
from cloud_carbon_exporter.push.samples import Labels, Sample, samples
from cloud_carbon_exporter.push.sending import SILENCE_SECONDS, Receiver, read_headers, send
from cloud_carbon_exporter.push.settings import PushSettings

if TYPE_CHECKING:
    import aiohttp

log = logging.getLogger("cloud_carbon_exporter.push")

SERIES_A_REQUEST = 2000  # what Prometheus' own sender puts into one
_WAIT_SECONDS = 0.5  # for the first collection
_ENDS_THE_PUSH = (
    CredentialsMissing,
    CredentialsRefused,
    Throttled,
    Unreachable,
)  # the next request fares no better


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


@dataclass(frozen=True, slots=True)
class Destination:
    """A receiver and its protocol. encode: a batch, the common labels, the moment -> a body.

    rejected: how many samples of a request an answer refuses. environment_headers: said by the
        ecosystem's variable.
    """

    name: str
    operation: str
    url: str
    headers_file: str
    headers: Mapping[str, str]
    encode: Callable[[Sequence[Sample], Labels, float], bytes]
    rejected: Callable[[bytes], int]
    environment_headers: Mapping[str, str]


def destinations(
    settings: PushSettings, since: float, environment: Mapping[str, str] = os.environ
) -> list[Destination]:
    """Where to push. since: when counting began. Raises ConfigError where an optional library is
    missing.
    """
    found = []
    if settings.remote_write_url:
        remote_write.check()
        url, file = settings.remote_write_url, settings.remote_write_headers_file
        headers, none = remote_write.HEADERS, lambda answer: 0
        found.append(
            Destination("remote-write", "write", url, file, headers, remote_write.request, none, {})
        )
    if settings.otlp_endpoint:
        url, file = otlp.url(settings.otlp_endpoint), settings.otlp_headers_file
        said = _environment_headers(environment.get("OTEL_EXPORTER_OTLP_HEADERS", ""))
        encode = partial(otlp.request, since=since)
        found.append(
            Destination("otlp", "export", url, file, otlp.HEADERS, encode, otlp.rejected, said)
        )
    return found


def _environment_headers(text: str) -> dict[str, str]:
    """OTEL_EXPORTER_OTLP_HEADERS: name=value with commas between them, percent-encoded, as
    OpenTelemetry says.
    """
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {name.strip(): urllib.parse.unquote(value.strip()) for name, _, value in pairs}


def _error(kind: type[CollectError], place: Destination, message: str) -> CollectError:
    return kind(message, provider="push", operation=place.operation)


class Pusher:
    """Pushes what `newest` gives everywhere; None while nothing was collected."""

    def __init__(
        self,
        settings: PushSettings,
        places: Sequence[Destination],
        tally: Tally,
        newest: Callable[[], Exposition | None],
        clock: Callable[[], float],
    ) -> None:
        self._interval_seconds = settings.interval_seconds
        self._common = tuple(
            (name, value) for name, _, value in (label.partition("=") for label in settings.labels)
        )
        self._places = places
        self._tally = tally
        self._clock = clock
        self._newest = newest
        self._failing: dict[str, str] = {}

    async def run(self) -> None:
        """Push to every place each interval, for ever; a place that is slow delays no other."""
        async with asyncio.TaskGroup() as group:
            for place in self._places:
                group.create_task(self._keep_pushing(place))

    async def _keep_pushing(self, place: Destination) -> None:
        import aiohttp

        loop = asyncio.get_running_loop()
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=SILENCE_SECONDS, sock_read=SILENCE_SECONDS
        )
        async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
            while True:
                began = loop.time()
                if (rendered := self._newest()) is None:
                    await asyncio.sleep(min(_WAIT_SECONDS, self._interval_seconds))
                    continue
                await self.push(session, place, rendered)
                await asyncio.sleep(max(0.0, began + self._interval_seconds - loop.time()))

    async def push(
        self, session: aiohttp.ClientSession, place: Destination, rendered: Exposition
    ) -> None:
        """One push of all series, within the interval. Failures are counted and logged, never
        raised.
        """
        errors: list[CollectError] = []
        try:
            async with asyncio.timeout(self._interval_seconds):
                await self._batches(session, place, rendered, errors)
        except TimeoutError:
            errors.append(
                DeadlineExceeded(
                    "not done within -push.interval", provider="push", operation=place.operation
                )
            )
        except CollectError as error:
            errors.append(error)
        except Exception as defect:  # one of ours must not end the loop
            log.exception("cannot push to %s", place.name)
            errors.append(_error(Malformed, place, type(defect).__name__))
        for found in errors:
            self._tally.error("push", place.operation, found.reason)
        self._say(place, str(errors[0]) if errors else "")

    async def _batches(
        self,
        session: aiohttp.ClientSession,
        place: Destination,
        rendered: Exposition,
        errors: list[CollectError],
    ) -> None:
        said = {**place.environment_headers, **read_headers(place.headers_file, place.operation)}
        to = Receiver(place.url, place.operation, said)
        bodies = self._bodies(place, rendered, self._clock())
        while (body := await asyncio.to_thread(next, bodies, None)) is not None:
            outcome = DeadlineExceeded.reason
            try:
                answer = await send(session, to, place.headers, body)
                outcome = "success"
                self._judge(place, answer, errors)
            except CollectError as error:
                outcome = error.reason
                if isinstance(error, _ENDS_THE_PUSH):
                    raise
                errors.append(error)
            finally:
                self._tally.call("push", "", place.name, place.operation, outcome, 0)

    def _judge(self, place: Destination, answer: bytes, errors: list[CollectError]) -> None:
        try:
            refused = place.rejected(answer)
        except ValueError:
            return  # it said 200; what else it says is for people
        if refused:
            errors.append(_error(Malformed, place, f"{refused} series refused"))

    def _bodies(self, place: Destination, rendered: Exposition, now: float) -> Iterator[bytes]:
        found = samples(rendered.text.plain())
        while batch := list(islice(found, SERIES_A_REQUEST)):
            yield place.encode(batch, self._common, now)

    def _say(self, place: Destination, error: str) -> None:
        """A failure that lasts is said once, and once that it is over."""
        if error and self._failing.get(place.name) != error:
            log.warning("%s", error)
        if not error and place.name in self._failing:
            log.info("pushing to %s works again", place.name)
        self._failing = {name: said for name, said in self._failing.items() if name != place.name}
        if error:
            self._failing[place.name] = error
