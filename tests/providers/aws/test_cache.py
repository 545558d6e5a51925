"""Cache: one fetch at a time, shared by all who wait for it, whether it succeeds or fails."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref

import pytest
from tests.fakes.cloud import Clock

from cloud_carbon_exporter.errors import Unreachable
from cloud_carbon_exporter.providers.aws.client.cache import Cache


class Source:
    """Answers when it is let, and fails while it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.free = asyncio.Event()

    async def fetch(self) -> int:
        self.asked += 1
        await self.free.wait()
        if self.fails:
            raise Unreachable("no")
        return self.asked


async def test_all_who_wait_share_one_answer_for_as_long_as_it_is_good() -> None:
    clock, source = Clock(), Source()
    cache = Cache(clock)
    waiting = [asyncio.ensure_future(cache.get("key", 60, source.fetch)) for _ in range(100)]
    source.free.set()
    assert await asyncio.gather(*waiting) == [1] * 100
    clock.now += 59
    assert await cache.get("key", 60, source.fetch) == 1
    clock.now += 2
    assert await cache.get("key", 60, source.fetch) == 2


async def test_what_was_kept_before_the_clock_was_set_back_is_fetched_anew() -> None:
    """Else it would hold for as long as the clock was ahead."""
    clock, source = Clock(), Source()
    cache = Cache(clock)
    source.free.set()
    assert await cache.get("key", 60, source.fetch) == 1
    clock.now -= 2 * 86400
    assert await cache.get("key", 60, source.fetch) == 2
    assert await cache.get("key", 60, source.fetch) == 2


async def test_all_who_wait_share_one_failure_and_who_comes_later_asks_again() -> None:
    """A hundred listings want the regions: a silent cloud is not waited for a hundred times."""
    source = Source()
    source.fails = True
    cache = Cache(Clock())
    waiting = [asyncio.ensure_future(cache.get("key", 60, source.fetch)) for _ in range(100)]
    await asyncio.sleep(0)
    source.free.set()
    failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(failure, Unreachable) for failure in failures)
    assert source.asked == 1
    with pytest.raises(Unreachable):
        await cache.get("key", 60, source.fetch)
    assert source.asked == 2
    source.fails = False
    assert await cache.get("key", 60, source.fetch) == 3
    assert cache.last("key") == 3


@pytest.mark.slow
async def test_a_failure_that_is_kept_keeps_nothing_else() -> None:
    """Its frames hold what was being read, which may be large."""
    cache, held = Cache(Clock()), []

    class Body:
        """What a frame holds."""

    async def fetch() -> int:
        body = Body()
        held.append(weakref.ref(body))
        try:
            raise ConnectionError("no")
        except ConnectionError as error:
            raise Unreachable("no") from error

    with contextlib.suppress(Unreachable):
        await cache.get("key", 60, fetch)
    gc.collect()
    assert held[0]() is None
