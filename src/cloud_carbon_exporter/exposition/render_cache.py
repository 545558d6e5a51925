"""What was rendered at the last refresh and has not changed since is not rendered again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.exposition.resources import Chunk, Column
from cloud_carbon_exporter.exposition.stream import Block, compress


@dataclass(frozen=True, slots=True)
class Rendered:
    """The lines of one family for the rows of one chunk. series: how many. made_of: what they were
    written from.
    """

    block: Block
    series: int
    made_of: object = None


def rendered(lines: Sequence[str], made_of: object = None) -> Rendered:
    """Lines, compressed."""
    return Rendered(compress("".join(lines).encode()), len(lines), made_of)


@dataclass(slots=True)
class Kept:
    """What the chunks of a refresh became, by family and chunk. before: those of the refresh before
    this one.
    """

    before: Mapping[tuple[str, str], Rendered] = field(default_factory=dict)
    now: dict[tuple[str, str], Rendered] = field(default_factory=dict)

    def get(
        self, family: str, chunk: Chunk, column: Column, lines: Callable[[], Sequence[str]]
    ) -> Rendered:
        """The lines of a family; written anew only when what they are made of is not what it was."""
        key, made_of = (family, chunk.name), chunk.made_of(column)
        found = self.before.get(key)
        if found is None or found.made_of != made_of:
            found = rendered(lines(), made_of)
        self.now[key] = found
        return found
