"""Memory of what was asked once and holds for a while: catalogues, projects, data sources."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing

log = logging.getLogger(__name__)

# So that all who wait for one answer share its failure, and the next refresh asks again.
FAILED_SECONDS = 1.0
REFUSED_SECONDS = 3600.0

T = TypeVar("T")


class _Answer(NamedTuple):
    until: float
    value: Any


class _Failure(NamedTuple):
    until: float
    error: CollectError


class Memory:
    """Answers by key with an age limit. Simultaneous askers share one call, also where it fails."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._answers: dict[Hashable, _Answer] = {}
        self._failures: dict[Hashable, _Failure] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def get(
        self,
        key: Hashable,
        seconds: float,
        ask: Callable[[], Awaitable[T]],
        refused_seconds: float = FAILED_SECONDS,
    ) -> T:
        """Remembered answer, else what `ask` says, kept for `seconds`; its CollectError passes.

        refused_seconds: how long a refusal, or the answer that there is no such thing, is not asked
            again.
        """
        async with self._locks.setdefault(key, asyncio.Lock()):
            if self.holds(key):
                remembered: T = self._answers[key].value
                return remembered
            failure = self._failures.get(key)
            if failure and self._clock() < failure.until:
                raise failure.error.bare()
            try:
                answer = await ask()
            except CollectError as error:
                refused = isinstance(error, (PermissionMissing, NotThere))
                seconds_failed = refused_seconds if refused else FAILED_SECONDS
                self._failures[key] = _Failure(self._clock() + seconds_failed, error.bare())
                raise
            self._answers[key] = _Answer(self._clock() + seconds, answer)
            return answer

    async def get_extra(
        self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]], otherwise: T
    ) -> T:
        """As `get`, for what is welcome but not needed: `otherwise` on failure.

        A refusal holds for an hour.
        """
        try:
            return await self.get(key, seconds, ask, REFUSED_SECONDS)
        except CollectError as error:
            log.debug("not shown: %s", error)
            return otherwise

    def last(self, key: Hashable) -> Any:
        """What was answered last, however old; None where nothing was."""
        answer = self._answers.get(key)
        return None if answer is None else answer.value

    def remember(self, key: Hashable, seconds: float) -> None:
        """Note that something holds for `seconds`."""
        self._answers[key] = _Answer(self._clock() + seconds, True)

    def holds(self, key: Hashable) -> bool:
        """Whether an answer to this key, or what `remember` noted, still counts."""
        return key in self._answers and self._clock() < self._answers[key].until
