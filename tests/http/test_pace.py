"""Pace of calls: never more in a window than the quota allows, and no slower than it must be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.http.pace import Pace

SECONDS = 60.0


@dataclass
class VirtualTime:
    """Time in which sleeping takes none of ours. begun: when each call began."""

    now: float = 0.0
    begun: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)

    async def call(self, pace: Pace) -> None:
        await pace.turn()
        self.begun.append(self.now)

    def most_in_a_window(self) -> int:
        most = 0
        for start in self.begun:
            most = max(most, sum(start <= moment < start + SECONDS for moment in self.begun))
        return most


@pytest.mark.slow
@given(st.integers(1, 20), st.lists(st.floats(0, 90), min_size=1, max_size=60))
def test_law_no_window_holds_more_calls_than_the_quota(calls: int, gaps: list[float]) -> None:
    time = VirtualTime()
    pace = Pace(calls, SECONDS, time, time.sleep)

    async def run() -> None:
        for gap in gaps:
            time.now += gap
            await time.call(pace)

    asyncio.run(run())
    assert time.most_in_a_window() <= calls


async def test_what_fits_into_a_window_is_not_slowed() -> None:
    time = VirtualTime()
    pace = Pace(100, SECONDS, time, time.sleep)
    for _ in range(100):
        await time.call(pace)
    assert time.now == 0
    await time.call(pace)
    assert time.now == SECONDS


async def test_a_quota_that_others_have_used_up_is_waited_out_by_all() -> None:
    time = VirtualTime()
    pace = Pace(2, SECONDS, time, time.sleep)
    await time.call(pace)
    pace.exhausted(45)
    await asyncio.gather(time.call(pace), time.call(pace))
    assert time.begun[1:] == [45, 60]
