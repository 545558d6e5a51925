"""Turns of the event loop: so few calls are prepared in one that others have theirs in between."""

from __future__ import annotations

import asyncio

# To prepare a call takes a millisecond or two: it is serialised, signed and written.
CALLS_A_TURN = 8


class Turns:
    """Turns of one client's calls. Lives on one event loop."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(CALLS_A_TURN)

    async def take(self) -> None:
        """Wait for a turn of the loop that has a place left."""
        await self._places.acquire()
        asyncio.get_running_loop().call_soon(self._places.release)
