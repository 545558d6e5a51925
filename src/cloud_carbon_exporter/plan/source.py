"""Source of the values of a resource: itself, its configuration, and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cloud_carbon_exporter.plan.values import (
    Values,
    identity,
    mapping,
    number,
    reached,
    said,
    text,
    unknown_at,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where values of a resource are looked up: in itself, then in what it refers to.

    written: expressions of its block in the configuration. unknown: what of it is known only once
    it is applied. disks: identities of the disks that are resources of the plan themselves. doubt:
    why the others may be the wrong ones.
    """

    own: Values
    others: tuple[Source, ...] = ()
    written: Values = field(default_factory=dict)
    unknown: Values = field(default_factory=dict)
    disks: frozenset[str] = frozenset()
    doubt: str = ""

    def within(self, block: Values) -> Source:
        """The same, in one of its blocks first."""
        return Source(block, self.levels())

    def levels(self) -> tuple[Source, ...]:
        """Itself and the others, in the order they are looked into."""
        return (self, *self.others)

    def text(self, paths: str) -> str:
        """First text at one of the paths, those that the configuration sets first."""
        return next((found for found in self._texts(paths) if found), "")

    def number(self, paths: str) -> float | None:
        """First number at one of the paths, those that the configuration sets first."""
        for path in sorted(paths.split("|"), key=self.rank):
            for level in self.levels():
                found = number(level.own, path)
                if found is not None:
                    return found
        return None

    def blocks(self, paths: str) -> list[Values]:
        """Blocks at the first path that has any; itself where there is no path."""
        if not paths:
            return [self.own]
        for path in paths.split("|"):
            for level in self.levels():
                found = _blocks(level.own, path)
                if found:
                    return found
        return []

    def said(self, condition: str) -> bool:
        """Whether a condition holds, of itself or of what stands around it."""
        return any(said(level.own, condition) for level in self.levels())

    def may_be_said(self, condition: str) -> bool:
        """The same, also of a path that has its value only once the plan is applied."""
        return self.said(condition) or ("=" not in condition and self.is_open(condition))

    def sets(self, path: str) -> bool:
        """Whether the configuration sets what stands at a path."""
        for level in self.levels():
            if any(_is_set(each) for each in reached(level.written, path)):
                return True
        return False

    def is_open(self, path: str) -> bool:
        """Whether what stands at a path is known only once it is applied."""
        return any(unknown_at(level.unknown, path) for level in self.levels())

    def rank(self, path: str) -> int:
        """Rank of a path among others for the same: set, then as it stands, then open.

        A state holds what a cloud computed too, so that every one of them has a value.
        """
        if self.sets(path):
            return 0
        return 2 if self.is_open(path) else 1

    def held_here(self, path: str, held_by: str, always: bool) -> list[Values] | None:
        """Blocks at a path less those whose disk is told elsewhere; None where no block stands.

        held_by: attribute that names the disk, of the same block or of one around it.
        """
        around, _, name = held_by.rpartition(".")
        inner = path.partition("|")[0].removeprefix(around).lstrip(".")
        for level in self.levels():
            holders = _blocks(level.own, around)
            here: list[Values] = []
            for at, holder in enumerate(holders):
                blocks = _blocks(holder, inner)
                if not level._elsewhere(held_by, holder.get(name), (at, len(holders)), blocks):
                    here += blocks or ([holder] if always else [])
            if holders:
                return here
        return [] if self.sets(held_by) else None

    def _elsewhere(
        self, held_by: str, named: Any, place: tuple[int, int], blocks: list[Values]
    ) -> bool:
        """Whether the disk of a block is another resource of the plan, or one that is there."""
        if isinstance(named, str) and named:
            return identity(named) in self.disks
        around, _, name = held_by.rpartition(".")
        unknown = _nth(self.unknown, around, place)
        if not any(unknown_at(mapping(block), name) or block is True for block in unknown):
            return False
        written = _nth(self.written, around, place)
        if written:
            return any(_is_set(mapping(block).get(name)) for block in written)
        return not blocks  # nothing says that a new one is made

    def _texts(self, paths: str) -> Iterator[str]:
        for path in sorted(filter(None, paths.split("|")), key=self.rank):
            for level in self.levels():
                yield text(level.own, path) or _whole(number(level.own, path))


def with_others(source: Source, others: list[Source], doubt: str) -> Source:
    """The same with what it refers to."""
    return replace(source, others=tuple(others), doubt=doubt)


def _blocks(values: Values, path: str) -> list[Values]:
    return [block for block in reached(values, path) if isinstance(block, Mapping)]


def _nth(values: Values, path: str, place: tuple[int, int]) -> list[Any]:
    """What is said of one of several blocks; of all, where a dynamic block hides which is which."""
    at, count = place
    blocks = reached(values, path)
    return blocks[at : at + 1] if len(blocks) == count else blocks


def _is_set(expression: Any) -> bool:
    """Whether an expression of a configuration is there, and is not null."""
    if isinstance(expression, Mapping) and "constant_value" in expression:
        return expression["constant_value"] is not None
    return bool(expression)


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
