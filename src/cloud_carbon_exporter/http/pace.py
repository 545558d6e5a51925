"""Pace of calls: no more in any window than a quota allows, so that none is ever refused for it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable


class Pace:
    """Pace of one kind of call, shared by all that make it. Lives on one event loop.

    calls in `seconds`: how many may begin in any window of that length. What has rested begins so
    many at once, as a listing whose pages all fit into one window need not be slow.
    """

    def __init__(
        self,
        calls: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._begun: deque[float] = deque(maxlen=calls)
        self._not_before = float("-inf")

    async def turn(self) -> None:
        """Wait for the turn of one call. Turns are given in the order they were asked for."""
        # The turn is taken before the wait, so that whoever asks meanwhile comes after.
        turn = max(self._clock(), self._earliest())
        self._begun.append(turn)
        # Refused meanwhile, all that wait go on waiting.
        while (wait := max(turn, self._not_before) - self._clock()) > 0:
            await self._sleep(wait)

    def exhausted(self, seconds: float) -> None:
        """The quota is used up, by us or by others: no turn begins for so many seconds."""
        self._not_before = max(self._not_before, self._clock() + seconds)

    def _earliest(self) -> float:
        if len(self._begun) < (self._begun.maxlen or 0):
            return self._not_before
        return max(self._not_before, self._begun[0] + self._seconds)
