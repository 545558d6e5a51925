"""Thread of the HTTP side, with an event loop of its own: no answer waits for the collecting.

A scrape of a large estate is written in some hundred turns of the loop, and while collecting, a
turn may parse a page or describe a thousand resources for each of thirty sweeps.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Result]) -> Result:
    """Await `work` on the loop of another thread. Cancelling and errors go through."""
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


class WebThread:
    """The thread and its loop, from the first `run` to `close`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Await `work` on the thread's loop."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            # a daemon: an error on the way to `close` must not leave the program hanging
            self._thread = threading.Thread(target=self._loop.run_forever, name="web", daemon=True)
            self._thread.start()
        return await on(self._loop, work)

    async def close(self) -> None:
        """End the thread; what still runs on its loop is left."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()
        self._loop = self._thread = None
