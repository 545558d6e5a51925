"""What a scrape gives, read with prometheus_client's parsers and zlib: no code under test."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as text_families

from cloud_carbon_exporter.exposition import ConfigReload, Exposition, Format, tail


class Series(NamedTuple):
    """Name and labels of one sample."""

    name: str
    labels: frozenset[tuple[str, str]]


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
    values: dict[Series, float] = {}
    for family in families:
        for sample in family.samples:
            key = Series(sample.name, frozenset(sample.labels.items()))
            assert key not in values
            assert sample.timestamp is None
            values[key] = sample.value
    return values


def read(exposition: Exposition, format_: Format = "text") -> dict[Series, float]:
    """All samples of a rendering, the tail included."""
    return samples(parse(text_of(exposition, format_), format_))


def series(name: str, **labels: str) -> Series:
    """The key of one sample."""
    return Series(name, frozenset(labels.items()))


def names_in(scrape: Iterable[Series]) -> set[str]:
    """The names of the samples."""
    return {name for name, _ in scrape}


def labels_in(scrape: Iterable[Series], name: str) -> list[dict[str, str]]:
    """The labels of each sample of one name."""
    return [dict(labels) for sample, labels in scrape if sample == name]


def values_in(scrape: dict[Series, float], name: str) -> list[float]:
    """The value of each sample of one name."""
    return [value for sample, value in scrape.items() if sample.name == name]
