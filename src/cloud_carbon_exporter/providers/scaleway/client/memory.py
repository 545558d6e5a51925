"""What was asked once and holds for a while: catalogues, projects, data sources."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing

log = logging.getLogger(__name__)

FAILED_SECONDS = (
    1.0  # so that all who wait for one answer share its failure, and the next refresh asks again
)
REFUSED_SECONDS = 3600.0

T = TypeVar("T")


class Memory:
    """Answers by key with an age limit. Simultaneous askers share one call, whether it succeeds or
    fails.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._answers: dict[Hashable, tuple[float, Any]] = {}
        self._failures: dict[Hashable, tuple[float, CollectError]] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def get(
        self,
        key: Hashable,
        seconds: float,
        ask: Callable[[], Awaitable[T]],
        refused_seconds: float = FAILED_SECONDS,
    ) -> T:
        """The remembered answer, else what `ask` says, kept for `seconds`; its CollectError passes.

        refused_seconds: how long a refusal, or the answer that there is no such thing, is not asked
            again.
        """
        async with self._locks.setdefault(key, asyncio.Lock()):
            now = self._clock()
            if key in self._answers and now < self._answers[key][0]:
                answer: T = self._answers[key][1]
                return answer
            if key in self._failures and now < self._failures[key][0]:
                raise self._failures[key][1].bare()
            try:
                answer = await ask()
            except CollectError as error:
                refused = isinstance(error, (PermissionMissing, NotThere))
                self._failures[key] = (
                    self._clock() + (refused_seconds if refused else FAILED_SECONDS),
                    error.bare(),
                )
                raise
            self._answers[key] = (self._clock() + seconds, answer)
            return answer

    async def get_extra(
        self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]], otherwise: T
    ) -> T:
        """As `get`, for what is welcome but not needed: on failure `otherwise`, and a refusal holds
        for an hour.
        """
        try:
            return await self.get(key, seconds, ask, REFUSED_SECONDS)
        except CollectError as error:
            log.debug("not shown: %s", error)
            return otherwise

    def remember(self, key: Hashable, seconds: float) -> None:
        """Note that something holds for `seconds`."""
        self._answers[key] = (self._clock() + seconds, True)

    def holds(self, key: Hashable) -> bool:
        """Whether `remember` was called for this key and still counts."""
        return key in self._answers and self._clock() < self._answers[key][0]
