"""`report -since -export.folder`: sums of each hour in files of a day, for other programs to read.

A day is written whole or not at all, and what stands there already is not touched unless it would
be another: run it as often as you like, and copy the folder with what copies changes alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.exposition.csv_text import csv_text
from cloud_carbon_exporter.history.columns import cells, column_names
from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.history.series import By
from cloud_carbon_exporter.history.settled import last_hour_end
from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.reporting.period.figures import Period
from cloud_carbon_exporter.storage.beside import beside

EXTRA = (
    "-export.format=parquet takes a library that is not installed: "
    "pip install 'cloud-carbon-exporter[history]'"
)
_LIBRARY = "pyarrow"

Rows = Sequence[Sequence[object]]
"""Lines of a table, the names of its columns first."""


class Form(NamedTuple):
    """Form of a file: the end of its name, and what writes lines as its bytes."""

    suffix: str
    written: Callable[[Rows], bytes]


class Written(NamedTuple):
    """What was done: days that were written, those that stood there already, and the rest."""

    new: int
    known: int
    empty: int
    running: int

    @property
    def told(self) -> str:
        """In words."""
        parts = [f"{self.new} days written, {self.known} stood there already"]
        parts += [f"{self.empty} without anything counted"] if self.empty else []
        parts += [f"{self.running} not over yet"] if self.running else []
        return ", ".join(parts)


def form(name: str) -> Form:
    """The form of that name. Raises ConfigError where its library is missing."""
    if name == "csv":
        return Form("csv", lambda rows: csv_text(rows).encode())
    try:
        module = import_module("cloud_carbon_exporter.reporting.period.parquet")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != _LIBRARY:
            raise
        raise ConfigError(EXTRA) from None
    return Form("parquet", module.as_parquet)


def write_days(
    folder: Path,
    ask: Callable[[Query], Sequence[Summed]],
    period: Period,
    by: Mapping[str, By],
    file_form: Form,
    now: float,
) -> Written:
    """Write the days that the period has a part in. Raises ExporterError where it cannot."""
    first, last = period.start // DAY_SECONDS, -(-period.end // DAY_SECONDS)
    over = min(last, last_hour_end(now) // DAY_SECONDS)
    new = known = empty = 0
    for day in range(first, over):
        rows = ask(Query(day * DAY_SECONDS, (day + 1) * DAY_SECONDS, by, "hour"))
        if not rows:
            empty += 1
            continue
        text = file_form.written(
            [column_names(tuple(by)), *[cells(row, tuple(by)) for row in rows]]
        )
        name = datetime.fromtimestamp(day * DAY_SECONDS, UTC).strftime("day=%Y-%m-%d")
        try:
            changed = _put(folder / name / f"hours.{file_form.suffix}", text)
        except OSError as error:
            raise ExporterError(f"-export.folder: {error}") from None
        new, known = new + changed, known + (not changed)
    return Written(new, known, empty, max(0, last - max(first, over)))


def _put(path: Path, content: bytes) -> bool:
    """Put a file there in one step. Returns whether another stood there, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == content:
        return False
    # a hidden name, which readers of folders pass over; of a killed process the next one takes it
    part = beside(path, "part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return True
