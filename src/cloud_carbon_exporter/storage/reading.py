"""Reading of a state file that another process may keep: one section, without its lock."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.storage.beside import NO_FILE
from cloud_carbon_exporter.storage.rows import Row
from cloud_carbon_exporter.storage.state_lines import NewerVersion, parsed


def rows_of_section(path: Path, section: str) -> Sequence[Row]:
    """Rows of one section; none where the file has no such. It is replaced whole, never in part.

    Raises ConfigError where it cannot be read, or is none of ours.
    """
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except NO_FILE as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"-state.file: {path} cannot be read: {said}") from None
    try:
        return parsed(lines).get(section, ())
    except NewerVersion as newer:
        raise ConfigError(f"-state.file: {path} is of {newer}") from None
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ConfigError(f"-state.file: {path} is no state file of ours: {error}") from None
