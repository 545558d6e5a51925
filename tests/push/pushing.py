"""One push of a rendered estate, and how what arrives is read."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import cramjam

from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.push.delivery import Delivery
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
    for delivery in pushing.deliveries:
        await delivery.push(exposition)
        await delivery.close()


def delivery_to(
    settings: PushSettings, tally: Tally | None = None, since: float | None = SINCE
) -> Delivery:
    """Delivery to the one receiver of the settings, not pushed to yet."""
    wanted = destinations(settings, since, {})
    pushing = Pusher(settings, wanted, tally or Tally(), lambda: None, lambda: NOW)
    (delivery,) = pushing.deliveries
    return delivery


class WrittenSeries(NamedTuple):
    """One series of a remote-write body. sample: the fields of its one sample, by number.

    metadata: the fields of it, by number, references resolved; 1.0 has none.
    """

    labels: list[tuple[str, str]]
    sample: dict[int, int | bytes]
    metadata: dict[int, int | str]

    @property
    def value(self) -> float | None:
        """The value; None where it is the marker of an end."""
        bits = self.sample[1]
        assert isinstance(bits, bytes)
        return None if bits == STALE else float(struct.unpack("<d", bits)[0])


STALE = (0x7FF0000000000002).to_bytes(8, "little")


def write_request(body: bytes) -> list[WrittenSeries]:
    """Series of a remote-write body of either version, labels in order."""
    message = bytes(cramjam.snappy.decompress_raw(body))
    symbols = [text(content) for number, content in fields(message) if number == 4]
    if not symbols:
        return [_series_1(content) for number, content in fields(message) if number == 1]
    assert symbols[0] == "" and len(set(symbols)) == len(symbols)
    return [_series_2(content, symbols) for number, content in fields(message) if number == 5]


def _series_1(message: int | bytes) -> WrittenSeries:
    assert isinstance(message, bytes)
    labels = []
    for number, content in fields(message):
        if number == 1:
            label = dict(fields(whole(content)))
            labels.append((text(label[1]), text(label[2])))
    (sample,) = [content for number, content in fields(message) if number == 2]
    return WrittenSeries(labels, dict(fields(whole(sample))), {})


def _series_2(message: int | bytes, symbols: list[str]) -> WrittenSeries:
    assert isinstance(message, bytes)
    said = dict(fields(message))
    assert said.keys() == {1, 2, 5}
    words = [symbols[place] for place in packed(whole(said[1]))]
    metadata: dict[int, int | str] = {}
    for number, content in fields(whole(said[5])):
        assert isinstance(content, int)
        metadata[number] = content if number == 1 else symbols[content]
    labels = list(zip(words[::2], words[1::2], strict=True))
    return WrittenSeries(labels, dict(fields(whole(said[2]))), metadata)


def packed(content: bytes) -> list[int]:
    """Numbers of a packed field: each as a varint, which a field's key is as well."""
    numbers = []
    number, shift = 0, 0
    for byte in content:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number, shift = 0, 0
    return numbers


def whole(content: int | bytes) -> bytes:
    assert isinstance(content, bytes)
    return content


def text(value: int | bytes) -> str:
    return whole(value).decode()
