"""Terminal a person reads on: how wide it is, where there is one."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from cloud_carbon_exporter.reporting.columns import folded

_USUAL = 80
_NARROWEST = 20


def printed(text: str) -> None:
    """Write lines to stdout; on a terminal none is wider than it is."""
    columns = width(sys.stdout)
    sys.stdout.write(text if columns is None else folded(text, columns))


def width(stream: TextIO) -> int | None:
    """Columns of the terminal behind a stream, or what COLUMNS says; None for a file or a pipe.

    What is written to a file is never cut: a mail, a diff or another program reads it.
    """
    if not stream.isatty():
        return None
    said = os.environ.get("COLUMNS", "")
    columns = int(said) if said.isdecimal() else _asked(stream)
    return max(columns, _NARROWEST) if columns else _USUAL


def _asked(stream: TextIO) -> int:
    """Width the terminal itself tells; 0 where it tells none, as one of a container may."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return 0
