"""CSV that a spreadsheet opens without running anything: the one writer of it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# OWASP, CSV Injection: what begins so is a formula to Excel, LibreOffice or Google Sheets, in
# full-width letters too; some of them pass over spaces in front.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_END = "\r\n"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV; None is an empty cell."""
    return "".join(map(_line, rows))


def _line(row: Sequence[object]) -> str:
    # Python quotes a carriage return only where lines end in one; ours end in a line feed.
    text = io.StringIO()
    csv.writer(text, lineterminator=_END).writerow(map(_cell, row))
    return f"{text.getvalue().removesuffix(_END)}\n"


def _cell(value: object) -> object:
    """Value as it is written: a number as one, text that might be a formula behind a quote."""
    if not isinstance(value, str):
        return value
    # No file of UTF-8 takes half of a pair, which JSON can hold.
    text = value.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
