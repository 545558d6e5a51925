"""Render cache: lines of the last refresh whose rows have not changed are not written again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.exposition.chunks import Chunk, Column
from cloud_carbon_exporter.exposition.family import LabelSet
from cloud_carbon_exporter.exposition.gzip_stream import Block, compress


@dataclass(frozen=True, slots=True)
class RenderedLines:
    """Lines of one family for one chunk, compressed. series: how many lines.

    written_from: what they were written from; None where they are not kept.
    """

    block: Block
    series: int
    written_from: object = None


class CacheKey(NamedTuple):
    """Name of a family, and of a chunk."""

    family: str
    chunk: str


def compressed(lines: Sequence[str], written_from: object = None) -> RenderedLines:
    """Lines as a Block."""
    return RenderedLines(compress("".join(lines).encode()), len(lines), written_from)


@dataclass(slots=True)
class RenderCache:
    """Rendered lines by family and chunk. before: those of the refresh before this one."""

    before: Mapping[CacheKey, RenderedLines] = field(default_factory=dict)
    now: dict[CacheKey, RenderedLines] = field(default_factory=dict)

    def get(
        self,
        family: str,
        chunk: Chunk,
        label_set: LabelSet,
        column: Column,
        lines: Callable[[], Sequence[str]],
    ) -> RenderedLines:
        """Lines of a family, written anew only when what they are written from has changed."""
        key = CacheKey(family, chunk.name)
        written_from = chunk.written_from(label_set, column)
        rendered = self.before.get(key)
        # Footprints are kept by the collector while nothing changes, so equal ones are mostly the
        # same object, and Python compares those by identity first.
        if rendered is None or rendered.written_from != written_from:
            rendered = compressed(lines(), written_from)
        self.now[key] = rendered
        return rendered
