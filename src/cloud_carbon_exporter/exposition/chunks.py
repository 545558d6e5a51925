"""Rows in chunks of about one MB of text, each with the label text of its series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zlib import crc32

from cloud_carbon_exporter.exposition.family import LabelSet, ProviderKind
from cloud_carbon_exporter.model.identity import same_objects
from cloud_carbon_exporter.model.snapshot import Row

Column = Callable[[Row], object]
"""The part of a row that a family is written from."""

ROWS_A_CHUNK = 3000
"""Rows of a chunk on average.

About one MB of text: large enough to compress well, small beside what a refresh holds anyway.
"""


class UniqueRows(NamedTuple):
    """Rows no two of which have the same label text, and how many were left out for that."""

    rows: Sequence[Row]
    labels: Sequence[str]
    dropped: Counter[ProviderKind]


@dataclass(slots=True)
class Chunk:
    """Rows that are rendered together, and their label text by what carries it."""

    rows: Sequence[Row]
    labels: Mapping[LabelSet, Sequence[str]]
    _columns: dict[Column, Sequence[object]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What no other chunk is called."""
        return self.labels["series"][0]

    def written_from(self, label_set: LabelSet, column: Column) -> Sequence[Sequence[object]]:
        """All that the lines of a family are written from: labels, and a part of each row."""
        if column not in self._columns:
            self._columns[column] = [column(row) for row in self.rows]
        return [self.labels[label_set], self._columns[column]]


def unchanged(before: Chunk, now: Chunk) -> bool:
    """Whether all that is written of a Chunk was written of the one before, to the letter."""
    return same_objects(before.rows, now.rows) and before.labels == now.labels


def unique_rows(rows: Sequence[Row], labels: Sequence[str]) -> UniqueRows:
    """Rows without those whose label text an earlier one has."""
    dropped: Counter[ProviderKind] = Counter()
    # the rule: an id is unique. What is left is a cloud, or a target named twice, that breaks it
    if len(set(labels)) == len(rows):
        return UniqueRows(rows, labels, dropped)
    unique: dict[str, Row] = {}
    for text, row in zip(labels, rows, strict=True):
        if text in unique:
            dropped[ProviderKind(row.resource.location.provider, row.resource.kind)] += 1
        else:
            unique[text] = row
    return UniqueRows(list(unique.values()), list(unique), dropped)


def chunks(rows: Sequence[Row], labels: Mapping[LabelSet, Sequence[str]]) -> Iterator[Chunk]:
    """The rows in chunks.

    What a row is called decides whether a chunk ends with it, so a resource that comes or goes
    changes its own chunk and no other.
    """
    start = 0
    for end, text in enumerate(labels["series"], 1):
        # crc32 and not hash(): Python salts the hash of text, and chunks would differ from run to
        # run
        ends_here = crc32(text.encode()) % ROWS_A_CHUNK == 0
        if ends_here or end - start == 2 * ROWS_A_CHUNK or end == len(rows):
            part = slice(start, end)
            yield Chunk(rows[part], {name: texts[part] for name, texts in labels.items()})
            start = end
