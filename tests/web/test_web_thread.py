"""The HTTP side's own thread: it answers while the other loop is busy; errors find their way."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tests.patience import PATIENCE_SECONDS

from cloud_carbon_exporter.web.web_thread import WebThread, on


async def test_it_runs_in_one_other_thread_until_closed() -> None:
    web_thread = WebThread()

    async def where() -> threading.Thread:
        return threading.current_thread()

    thread = await web_thread.run(where())
    assert thread is not threading.current_thread()
    assert await web_thread.run(where()) is thread
    await web_thread.close()
    assert not thread.is_alive()
    await web_thread.close()


async def test_it_goes_on_while_the_first_loop_is_held_up() -> None:
    web_thread, ticks, seen = WebThread(), threading.Semaphore(0), threading.Event()

    async def tick() -> None:
        for _ in range(3):
            ticks.release()
            await asyncio.sleep(0)
        seen.set()

    ticking = asyncio.create_task(web_thread.run(tick()))
    await asyncio.sleep(0)
    assert seen.wait(PATIENCE_SECONDS), "the loop of this test stands still here"
    assert sum(ticks.acquire(blocking=False) for _ in range(3)) == 3
    await ticking
    await web_thread.close()


async def test_errors_and_cancelling_go_through_both_ways() -> None:
    web_thread, home, cancelled = WebThread(), asyncio.get_running_loop(), asyncio.Event()

    async def fail() -> None:
        raise KeyError("here")

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def ask_home() -> None:
        await asyncio.wait_for(on(home, wait()), 0.05)

    with pytest.raises(KeyError, match="here"):
        await web_thread.run(fail())
    with pytest.raises(TimeoutError):
        await web_thread.run(ask_home())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await cancelled.wait()
    await web_thread.close()
