"""History file: opened, locked, of mode 0600, set aside when it is corrupt; or memory."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.tables import NewerTables
from cloud_carbon_exporter.storage.beside import NO_FILE, claimed, free_name

log = logging.getLogger(__name__)

_NO_HISTORY = (sqlite3.DatabaseError, ValueError, TypeError)
_PARTS = ("", "-wal", "-shm")
"""Files that are one database, by what follows its name."""


class HistoryFile:
    """A store on the disk, and its lock, which ends with the process.

    Raises ConfigError where another process has it, or a newer version wrote it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._lock = claimed(path)
        except BlockingIOError:
            raise ConfigError(
                f"-history.file: another exporter keeps its history in {path}; "
                "end that one, or name another file"
            ) from None
        try:
            self.store = _opened_or_set_aside(path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another process have the file."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def in_memory() -> Store:
    """A store that ends with the process."""
    return Store(_connect(":memory:"))


def _opened_or_set_aside(path: Path) -> Store:
    try:
        return _open(path)
    except NewerTables as newer:
        raise ConfigError(
            f"-history.file: {path} is of {newer}: start the newer program again, or name another "
            "file"
        ) from None
    except sqlite3.OperationalError:
        raise  # it is the disk that fails, not what stands on it
    except _NO_HISTORY as error:
        aside = free_name(path)
        log.error(
            "history file %s is corrupt (%s): set aside as %s, a new one is begun",
            path,
            error,
            aside,
        )
        for part in _PARTS:
            if os.path.lexists(f"{path}{part}"):
                Path(f"{path}{part}").rename(f"{aside}{part}")
        return _open(path)


def _open(path: Path) -> Store:
    # What it holds of the estate is nobody else's to read, whatever the umask; the files beside it
    # get the mode of this one (sqlite.org/wal.html, and findCreateFileMode in its os_unix.c).
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    os.fchmod(file, 0o600)
    os.close(file)
    database, reading = _connect(str(path)), _connect(str(path))
    try:
        # A commit is one append, and a process that is killed leaves none half written. NORMAL:
        # a power cut may cost the last commits, never the file (sqlite.org/pragma.html).
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        (fault,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        store = Store(database, reading)
        # In WAL it sees the last commit, and neither waits for who writes nor holds him up.
        reading.execute("PRAGMA query_only = ON")
        return store
    except BaseException:
        reading.close()
        database.close()
        raise


def _connect(name: str) -> sqlite3.Connection:
    # Transactions are begun by the store, which also sees to it that one thread asks at a time.
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False)


def opened(path: str) -> HistoryFile | None:
    """The file of that name; None, with a line in the log, where none can be there.

    Raises ConfigError as HistoryFile does.
    """
    try:
        return HistoryFile(Path(path))
    except (*NO_FILE, sqlite3.Error) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        log.error("history file %s cannot be opened (%s): a day is kept in memory", path, said)
        return None
