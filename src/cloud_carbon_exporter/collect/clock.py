"""Clock of the house: the time of this machine, advanced by the time that has passed.

A machine's clock can be set, by hand, by NTP or by a hypervisor; what is counted per second must
not follow it. So the time here is that at the start plus what has elapsed since. Where the machine
says another time, that is said; once it has lasted, the house takes it over and all its marks move
by as much (`Collector.move`): nothing is counted that did not pass, and nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cloud_carbon_exporter.storage.rows import Row

log = logging.getLogger(__name__)

LASTING_SECONDS = 600.0
"""So long another time must have lasted before it is taken over: one that was wrong for a moment
leaves nothing behind."""

SAID_SECONDS = 60.0
"""From here on a step is said: half the shortest time that monitoring takes to settle (120 s)."""

# Less is no step: reading two clocks takes time, too, most of all on a machine that is busy.
_NO_STEP_SECONDS = 1.0
_LOOKS_EVERY_SECONDS = 5.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Witness(NamedTuple):
    """The time of the house at a moment, and what had elapsed then since which boot."""

    time: float
    elapsed: float
    boot: str


def elapsed_seconds() -> float:
    """Elapsed time since the machine booted, that in which it was suspended included."""
    # Linux leaves out suspension but from CLOCK_BOOTTIME; what runs elsewhere meanwhile does not.
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


def boot_name() -> str:
    """Name of this boot of the machine; empty where the system gives it none."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


class Clock:
    """Call it for the time. Survives a restart as a Section of the state file.

    wall: what the machine says. elapsed: seconds that never go back. boot: a name under which
    `elapsed` of an earlier process can be compared.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = elapsed_seconds,
        boot: str | None = None,
        lasting_seconds: float = LASTING_SECONDS,
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._boot = boot_name() if boot is None else boot
        self._lasting_seconds = lasting_seconds
        self._offset = wall() - elapsed()
        self._apart_since = math.inf  # of `elapsed`, when the machine was first seen to differ
        self._said = False
        self.steps = 0
        """Steps that were said, since the start."""

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self._elapsed() + self._offset

    @property
    def apart(self) -> float:
        """Seconds by which the machine's clock is ahead of this one; 0 where it was not set."""
        seconds = self._wall() - self()
        return seconds if abs(seconds) >= _NO_STEP_SECONDS else 0.0

    def look(self) -> float:
        """Compare with the machine's clock, and say what there is to say; how far it is ahead."""
        apart = self.apart
        if not apart:
            self._apart_since = math.inf
            if self._said:
                log.info("the clock of this machine is right again")
            self._said = False
            return apart
        self._apart_since = min(self._apart_since, self._elapsed())
        if abs(apart) >= SAID_SECONDS and not self._said:
            self._said = True
            self.steps += 1
            log.warning(
                "the clock of this machine was set %.0f s %s, or was wrong before: elapsed time is "
                "counted; the new time is taken over when it has lasted for %.0f s",
                abs(apart),
                "ahead" if apart > 0 else "back",
                self._lasting_seconds,
            )
        return apart

    def follow(self, *, at_once: bool = False) -> float:
        """Take over what the machine says, if it has lasted; seconds by which to move all marks."""
        apart = self.look()
        if not apart:
            return 0.0
        lasted = self._elapsed() - self._apart_since
        if not at_once and lasted < self._lasting_seconds:
            return 0.0
        if self._said:
            log.warning("the time of this machine is taken over: it differs by %+.0f s", apart)
        self._offset += apart
        self._apart_since, self._said = math.inf, False
        return apart

    def believe(self) -> None:
        """Take over what the machine says, and say nothing of it."""
        self._offset += self._wall() - self()
        self._apart_since, self._said = math.inf, False

    def dump(self) -> Iterator[Row]:
        """One row for the state file: a Witness of now."""
        elapsed = self._elapsed()
        yield Witness(elapsed + self._offset, elapsed, self._boot)

    def load(self, rows: Iterable[Row]) -> None:
        """Go on from an earlier process. Raises ValueError or TypeError for nonsense.

        Within a boot, elapsed time goes on. After another, the machine is believed, but not back to
        before the file was written: marks would lie ahead. Then it is taken over at once.
        """
        for row in rows:
            moment, elapsed, boot = row
            then = Witness(float(moment), float(elapsed), str(boot))
            if not math.isfinite(then.time + then.elapsed):
                raise ValueError("the time of the state file is no number")
            now = self._elapsed()
            if then.boot and then.boot == self._boot and then.elapsed <= now:
                self._offset = then.time - then.elapsed
            elif then.time > self._wall():
                self._offset = then.time - now
                self._apart_since = -math.inf


def as_clock(time_of: Callable[[], float]) -> Clock:
    """A Clock as it is; of any other source of time one that is never set."""
    return time_of if isinstance(time_of, Clock) else Clock(time_of, time_of, "")


async def keep_watch(clock: Clock) -> None:
    """Say at once that the machine's clock is set, however far apart the collections come."""
    while True:
        clock.look()
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)
