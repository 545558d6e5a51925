"""Round of questions to slow sources, one at a time: waited for a little, and never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

PATIENCE_SECONDS = 2.0


class Round:
    """Round of questions that may go on longer than whoever began it waits.

    first_patience_seconds: how long the first is waited for, as nothing is known before it.
    """

    def __init__(self, first_patience_seconds: float) -> None:
        self._first_patience_seconds = first_patience_seconds
        self._tried = False
        self._task: asyncio.Task[None] | None = None

    async def ask(self, all_due: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Ask, unless the round before goes on: what is slow is there the next time."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(all_due())
        patience = PATIENCE_SECONDS if self._tried else self._first_patience_seconds
        await asyncio.wait({self._task}, timeout=patience)
        self._tried = True

    def give_up(self) -> None:
        """Wait no longer for what is being asked."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """Stop asking."""
        self.give_up()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
