"""State file: what survives a restart (counters, the bill, the trend) in one file.

The file is JSON lines: a header, rows by section, and the SHA-256 of all before. It is replaced as
a whole or not at all, and so is it read; one that cannot be is set aside under a free name, named
in the log, and a new one begun. Beside it stand a lock, which ends with the process that holds it,
and what is being written.

The header is the first line in all versions, so that an older program knows a newer one's file.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.storage.beside import NO_FILE, beside, claimed, free_name
from cloud_carbon_exporter.storage.rows import Row, Section
from cloud_carbon_exporter.storage.state_lines import NewerVersion, parsed, sealed

log = logging.getLogger(__name__)

SAVING_RATIO = 0.05
"""Of the time, at most, goes into saving: a small estate is kept with every Snapshot, a large one
every few."""

# No file can be there, or it is a directory, which no file takes the place of.
_NOTHING_TO_LOSE = frozenset({errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR})
_NO_STATE = (ValueError, TypeError, LookupError, RecursionError, OverflowError)


class StateFile:
    """The file and its sections. One caller at a time."""

    def __init__(
        self,
        path: Path,
        sections: Mapping[str, Section],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._sections = sections
        self._clock = clock
        self._due_at = -math.inf
        self._lock: int | None = None
        self._rows: Mapping[str, list[Row]] | None = None
        self._unwritten = ""  # why, while it cannot be
        self._untouched = False  # what is there could be neither read nor set aside

    def load(self) -> None:
        """Read what is there, if anything, and hand it to the sections."""
        self.read()
        self.hand_out()

    def read(self) -> None:
        """Read what is there, and hand it to the sections there are by now.

        A broken file is renamed; it never stops the exporter. Raises ConfigError when another
        process has the file, until `close`: each would undo what the other saves; and when a newer
        version wrote it, which the next save would undo.
        """
        self._claim()
        try:
            lines = self._path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        except NO_FILE as error:
            self._give_up_reading(error)
            return
        try:
            self._rows = parsed(lines)
        except NewerVersion as newer:
            self.close()
            raise ConfigError(
                f"-state.file: {self._path} is of {newer}: start the newer program again, or name "
                "another file"
            ) from None
        except _NO_STATE as error:
            self._set_aside(f"is corrupt ({error})")
        self.hand_out()

    def hand_out(self) -> None:
        """Hand what was read to all sections, those that came since included."""
        if self._rows is None:
            return
        try:
            for name, section in self._sections.items():
                section.load(self._rows.get(name, []))
        except _NO_STATE as error:
            self._rows = None
            for section in self._sections.values():  # some may have taken theirs already
                section.load([])
            self._set_aside(f"is corrupt ({error})")

    def _claim(self) -> None:
        try:
            self._lock = claimed(self._path)
        except BlockingIOError:
            raise ConfigError(
                f"-state.file: another exporter keeps its state in {self._path}; "
                "end that one, or name another file"
            ) from None

    def _give_up_reading(self, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno not in _NOTHING_TO_LOSE:
            self._set_aside(f"cannot be read ({_why(error)})")
            return
        log.warning(
            "state file %s cannot be read, counters start at 0: %s", self._path, _why(error)
        )

    def _set_aside(self, fault: str) -> None:
        """Rename what cannot be used, and never in place of what was set aside before."""
        try:
            aside = free_name(self._path)
            self._path.rename(aside)
        except NO_FILE as refused:
            self._untouched = True
            log.error(
                "state file %s %s; it cannot be set aside (%s), so it is not written over: "
                "counters start anew and nothing is kept; let the exporter read it and write to "
                "its folder, or name another with -state.file",
                self._path,
                fault,
                _why(refused),
            )
            return
        log.error(
            "state file %s %s: set aside as %s, counters start anew", self._path, fault, aside
        )

    def close(self) -> None:
        """Let another process have the file."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def save_if_due(self) -> bool:
        """Save, unless saving would take too large a part of the time. Returns as `save` does."""
        began = self._clock()
        if began < self._due_at:
            return False
        kept = self.save()
        took = self._clock() - began
        self._due_at = began + took / SAVING_RATIO
        return kept

    def save(self) -> bool:
        """Replace the file. A failure is logged once a change: serving goes on without.

        Returns False where a restart would take back an older state, and count again from there.
        """
        if self._untouched:
            return False
        try:
            self._write(beside(self._path, "new"))
        except Exception as error:
            self._say_unwritten(_why(error))
            # It may not be there, or not be ours to take away; the next save writes over it.
            with suppress(*NO_FILE):
                beside(self._path, "new").unlink()
            return not self._older_stands()
        if self._unwritten:
            log.info("state file %s is written again", self._path)
        self._unwritten = ""
        return True

    def _older_stands(self) -> bool:
        """Whether a restart may find a state there. Without one it counts from its own start."""
        try:
            return self._path.is_file()
        except NO_FILE:
            return True

    def _say_unwritten(self, why: str) -> None:
        if why != self._unwritten:
            log.warning("state file %s cannot be written: %s", self._path, why)
            log.debug("what was at work", exc_info=True)
        self._unwritten = why

    def _write(self, new: Path) -> None:
        # What it holds of the estate is nobody else's to read, whatever the umask; nor is what a
        # killed process left under this name, which is written over.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            for line in sealed(self._sections):
                file.write(line)
            # On the disk before it takes the name: else a power cut may leave the new name with
            # an empty file behind it.
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)


def _why(error: Exception) -> str:
    """What the system says, else the error's own words."""
    said = error.strerror if isinstance(error, OSError) else str(error)
    return said or type(error).__name__
