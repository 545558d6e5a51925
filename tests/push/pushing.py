"""One push of a rendered estate, and how what arrives is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import cramjam

from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.push import sending
from cloud_carbon_exporter.push.destinations import destinations
from cloud_carbon_exporter.push.protobuf import fields
from cloud_carbon_exporter.push.pusher import Pusher
from cloud_carbon_exporter.push.settings import PushSettings
from tests.exposition import estate

NOW = 1_700_000_700.0
SINCE = 1_700_000_000.0


@dataclass
class Tally:
    """What a Pusher counted."""

    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str, str]] = field(default_factory=Counter)

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
        self.calls[api, operation, outcome] += 1

    def error(self, provider: str, operation: str, reason: str) -> None:
        self.errors[provider, operation, reason] += 1


def rendered(rows: int = 0) -> Exposition:
    """The estate of the tests of the exposition, and so many machines more."""
    taken = estate.SNAPSHOT
    machine = taken.rows[0]
    machines = []
    for number in range(rows):
        resource = replace(machine.resource, id=f"i-{number}")
        machines.append(replace(machine, resource=resource))
    return Renderer(estate.SETTINGS)(replace(taken, rows=(*taken.rows, *machines)))


async def push(
    settings: PushSettings,
    exposition: Exposition,
    tally: Tally,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Push once to every destination."""
    wanted = destinations(settings, SINCE, environment or {})
    pushing = Pusher(settings, wanted, tally, lambda: exposition, lambda: NOW)
    session = sending.open_session()
    for destination in wanted:
        await pushing.push(session, destination, exposition)
    await session.close()


class WrittenSeries(NamedTuple):
    """One series of a remote-write body. sample: the fields of its one sample."""

    labels: list[tuple[str, str]]
    sample: list[tuple[int, int | bytes]]


def write_request(body: bytes) -> list[WrittenSeries]:
    """Series of a remote-write body, labels in order."""
    series = []
    for number, message in fields(bytes(cramjam.snappy.decompress_raw(body))):
        assert number == 1 and isinstance(message, bytes)
        labels: list[tuple[str, str]] = []
        samples: list[list[tuple[int, int | bytes]]] = []
        for part, content in fields(message):
            assert isinstance(content, bytes)
            if part == 1:
                label = dict(fields(content))
                labels.append((text(label[1]), text(label[2])))
            else:
                assert part == 2
                samples.append(list(fields(content)))
        (sample,) = samples
        series.append(WrittenSeries(labels, sample))
    return series


def text(value: int | bytes) -> str:
    assert isinstance(value, bytes)
    return value.decode()
