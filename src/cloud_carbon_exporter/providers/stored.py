"""Stored objects of a bucket, and how a bucket is read: the same of S3 and of Cloud Storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """Stored object: its whole name, and its bytes."""

    name: str
    size: int


class Bucket(Protocol):
    """Bucket that is read. Only CollectErrors leave it."""

    def below(self, prefix: str) -> AsyncIterator[Stored]:
        """Objects whose names begin so."""

    async def part(self, name: str, first: int, last: int) -> bytes:
        """Bytes of an object from the first to the last, which is one of them."""


class Uncounted:
    """Meter of calls that belong to no target: nobody pays for them by the month."""

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        """See spec.Meter."""
