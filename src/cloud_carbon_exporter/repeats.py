"""Repeated errors in the log: an unexpected one is told once an hour, however often it comes.

Without file descriptors asyncio alone logs a dozen tracebacks a second, and what a stranger sends
must not fill a disk. What we expect to fail is told once a change by who expects it
(collect/failure_log.py); this is for all the rest: errors with a traceback, and what libraries say.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_SECONDS = 3600.0
_MOST = 4096
"""Errors that are told apart; beyond, the one heard longest ago counts as new. A defect in what all
listings share is one for each operation of each target."""

_LONGEST = 200
"""Characters of a message that tell two errors apart; a warning begins with the path of a file."""
# Addresses of objects, ports, counts: what differs each time the same thing is said.
_NUMBERS = re.compile(r"0x[0-9a-f]+|[0-9]+")

_OURS = "cloud_carbon_exporter"

Key = tuple[object, ...]


@dataclass(slots=True)
class _Told:
    """When an error was last told, and how often it came since."""

    at: float
    since: int = 0


class Repeats(logging.Filter):
    """Filter that lets each unexpected error through once an hour, with how many there were."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._told: OrderedDict[Key, _Told] = OrderedDict()
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to tell a record; one that came often before says how often."""
        if (_is_ours(record) and not record.exc_info) or record.levelno < logging.WARNING:
            return True
        with self._lock:
            untold = self._untold(_key(record))
        if untold is None:
            return False
        if untold:
            record.msg = f"{record.getMessage()} ({untold} more like it since it was last told)"
            record.args = None
        return True

    def _untold(self, key: Key) -> int | None:
        """How many like it were not told; None where this one is not to be told either."""
        now = self._clock()
        told = self._told.get(key)
        if told is not None and now - told.at < AGAIN_SECONDS:
            told.since += 1
            return None
        self._told[key] = _Told(now)
        self._told.move_to_end(key)
        if len(self._told) > _MOST:
            self._told.popitem(last=False)
        return told.since if told else 0


def _key(record: logging.LogRecord) -> Key:
    """What makes two records the same error: its place in the code, and what it is about.

    Of ours that is what was put into the line (a target, an operation), so no line with a traceback
    may take it from a stranger. A library says in the message what it warns of: Python has one
    place for all warnings, asyncio one for all that goes wrong in a loop.
    """
    said = (record.name, record.levelno, record.pathname, record.lineno)
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return *said, _NUMBERS.sub("0", _first_line(record)[:_LONGEST])
    about = repr(record.args)[:_LONGEST] if _is_ours(record) else ""
    trace, place = error.__traceback__, ("", 0)
    while trace is not None:
        place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return *said, about, type(error), place


def _first_line(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except Exception:  # what a library put in does not fit: the handler says so
        message = str(record.msg)
    return message.partition("\n")[0]


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _OURS
