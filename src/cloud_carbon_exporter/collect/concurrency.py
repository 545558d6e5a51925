"""Concurrency of sweeps: how many run at once, per API and per Target, and how they start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from cloud_carbon_exporter.collect.sweep_state import SweepState

# Sweeps started before anything else has its turn: each prepares a call, some milliseconds.
STARTED_AT_ONCE = 4

# Sweeps at once of one API in a region of an account. The clouds count their rate limits there:
# EC2, for one, has a bucket of tokens for each account, region and operation.
CALLS_PER_API = 4

# Sweeps at once of a Target.
CALLS_PER_TARGET = 32


class ApiKey(NamedTuple):
    """An API where it is called. `inhabited`: by sweeps that found something before."""

    account_id: str
    region: str
    api: str
    inhabited: bool


class SweepPlaces:
    """Places for the sweeps of one Target.

    Sweeps that found something before, and all others, have as many each: the others, regions that
    are disabled or products that hang, may be slow in vain, and must not hold up the first.
    """

    def __init__(self) -> None:
        self._inhabited = asyncio.Semaphore(CALLS_PER_TARGET)
        self._others = asyncio.Semaphore(CALLS_PER_TARGET)
        self._apis: dict[ApiKey, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def place(self, state: SweepState) -> AsyncIterator[None]:
        """Wait for a place. Who waits for its API holds none of the Target's."""
        scope = state.scope
        key = ApiKey(scope.account_id, scope.region, state.listing.api, state.inhabited)
        of_target = self._inhabited if state.inhabited else self._others
        async with self._of_api(key), of_target:
            yield

    def _of_api(self, key: ApiKey) -> asyncio.Semaphore:
        of_api = self._apis.get(key)
        if of_api is None:
            of_api = self._apis[key] = asyncio.Semaphore(CALLS_PER_API)
        return of_api


class GentleStart:
    """Gives others their turn after each few sweeps that were started."""

    def __init__(self) -> None:
        self._started = 0

    async def another(self) -> None:
        """One more was started."""
        self._started += 1
        if self._started % STARTED_AT_ONCE == 0:
            await asyncio.sleep(0)
