"""Orphans: in a container the first process inherits what others leave, and must bury it.

A profile's credential_process may start processes that outlive it. Those that end become zombies of
process 1, which is this program where the image has no init, until it asks how they ended.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

LOOKS_EVERY_SECONDS = 30.0
_PROC = Path("/proc")


def bury_orphans() -> None:
    """Bury those of process 1 from now on, in a thread; nothing where we are another process."""
    if os.getpid() == 1:
        threading.Thread(target=_look, name="orphans", daemon=True).start()


def _look() -> None:
    seen: frozenset[int] = frozenset()
    while True:
        time.sleep(LOOKS_EVERY_SECONDS)
        seen = bury(seen)


def bury(seen: frozenset[int]) -> frozenset[int]:
    """Bury the zombies that were there at the last look; all that are there now.

    Whoever starts a process of ours asks for its end at once: what lies for two looks is nobody's.
    """
    zombies = _zombies()
    for process in zombies & seen:
        with suppress(OSError):
            os.waitpid(process, os.WNOHANG)
    return zombies - seen


def _zombies() -> frozenset[int]:
    """Zombies among the children of this process."""
    found: set[int] = set()
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError):
            # proc(5): "pid (name) state ppid ..."; a name may hold spaces and brackets
            state, parent, *_ = (folder / "stat").read_text("latin-1").rpartition(")")[2].split()
            if state == "Z" and int(parent) == os.getpid():
                found.add(int(folder.name))
    return frozenset(found)
