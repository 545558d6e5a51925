"""Reads what a scrape gives, with prometheus_client's parsers and zlib: nothing of the code under
test.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as text_families

from cloud_carbon_exporter.exposition import ConfigReload, Exposition, Format, tail

Series = tuple[str, frozenset[tuple[str, str]]]


def inflate(body: bytes) -> bytes:
    """Decode a gzip body, insisting on one whole member and nothing behind it."""
    decoder = zlib.decompressobj(31)
    text = decoder.decompress(body) + decoder.flush()
    assert decoder.eof
    assert decoder.unused_data == b""
    return text


def text_of(
    exposition: Exposition,
    format_: Format,
    process: bytes = b"",
    reload: ConfigReload | None = None,
) -> str:
    """The whole answer as text, by way of the gzip stream."""
    pieces, length = exposition.stream(format_).gzip(tail(exposition, format_, process, reload))
    body = b"".join(pieces)
    assert len(body) == length
    return inflate(body).decode()


def parse(text: str, format_: Format) -> list[Metric]:
    """The families of an answer."""
    parse_ = openmetrics_families if format_ == "openmetrics" else text_families
    return list(parse_(text))


def samples(families: Iterable[Metric]) -> dict[Series, float]:
    """All samples by name and labels; no two alike, none with a timestamp."""
    found: dict[Series, float] = {}
    for family in families:
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found
            assert sample.timestamp is None
            found[key] = sample.value
    return found


def read(exposition: Exposition, format_: Format = "text") -> dict[Series, float]:
    """All samples of a rendering, the tail included."""
    return samples(parse(text_of(exposition, format_), format_))


def series(name: str, **labels: str) -> Series:
    """The key of one sample."""
    return name, frozenset(labels.items())
