"""Warehouse of a cloud, where a bill is summed that stays there: Athena and BigQuery alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

Cells = Sequence[str | None]


class Column(NamedTuple):
    """Column of a table: its name, and its type in words of the warehouse."""

    name: str
    type: str


class Warehouse(Protocol):
    """Warehouse that is asked. Only CollectErrors leave it."""

    async def columns(self, table: Sequence[str]) -> Sequence[Column]:
        """Columns of a table. table: its name, behind those of what it lies in."""

    async def bytes_read(self, table: Sequence[str], statement: str) -> int:
        """Bytes that a statement reads at most, as they are charged; found without running it."""

    def rows(self, statement: str, most_bytes: int) -> AsyncIterator[Cells]:
        """Run a statement, the names of its columns first; it ends where it would read more."""
