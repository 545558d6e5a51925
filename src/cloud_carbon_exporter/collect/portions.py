"""Long loops on the event loop, a portion at a time: scrapes are answered in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

# Items: a millisecond or two of what a refresh does with each.
AT_ONCE = 200


async def in_portions(items: Iterable[Item]) -> AsyncIterator[Sequence[Item]]:
    """All items, in order. What waits for the event loop has its turn after each portion."""
    remaining = iter(items)
    while portion := tuple(islice(remaining, AT_ONCE)):
        yield portion
        await asyncio.sleep(0)
