"""Progress of a report on a terminal: a bar that is wiped away, and what keeps it waiting."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from cloud_carbon_exporter.collect.progress import Progress
from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.reporting.columns import clipped
from cloud_carbon_exporter.reporting.tables import clean

_BAR = 30
_SHORTEST = 4
_DRAWS_PER_SECOND = 10
_HANGS_AFTER_SECONDS = 3.0
_USUAL_WIDTH = 80
_WIPE = "\r\x1b[K"


async def draw(targets: Callable[[], Sequence[Progress]], screen: TextIO) -> None:
    """Show how far the sweeps are, until cancelled; then wipe it away.

    A log line wipes it, too, and it comes again.
    """

    def wiped(_: logging.LogRecord) -> bool:
        screen.write(_WIPE)
        screen.flush()
        return True

    handlers = logging.getLogger().handlers[:]
    for handler in handlers:
        handler.addFilter(wiped)
    try:
        await _draw(targets, screen)
    finally:
        for handler in handlers:
            handler.removeFilter(wiped)
        screen.write(_WIPE)
        screen.flush()


async def _draw(targets: Callable[[], Sequence[Progress]], screen: TextIO) -> None:
    moved_at, seen = time.monotonic(), 0
    while True:
        progress = targets()
        ended = sum(target.ended for target in progress)
        if ended != seen:
            moved_at, seen = time.monotonic(), ended
        hangs = time.monotonic() - moved_at > _HANGS_AFTER_SECONDS
        screen.write(_WIPE + line(progress, terminal.width(screen) or _USUAL_WIDTH, hangs=hangs))
        screen.flush()
        await asyncio.sleep(1 / _DRAWS_PER_SECOND)


def line(targets: Sequence[Progress], width: int, *, hangs: bool = False) -> str:
    """Line of a terminal: the bar, and where nothing has ended for a while what is waited for.

    It stays a column short of the edge: at the edge some terminals begin another line.
    """
    ended = sum(target.ended for target in targets)
    text = bar(
        ended, sum(target.known for target in targets), max(_SHORTEST, min(_BAR, width - _BAR))
    )
    waiting = [name for target in targets for name in (*target.waiting, target.step) if name]
    if hangs and waiting:
        text = f"{text}, waiting for {clean(waiting[0])}"
    return clipped(text, width - 1)


def bar(done: int, whole: int, length: int = _BAR) -> str:
    """Progress bar over sweeps; how many there will be is known once the regions are."""
    if not whole:
        return f"[{' ' * length}] looking for regions"
    filled = length * done // whole
    return f"[{'#' * filled}{' ' * (length - filled)}] {done}/{whole} sweeps"
