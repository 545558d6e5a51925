"""Rows of the state file: lists of strings and numbers, and what hands them over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

Row = Sequence[Any]
"""Strings and numbers, as JSON has them."""


class Section(Protocol):
    """Something that survives: hands out its rows, and takes them back at the start."""

    def dump(self) -> Iterable[Row]:
        """All there is to keep."""

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what an earlier process kept, and nothing else.

        Raises ValueError or TypeError for nonsense.
        """
