"""State file: what survives a restart (counters, the bill, the trend) in one file.

The file is JSON lines: a header, rows by section, and the SHA-256 of all before. It is replaced as
a whole or not at all, and so is it read; one that cannot be is set aside, named in the log, and a
new one begun. Beside it stand a lock, which ends with the process that holds it, and what is being
written.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.storage.rows import Row, Section

log = logging.getLogger(__name__)

VERSION = 1

# So that no single line holds the interpreter for long.
ROWS_A_LINE = 500

# Of the time, at most, goes into saving: a small estate is kept with every Snapshot, a large one
# every few.
SAVING_RATIO = 0.05


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

    def load(self) -> None:
        """Read what is there, if anything. A broken file is renamed; it never stops the exporter.

        Raises ConfigError when another process has the file, until `close`: each would undo what
        the other saves.
        """
        self._claim()
        try:
            lines = self._path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning(
                "state file %s cannot be read, counters start at 0: %s", self._path, error.strerror
            )
            return
        try:
            rows = _parse(lines)
            for name, section in self._sections.items():
                section.load(rows.get(name, []))
        except (ValueError, TypeError, LookupError, RecursionError, OverflowError) as error:
            for section in self._sections.values():  # some may have taken theirs already
                section.load([])
            self._set_aside(error)

    def _claim(self) -> None:
        try:
            lock = os.open(self._beside("lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return  # nor can the state be saved, which is said then
        try:
            # Of the open file, not of a name: it ends with the process, even one that was killed.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ConfigError(
                f"-state.file: another exporter keeps its state in {self._path}; "
                "end that one, or name another file"
            ) from None
        except OSError as error:  # some network file systems know no locks
            log.debug("state file %s cannot be locked: %s", self._path, error.strerror)
        self._lock = lock

    def _set_aside(self, error: Exception) -> None:
        aside = self._path.with_name(f"{self._path.name}.corrupt")
        try:
            self._path.replace(aside)
        except OSError as refused:
            log.error(
                "state file %s is corrupt (%s) and cannot be set aside as %s (%s), counters start "
                "anew: the next save replaces it; let the exporter write to its folder, or name "
                "another with -state.file",
                self._path,
                error,
                aside,
                refused.strerror,
            )
            return
        log.error(
            "state file %s is corrupt (%s): set aside as %s, counters start anew",
            self._path,
            error,
            aside,
        )

    def _beside(self, name: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{name}")

    def close(self) -> None:
        """Let another process have the file."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def save_if_due(self) -> None:
        """Save, unless saving would take too large a part of the time."""
        began = self._clock()
        if began >= self._due_at:
            self.save()
            took = self._clock() - began
            self._due_at = began + took / SAVING_RATIO

    def save(self) -> None:
        """Replace the file. A failure is logged: serving goes on without."""
        beside = self._beside("new")
        try:
            digest = hashlib.sha256()
            with beside.open("wb") as file:
                for line in self._lines():
                    digest.update(line)
                    file.write(line)
                file.write(_line({"sha256": digest.hexdigest()}))
                # On the disk before it takes the name: else a power cut may leave the new name with
                # an empty file behind it.
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            log.warning("state file %s cannot be written: %s", self._path, error.strerror)
            beside.unlink(missing_ok=True)

    def _lines(self) -> Iterator[bytes]:
        yield _line({"cloud_carbon_exporter_state": VERSION})
        for name, section in self._sections.items():
            rows: list[Row] = []
            for row in section.dump():
                rows.append(row)
                if len(rows) == ROWS_A_LINE:
                    yield _line({"section": name, "rows": rows})
                    rows = []
            yield _line({"section": name, "rows": rows})


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _parse(lines: Sequence[bytes]) -> Mapping[str, list[Row]]:
    """Section -> rows.

    Raises ValueError, TypeError or LookupError for anything but a whole file of ours.
    """
    if len(lines) < 2:
        raise ValueError("cut short")
    header, *body, seal = lines
    if json.loads(seal)["sha256"] != hashlib.sha256(b"".join((header, *body))).hexdigest():
        raise ValueError("its checksum does not fit")
    version = json.loads(header)["cloud_carbon_exporter_state"]
    if version != VERSION:
        raise ValueError(f"version {version}, not {VERSION}")
    rows: dict[str, list[Row]] = {}
    for line in body:
        part = json.loads(line)
        rows.setdefault(part["section"], []).extend(part["rows"])
    return rows
