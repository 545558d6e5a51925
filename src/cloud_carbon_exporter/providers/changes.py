"""Changes a cloud tells of as they happen: which listing to look at again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """Something that has changed: the listing that tells of it, and where."""

    account_id: str
    region: str
    api: str
    operation: str


Changes = Callable[[Any], AsyncIterator[Sequence[Change]]]
"""What the client given is told of; it ends at once where nothing tells."""
