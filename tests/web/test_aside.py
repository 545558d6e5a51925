"""The HTTP side's own thread: it answers while the other loop is busy, and errors and cancelling
find their way.
"""

from __future__ import annotations

import asyncio
import threading

import pytest

from cloud_carbon_exporter.web.aside import Aside, on


async def test_it_runs_in_one_other_thread_until_closed() -> None:
    aside = Aside()

    async def where() -> threading.Thread:
        return threading.current_thread()

    thread = await aside.run(where())
    assert thread is not threading.current_thread()
    assert await aside.run(where()) is thread
    await aside.close()
    assert not thread.is_alive()
    await aside.close()


async def test_it_goes_on_while_the_first_loop_is_held_up() -> None:
    aside, ticks, seen = Aside(), threading.Semaphore(0), threading.Event()

    async def tick() -> None:
        for _ in range(3):
            ticks.release()
            await asyncio.sleep(0)
        seen.set()

    ticking = asyncio.create_task(aside.run(tick()))
    await asyncio.sleep(0)
    assert seen.wait(5), "the loop of this test stands still here"
    assert sum(ticks.acquire(blocking=False) for _ in range(3)) == 3
    await ticking
    await aside.close()


async def test_errors_and_cancelling_go_through_both_ways() -> None:
    aside, home, cancelled = Aside(), asyncio.get_running_loop(), asyncio.Event()

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
        await aside.run(fail())
    with pytest.raises(TimeoutError):
        await aside.run(ask_home())
    async with asyncio.timeout(5):
        await cancelled.wait()
    await aside.close()
