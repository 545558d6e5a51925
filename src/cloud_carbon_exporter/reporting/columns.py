"""Columns of a text table, fitted to a terminal: what is too wide is folded, then clipped. Pure.

What gives way, in this order: headings are broken into lines; sentences go under their row; names
are clipped to what can still be told apart; columns that can be spared are left out, and said so.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_GAP = "  "
_INDENT = " " * 4
_COMFORTABLE = 11
"""Width down to which a column of text is clipped before another is left out."""

_NARROWEST = 4
_LINES_AT_MOST = 4
_WIDE = frozenset("WF")
_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})


@dataclass(frozen=True, slots=True)
class Column:
    """Column of a table: its heading, and a cell for each row. number: aligned to the right."""

    heading: str
    cells: tuple[str, ...]
    number: bool

    @property
    def width(self) -> int:
        """Width of its widest cell."""
        return max(map(width_of, self.cells), default=0)

    @property
    def folded(self) -> int:
        """Width it needs with its heading broken at the spaces."""
        return max(self.width, *map(width_of, (self.heading.split() or [""])))

    @property
    def least(self) -> int:
        """Width it still reads well at: a number is never clipped."""
        return self.folded if self.number else min(self.folded, _COMFORTABLE)


def fitted(
    columns: Sequence[Column], width: int, spare: Sequence[str], prose: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Lines of a table within so many columns, and the headings that were left out.

    spare: headings of the columns to leave out, the first first, where it must be. prose: those of
        columns of sentences, which go under their row.
    """
    under = [column.cells for column in columns if column.heading in prose]
    kept = [column for column in columns if column.heading not in prose]
    left_out: list[str] = []
    for heading in spare:
        if _whole(column.least for column in kept) <= width:
            break
        kept = [column for column in kept if column.heading != heading]
        left_out.append(heading)
    widths = _shared(kept, width)
    lines = _line([column.heading for column in kept], widths, kept)
    for number in range(len(columns[0].cells)):
        lines += _line([column.cells[number] for column in kept], widths, kept)
        sentence = "; ".join(filter(None, (cells[number] for cells in under)))
        lines += paragraph(sentence, width, _INDENT)
    return lines, left_out


def natural(columns: Sequence[Column], width: int | None) -> list[str] | None:
    """Lines of a table as wide as it wants to be; None where that is too wide."""
    widths = [max(column.width, width_of(column.heading)) for column in columns]
    if width is not None and _whole(widths) > width:
        return None
    rows = [
        [column.heading for column in columns],
        *map(list, zip(*(column.cells for column in columns), strict=True)),
    ]
    return [_padded(row, widths, columns) for row in rows]


def paragraph(text: str, width: int, indent: str = "") -> list[str]:
    """Lines of a sentence. A word longer than a line stays whole: it is there to be copied."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def folded(text: str, width: int) -> str:
    """Lines of a text, those that are too wide gone on with below, under what they tell of."""
    lines: list[str] = []
    for line in text.splitlines():
        lines += _hanging(line, width) if width_of(line) > width else [line]
    return "\n".join([*lines, ""])


def _hanging(line: str, width: int) -> list[str]:
    """Lines of one: it goes on where its last column began, or a step within its beginning."""
    begun = [gap.end() for gap in re.finditer(r"  +", line) if gap.end() <= width // 2]
    start = len(line) - len(line.lstrip())
    column = max(begun, default=0) if len(begun) > bool(start) else start + len(_INDENT)
    return textwrap.wrap(
        line[start:],
        width,
        initial_indent=" " * start,
        subsequent_indent=" " * column,
        break_long_words=False,
        break_on_hyphens=False,
    )


def clipped(text: str, width: int) -> str:
    """Text of at most that width, an ellipsis in place of what is cut out of it.

    Names of one account begin alike, and differ at their ends: a third of it is the end.
    """
    if width_of(text) <= width:
        return text
    end = (width - 1) // 3
    return f"{_taken(text, width - 1 - end)}…{_taken(text[::-1], end)[::-1]}"


def width_of(text: str) -> int:
    """Columns of a terminal that a text takes: two for a wide letter, none for a mark on one."""
    if text.isascii():
        return len(text)
    return sum(map(_width_of_letter, text))


def _width_of_letter(letter: str) -> int:
    if unicodedata.category(letter) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1


def _taken(text: str, width: int) -> str:
    """As many letters from the beginning as fit."""
    taken = 0
    for number, letter in enumerate(text):
        taken += _width_of_letter(letter)
        if taken > width:
            return text[:number]
    return text


def _whole(widths: Iterable[int]) -> int:
    each = list(widths)
    return sum(each) + len(_GAP) * (len(each) - 1)


def _shared(columns: Sequence[Column], width: int) -> list[int]:
    """Widths of columns: the widest of those of text gives way until all fit."""
    widths = [column.folded for column in columns]
    texts = [number for number, column in enumerate(columns) if not column.number]
    while _whole(widths) > width:
        widest = max(texts, key=widths.__getitem__, default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> list[str]:
    """Lines of one row: a cell that is too wide goes on below, in its own column."""
    folded = [_folded(cell, width) for cell, width in zip(cells, widths, strict=True)]
    return [_padded(parts, widths, columns) for parts in zip_longest(*folded, fillvalue="")]


def _folded(cell: str, width: int) -> list[str]:
    """Lines of a cell, broken at its spaces; a word that is too long is clipped."""
    if width_of(cell) <= width:
        return [cell]
    words = " ".join(clipped(word, width) for word in cell.split())
    lines = textwrap.wrap(
        words,
        width,
        break_long_words=False,
        break_on_hyphens=False,
        max_lines=_LINES_AT_MOST,
        placeholder="…",
    )
    return [clipped(line, width) for line in lines]


def _padded(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    padded: list[str] = []
    for cell, width, column in zip(cells, widths, columns, strict=True):
        space = " " * (width - width_of(cell))
        padded.append(f"{space}{cell}" if column.number else f"{cell}{space}")
    return _GAP.join(padded).rstrip()
