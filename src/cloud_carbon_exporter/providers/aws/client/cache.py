"""Cache of answers that are worth keeping a while.

One fetch at a time a key, whose failure all share who wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, NamedTuple, TypeVar

from cloud_carbon_exporter.errors import CollectError

Value = TypeVar("Value")
# tasks and jobs come and go by the thousand a day: what nobody asks for any more is let go. What is
# asked for, and cannot be read, stays however old it is.
_FORGOTTEN_SECONDS = 6 * 3600.0
_TIDIED_SECONDS = 3600.0


class _Kept(NamedTuple):
    since: float
    seconds: float
    value: Any

    def holds(self, now: float) -> bool:
        """Whether it is young enough; what lies ahead was kept before the clock was set back."""
        return 0 <= now - self.since < self.seconds


class _Failure(NamedTuple):
    times: int
    last: CollectError | None


_NO_FAILURE = _Failure(0, None)
_NEVER_FETCHED = _Kept(0.0, 0.0, None)


class Cache:
    """Cache of values by key, each for as long as it was stored for, by the clock given."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._values: dict[Hashable, _Kept] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}
        self._failures: dict[Hashable, _Failure] = {}
        self._asked: dict[Hashable, float] = {}
        self._tidied = clock()

    async def get(
        self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[Value]]
    ) -> Value:
        """Value under `key`, fetched when there is none younger than `seconds`.

        A failure is not kept: who comes later asks again. But a hundred who wait for an answer that
        does not come must not wait in turn, each for its own.
        """
        self._note(key)
        before = self._failures.get(key, _NO_FAILURE)
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._values.get(key)
            if kept is not None and kept.holds(self._clock()):
                value: Value = kept.value
                return value
            # it has failed since this one began to wait: the answer would be the same
            failure = self._failures.get(key, _NO_FAILURE)
            if failure.last is not None and failure.times > before.times:
                raise failure.last.bare()
            try:
                fresh = await fetch()
            except CollectError as error:
                self._failures[key] = _Failure(failure.times + 1, error.bare())
                raise
            self._values[key] = _Kept(self._clock(), seconds, fresh)
            self._failures.pop(key, None)
            return fresh

    async def get_many(
        self,
        kind: str,
        names: set[str],
        seconds: float,
        fetch: Callable[[list[str]], Awaitable[dict[str, Any]]],
    ) -> dict[str, Any]:
        """Values by name under one kind; the missing ones are fetched, all at once.

        None marks a name nobody knows.
        """
        async with self._locks.setdefault(kind, asyncio.Lock()):
            now = self._clock()

            def is_missing(name: str) -> bool:
                return not self._values.get((kind, name), _NEVER_FETCHED).holds(now)

            missing = sorted(filter(is_missing, names))
            if missing:
                fresh = await fetch(missing)
                for name in missing:
                    self._values[kind, name] = _Kept(now, seconds, fresh.get(name))
        return {name: self._values[kind, name].value for name in names}

    def keep(self, key: Hashable, seconds: float, value: Any) -> None:
        """Store a value that came along with others."""
        self._note(key)
        self._values[key] = _Kept(self._clock(), seconds, value)

    def last(self, key: Hashable) -> Any:
        """Value under `key`, however old it is, else None."""
        self._note(key)
        return self._values.get(key, _NEVER_FETCHED).value

    def _note(self, key: Hashable) -> None:
        """Note that a key is asked for; once an hour, let go what is old and was not."""
        now = self._clock()
        self._asked[key] = now
        if now - self._tidied < _TIDIED_SECONDS:
            return
        self._tidied = now
        for name, asked in list(self._asked.items()):
            lock = self._locks.get(name)
            in_use = lock is not None and lock.locked()
            expired = not self._values.get(name, _NEVER_FETCHED).holds(now)
            if expired and not in_use and now - asked >= _FORGOTTEN_SECONDS:
                for kept in (self._asked, self._values, self._locks, self._failures):
                    kept.pop(name, None)
