"""Names beside a file that survives: its lock, and where it is set aside when it is corrupt."""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

MOST_SET_ASIDE = 1000
"""Files set aside beside one another; then somebody has to look after them."""

# What paths and contents that make no sense raise: a zero byte in a name is a ValueError.
NO_FILE = (OSError, ValueError)


def beside(path: Path, name: str) -> Path:
    """The hidden file of that name beside a file."""
    return path.with_name(f".{path.name}.{name}")


def claimed(path: Path) -> int | None:
    """Lock of a file, open until it is closed; None where none can be had.

    Raises BlockingIOError when another process has it.
    """
    try:
        lock = os.open(beside(path, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except NO_FILE:
        return None  # nor can the file be written, which is said then
    try:
        # Of the open file, not of a name: it ends with the process, even one that was killed.
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise
    except OSError as error:  # some network file systems know no locks
        log.debug("file %s cannot be locked: %s", path, error.strerror)
    return lock


def free_name(path: Path) -> Path:
    """A name beside a file that nothing has: .corrupt, .corrupt.2, .corrupt.3 ..."""
    free = path.with_name(f"{path.name}.corrupt")
    for number in range(2, MOST_SET_ASIDE + 1):
        if not os.path.lexists(free):
            break
        free = path.with_name(f"{path.name}.corrupt.{number}")
    else:
        raise FileExistsError(None, f"{MOST_SET_ASIDE} files stand aside already")
    return free
