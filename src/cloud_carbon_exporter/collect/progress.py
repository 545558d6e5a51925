"""Progress of the first collection: what is said of it every few seconds until it has ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

log = logging.getLogger("cloud_carbon_exporter.collect")

SAID_EVERY_SECONDS = 5.0
"""At first; each time it is said again takes twice as long, up to a minute."""

SAID_LEAST_OFTEN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a Target is.

    ended, known: sweeps that have ended, of those known so far; how many there will be is known
        once the regions are. waiting: names of the sweeps that have not, those that run first.
    step: what it does beside sweeping, or when there is none. done: whether its first collection
        has ended.
    """

    ended: int = 0
    known: int = 0
    waiting: tuple[str, ...] = ()
    step: str = ""
    done: bool = False


def sentence(targets: Iterable[Progress]) -> str:
    """One line about all targets: "first collection: 82 of 1,190 listings, waiting for ..."."""
    ended = known = 0
    waiting: list[str] = []
    steps: list[str] = []
    for progress in targets:
        ended += progress.ended
        known += progress.known
        waiting += progress.waiting
        if progress.step and not progress.done:
            steps.append(progress.step)
    awaited = [*waiting, *steps]
    if not awaited:
        return f"first collection: {ended:,} of {known:,} listings"
    text = awaited[0]
    if len(awaited) > 1:
        text = f"{text} and {len(awaited) - 1:,} more"
    listed = f"{ended:,} of {known:,} listings, " if known else ""
    return f"first collection: {listed}waiting for {text}"


async def say_progress(
    targets: Callable[[], Sequence[Progress]], every_seconds: float | None = None
) -> None:
    """Log how far the first collection is, until every target's has ended."""
    pause = SAID_EVERY_SECONDS if every_seconds is None else every_seconds
    while True:
        await asyncio.sleep(pause)
        progress = targets()
        if all(target.done for target in progress):
            return
        log.info("%s", sentence(progress))
        pause = min(2 * pause, SAID_LEAST_OFTEN_SECONDS)
