"""Answers that are worth keeping a while: one fetch at a time a key, whose failure all share who
wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import CollectError

Value = TypeVar("Value")


class Cache:
    """Values by key, each for as long as it was stored for, by the clock given."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._values: dict[Hashable, tuple[float, Any]] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._failures: dict[
            Hashable, tuple[int, CollectError]
        ] = {}  # how many so far, and the last

    async def get(
        self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[Value]]
    ) -> Value:
        """The value under `key`, fetched when there is none younger than `seconds`.

        A failure is not kept: who comes later asks again. But a hundred who wait for an answer that
        does not come must not wait in turn, each for its own.
        """
        before, _ = self._failures.get(key, (0, None))
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._values.get(key)
            if kept is not None and kept[0] > self._clock():
                value: Value = kept[1]
                return value
            count, error = self._failures.get(key, (0, None))
            if error is not None and count > before:
                raise error.bare()
            try:
                fresh = await fetch()
            except CollectError as failed:
                self._failures[key] = (count + 1, failed.bare())
                raise
            self._values[key] = (self._clock() + seconds, fresh)
            self._failures.pop(key, None)
            return fresh

    async def get_many(
        self,
        kind: str,
        names: set[str],
        seconds: float,
        fetch: Callable[[list[str]], Awaitable[dict[str, Any]]],
    ) -> dict[str, Any]:
        """Values by name under one kind; the missing ones are fetched, all at once. None marks a
        name nobody knows.
        """
        async with self._locks.setdefault(kind, asyncio.Lock()):
            now = self._clock()
            missing = sorted(
                name for name in names if self._values.get((kind, name), (0.0,))[0] <= now
            )
            if missing:
                fresh = await fetch(missing)
                for name in missing:
                    self._values[kind, name] = (now + seconds, fresh.get(name))
        return {name: self._values[kind, name][1] for name in names}

    def last(self, key: Hashable) -> Any:
        """The value under `key` however old it is, else None."""
        kept = self._values.get(key)
        return None if kept is None else kept[1]
