"""Identity of many objects: whether what is frozen, and kept where nothing changed, is the same."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_


def same_objects(before: Sequence[object], now: Sequence[object]) -> bool:
    """Whether these are the same objects; equality would look into a hundred thousand of them."""
    return len(before) == len(now) and all(map(is_, before, now))
