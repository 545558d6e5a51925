"""Retries of a call: how often, after which pauses, and what an answer says about when."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar

from cloud_carbon_exporter.errors import CollectError, Unreachable
from cloud_carbon_exporter.http.session import Silence, Untrusted

Result = TypeVar("Result")

_TRIES_OF_SILENCE = 2
_LONGEST_SECONDS = float(1 << 31)
# RFC 9110 knows whole seconds alone; fractions and signs are met with all the same.
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Patience of a caller. Pauses double from the first on, each shortened or lengthened by half.

    longest_pause_seconds: what an answer may ask us to wait; a call that is asked to wait longer
        fails at once, and is left to the next refresh.
    deadline_seconds: no pause begins that would end later than this after the first try began.
    """

    tries: int = 4
    first_pause_seconds: float = 0.25
    longest_pause_seconds: float = 30
    deadline_seconds: float = 120

    def pause_seconds(self, again: Again, tried: int, elapsed_seconds: float) -> float | None:
        """Pause before the next try, None where there is none. tried: how many there were."""
        if tried >= min(self.tries, again.tries or self.tries):
            return None
        asked = again.after_seconds or 0.0
        if asked > self.longest_pause_seconds:
            return None
        # Jitter on top of what is asked: a server that refuses thirty calls tells all of them the
        # same moment, and they must not come back together.
        pause = float(self.first_pause_seconds * 2 ** (tried - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        pause = asked + min(pause, self.longest_pause_seconds)
        return pause if elapsed_seconds + pause <= self.deadline_seconds else None


class Again(Exception):
    """Failure of a try after which another may succeed. error: what is raised when none does.

    after_seconds: what the answer asks to wait. tries: how many in all may help, if fewer than
        the caller has patience for.
    """

    def __init__(
        self, error: CollectError, after_seconds: float | None = None, tries: int | None = None
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.after_seconds = after_seconds
        self.tries = tries


async def persistent(attempt: Callable[[], Awaitable[Result]], patience: Patience) -> Result:
    """Result of the first try that succeeds. Raises the CollectError of the last one."""
    clock = asyncio.get_running_loop().time
    began = clock()
    for tried in itertools.count(1):
        try:
            return await attempt()
        except Again as again:
            pause = patience.pause_seconds(again, tried, clock() - began)
            if pause is None:
                raise again.error from None
        await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")


async def again_if_unreachable(sent: Awaitable[Result]) -> Result:
    """Result of what was sent; Again where nobody could be reached.

    For requests that do no harm when they are sent twice.
    """
    try:
        return await sent
    except Untrusted:
        raise
    except Silence as error:  # each try of it costs the whole timeout
        raise Again(error, tries=_TRIES_OF_SILENCE) from None
    except Unreachable as error:
        raise Again(error) from None


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """Retry-After of an answer in seconds, whether it is a number or a date; None without one.

    A date is held against the answer's own, as the two come of one clock and ours may differ.
    """
    said = headers.get("Retry-After", "").strip()
    if not said:
        return None
    if _NUMBER.fullmatch(said):
        return min(max(0.0, float(said)), _LONGEST_SECONDS)
    moment = _moment(said)
    if moment is None:
        return None
    now = _moment(headers.get("Date", ""))
    return max(0.0, moment - (time.time() if now is None else now))


def _moment(date: str) -> float | None:
    """Epoch seconds of an HTTP date, None where it is none."""
    try:
        parsed = parsedate_to_datetime(date)
    except (TypeError, ValueError, IndexError):
        return None
    # The form of asctime says no zone; RFC 9110, 5.6.7 has every date in GMT.
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
