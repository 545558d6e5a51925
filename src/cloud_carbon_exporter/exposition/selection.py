"""Selection: the families of an answer that `name[]` asks for, as Prometheus' own clients have it.

The large families keep their blocks, so nothing of them is compressed or copied again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from cloud_carbon_exporter.exposition.gzip_stream import Block, compress, join, plain
from cloud_carbon_exporter.exposition.render import Exposition, Format, metadata

_HELP = "# HELP "


def select(exposition: Exposition, format_: Format, names: Collection[str]) -> Exposition:
    """The Exposition with the families of these names, in one format; others are left out."""
    blocks: list[Block] = []
    series = 0
    for part in exposition.large:
        if part.family.name in names:
            blocks += [compress(metadata(part.family, format_).encode()), *part.blocks]
            series += part.series
    small = only(plain(exposition.small[format_]).decode(), names)
    series += samples_in(small)
    stream = join([*blocks, compress(small.encode())])
    return replace(exposition, text=stream, openmetrics=stream, series=series)


def only(text: str, names: Collection[str]) -> str:
    """The families of these names out of a text of whole families, each beginning with its HELP."""
    return "".join(_lines_of(text, names))


def samples_in(text: str) -> int:
    """How many samples a text of whole families holds."""
    return sum(not line.startswith("#") for line in _lines(text))


def _lines(text: str) -> Iterator[str]:
    """Lines as the formats have them: the marks of other scripts end none, as splitlines has it."""
    for line in text.split("\n"):
        if line:
            yield line + "\n"


def _lines_of(text: str, names: Collection[str]) -> Iterator[str]:
    wanted = False
    for line in _lines(text):
        if line.startswith(_HELP):
            name = line[len(_HELP) :].partition(" ")[0]
            # OpenMetrics names a counter without the suffix its samples carry
            wanted = name in names or f"{name}_total" in names
        if wanted:
            yield line
