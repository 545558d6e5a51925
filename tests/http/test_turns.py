"""A hundred calls that are ready at once do not have the loop to themselves."""

from __future__ import annotations

import asyncio

from cloud_carbon_exporter.http.turns import CALLS_A_TURN, Turns


async def test_in_one_turn_of_the_loop_few_calls_are_prepared() -> None:
    turns, loop = Turns(), asyncio.get_running_loop()
    begun: list[int] = []
    passed = 0

    def another() -> None:
        nonlocal passed
        passed += 1
        if len(begun) < 100:
            loop.call_soon(another)

    async def call() -> None:
        await turns.take()
        begun.append(passed)

    loop.call_soon(another)
    await asyncio.gather(*(call() for _ in range(100)))
    in_one_turn = max(begun.count(each) for each in set(begun))
    assert in_one_turn <= CALLS_A_TURN
    assert begun == sorted(begun)


async def test_a_call_that_is_alone_does_not_wait() -> None:
    turns = Turns()
    for _ in range(CALLS_A_TURN):
        taking = turns.take()
        try:
            taking.send(None)
        except StopIteration:
            continue
        raise AssertionError("it waited")
