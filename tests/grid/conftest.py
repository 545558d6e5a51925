"""The fake sources, served for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.grid.support import Clock, GridApis, Told


@pytest.fixture
def clock() -> Clock:
    """Sixteen minutes and forty seconds past noon."""
    return Clock()


@pytest.fixture
def told() -> Told:
    """What was counted and said."""
    return Told()


@pytest.fixture
async def apis(clock: Clock) -> AsyncIterator[GridApis]:
    """All sources, on a free port."""
    served = GridApis(clock)
    runner = await served.start()
    yield served
    served.hanging.set()
    await runner.cleanup()
