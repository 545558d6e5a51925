"""Reading of a history file beside the process that writes it: a copy of it as it stands."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.store import Store
from cloud_carbon_exporter.history.tables import NewerTables


def read_copy(path: Path) -> Store:
    """Store in memory with all that the file holds; an older version of it is brought up there.

    SQLite copies one state of it, whatever is written meanwhile (sqlite.org/backup.html), and the
    file is opened to read alone. Raises ConfigError for what is no history that can be read.
    """
    where = f"-history.file: {path}"
    if not path.is_file():
        raise ConfigError(f"{where}: there is no such file; serve writes it")
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            file.backup(copy)
        finally:
            file.close()
        return Store(copy)
    except NewerTables as newer:
        copy.close()
        raise ConfigError(f"{where} is of {newer}: take the newer program") from None
    except sqlite3.Error as error:
        copy.close()
        raise ConfigError(f"{where} cannot be read: {error}") from None
