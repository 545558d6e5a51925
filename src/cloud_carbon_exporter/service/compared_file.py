"""Comparison with a bill, from a file that `history -compare live` writes from time to time."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from cloud_carbon_exporter.config import Settings
from cloud_carbon_exporter.config.history_flags import COMPARED_FILE
from cloud_carbon_exporter.model.comparison import ComparedLine
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.reporting.comparison import read_csv

log = logging.getLogger(__name__)


class ComparedFile:
    """The file, read again where it has changed. What cannot be read is told once."""

    def __init__(self) -> None:
        self._lines: tuple[ComparedLine, ...] = ()
        self._read: tuple[str, int, int] | None = None

    def put_in(self, snapshot: Snapshot, settings: Settings) -> Snapshot:
        """The Snapshot with the newest comparison, where one is asked for."""
        path = settings.options[COMPARED_FILE]
        if path:
            self._look_at(path)
        return replace(snapshot, compared=self._lines) if path else snapshot

    def _look_at(self, path: str) -> None:
        this = _state(path)
        if this == self._read:
            return
        self._read, self._lines = this, ()
        try:
            self._lines = tuple(read_csv(Path(path).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            log.warning("the comparison in %s is not shown: %s", path, error)


def _state(path: str) -> tuple[str, int, int]:
    try:
        of_file = Path(path).stat()
    except OSError:
        return (path, 0, 0)
    return (path, of_file.st_mtime_ns, of_file.st_size)
