"""What is remembered, for how long, and how a failure is shared."""

from __future__ import annotations

import asyncio

import pytest

from cloud_carbon_exporter.errors import CollectError, PermissionMissing, Unreachable
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory


class Asked:
    """Answers with its count, or fails while `error` is set; it takes a turn of the loop."""

    def __init__(self, error: CollectError | None = None) -> None:
        self.count = 0
        self.error = error

    async def __call__(self) -> int:
        self.count += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return self.count


async def test_an_answer_holds_for_its_time() -> None:
    now, asked = [0.0], Asked()
    memory = Memory(lambda: now[0])
    assert [await memory.get("key", 60, asked) for _ in range(3)] == [1, 1, 1]
    now[0] = 61
    assert await memory.get("key", 60, asked) == 2
    assert await memory.get("another key", 60, asked) == 3


async def test_all_who_wait_share_one_answer() -> None:
    memory, asked = Memory(lambda: 0), Asked()
    assert await asyncio.gather(*(memory.get("key", 60, asked) for _ in range(20))) == [1] * 20


async def test_all_who_wait_share_one_failure() -> None:
    """A silent catalogue costs one timeout, not one for each zone in turn."""
    now, asked = [0.0], Asked(Unreachable("silence"))
    memory = Memory(lambda: now[0])
    results = await asyncio.gather(
        *(memory.get("key", 60, asked) for _ in range(20)), return_exceptions=True
    )
    assert {type(result) for result in results} == {Unreachable}
    assert asked.count == 1
    asked.error = None
    now[0] = 1.5
    assert await memory.get("key", 60, asked) == 2, "the next refresh asks again"


async def test_one_who_gives_up_leaves_the_others_their_answer() -> None:
    memory, asked = Memory(lambda: 0), Asked()
    first = asyncio.create_task(memory.get("key", 60, asked))
    await asyncio.sleep(0)
    others = [asyncio.create_task(memory.get("key", 60, asked)) for _ in range(3)]
    first.cancel()
    assert await asyncio.gather(*others) == [2, 2, 2]


@pytest.mark.parametrize(
    ("error", "seconds"), [(PermissionMissing("no"), 3600), (Unreachable("silence"), 1)]
)
async def test_an_extra_is_done_without(error: CollectError, seconds: float) -> None:
    now, asked = [0.0], Asked(error)
    memory = Memory(lambda: now[0])
    assert await memory.get_extra("key", 60, asked, -1) == -1
    now[0] = seconds - 0.5
    assert await memory.get_extra("key", 60, asked, -1) == -1
    assert asked.count == 1
    now[0] = seconds + 0.5
    asked.error = None
    assert await memory.get_extra("key", 60, asked, -1) == 2


def test_what_is_noted_holds_for_its_time() -> None:
    now = [0.0]
    memory = Memory(lambda: now[0])
    assert not memory.holds("key")
    memory.remember("key", 60)
    assert memory.holds("key")
    now[0] = 60
    assert not memory.holds("key")
