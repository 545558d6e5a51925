"""Work in a thread of its own, beside the event loop: building a Snapshot of a large estate."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def beside(work: Callable[[], Result]) -> Result:
    """Run `work` in a thread of its own.

    A daemon, unlike an executor's: leaving the program does not wait for it.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Result] = loop.create_future()

    def succeed(result: Result) -> None:
        if not ended.cancelled():
            ended.set_result(result)

    def fail(error: Exception) -> None:
        if not ended.cancelled():
            ended.set_exception(error)

    def run() -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            try:
                result = work()
            except Exception as error:
                loop.call_soon_threadsafe(fail, error)
            else:
                loop.call_soon_threadsafe(succeed, result)

    threading.Thread(target=run, name="snapshot", daemon=True).start()
    return await ended
