"""What was asked once and holds for a while: catalogues, projects, data sources."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing

log = logging.getLogger(__name__)

REFUSED_SECONDS = 3600.0

T = TypeVar("T")


class Memory:
    """Answers by key with an age limit. Simultaneous askers share one call; a failure is not remembered."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._answers: dict[Hashable, tuple[float, Any]] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def get(self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]]) -> T:
        """The remembered answer, else what `ask` says, kept for `seconds`."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._answers.get(key)
            if kept is not None and self._clock() < kept[0]:
                answer: T = kept[1]
                return answer
            answer = await ask()
            self._answers[key] = (self._clock() + seconds, answer)
            return answer

    async def get_extra(self, key: Hashable, seconds: float, ask: Callable[[], Awaitable[T]], otherwise: T) -> T:
        """As `get`, for what is welcome but not needed: on failure `otherwise`, and a refusal holds for an hour."""
        if self.holds(("refused", key)):
            return otherwise
        try:
            return await self.get(key, seconds, ask)
        except CollectError as error:
            log.info("not shown: %s", error)
            if isinstance(error, (PermissionMissing, NotThere)):
                self.remember(("refused", key), REFUSED_SECONDS)
            return otherwise

    def remember(self, key: Hashable, seconds: float) -> None:
        """Note that something holds for `seconds`."""
        self._answers[key] = (self._clock() + seconds, True)

    def holds(self, key: Hashable) -> bool:
        """Whether `remember` was called for this key and still counts."""
        kept = self._answers.get(key)
        return kept is not None and self._clock() < kept[0]
