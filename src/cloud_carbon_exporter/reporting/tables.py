"""Tables a person reads, as text in aligned columns or as markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.printable import printable

VALUES = ("", "unit", "value", "low", "high")

_OF_NUMBERS = set("0123456789.,")
_FLOORS = (99.95, 9.995, 0.9995, 0.09995)
"""Least values that are shown with 0, 1, 2 and 3 decimals, each rounded up to the next digit."""


@dataclass(frozen=True, slots=True)
class Section:
    """Section of a readable report. notes stand below the table; numbers are right-aligned."""

    title: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


def as_text(sections: Iterable[Section]) -> str:
    """Sections in aligned columns, for a terminal or a mail."""
    parts: list[str] = []
    for section in map(_cleaned, sections):
        lines = [section.title, "-" * len(section.title)]
        lines += _aligned(section.header, section.rows)
        parts.append("\n".join([*lines, *section.notes]))
    return "\n\n".join(parts) + "\n"


def as_markdown(sections: Iterable[Section]) -> str:
    """Sections as a heading and a table each, the notes as paragraphs."""
    parts: list[str] = []
    for section in map(_inert, map(_cleaned, sections)):
        blocks = [f"## {section.title}"]
        if section.rows:
            right = _numeric(section.rows)
            blocks.append(markdown_table(section.header, section.rows, right))
        parts.append("\n\n".join([*blocks, *section.notes]))
    return "\n\n".join(parts) + "\n"


def markdown_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool] = ()
) -> str:
    """Table in markdown. right: which columns are aligned to the right; none where not given."""
    rule = ["---"] * len(header)
    for column, number in enumerate(right):
        rule[column] = "---:" if number else "---"
    return "\n".join([_line(header), _line(rule), *map(_line, rows)])


def figure(value: float) -> str:
    """Number as a person reads it: three digits that count, no exponent."""
    if value == 0:
        return "0"
    digits = sum(value < floor for floor in _FLOORS)
    return f"{value:,.{digits}f}"


def clean(text: str) -> str:
    """Text without control characters: a name must not move the cursor of who reads it."""
    return printable(text)


def _cleaned(section: Section) -> Section:
    return _each(section, clean)


def _inert(section: Section) -> Section:
    """Section in whose text markdown finds no tag, link or picture."""
    return _each(section, _without_tags)


def _without_tags(text: str) -> str:
    return text.replace("<", "&lt;").replace("](", "]&#40;")


def _each(section: Section, change: Callable[[str], str]) -> Section:
    """Section with each of its texts changed."""
    rows = tuple(tuple(map(change, row)) for row in section.rows)
    return Section(
        change(section.title),
        tuple(map(change, section.header)),
        rows,
        tuple(map(change, section.notes)),
    )


def _numeric(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Columns of numbers: whether all that stands in one is digits and marks, and anything does."""
    numeric: list[bool] = []
    for column in zip(*rows, strict=True):
        characters = set("".join(column))
        numeric.append(bool(characters) and characters <= _OF_NUMBERS)
    return numeric


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    right = _numeric(rows)
    columns = zip(header, *rows, strict=True)
    widths = [max(map(len, column)) for column in columns]
    lines: list[str] = []
    for row in (header, *rows):
        cells: list[str] = []
        for cell, width, number in zip(row, widths, right, strict=True):
            cells.append(cell.rjust(width) if number else cell.ljust(width))
        lines.append("  ".join(cells).rstrip())
    return lines


def _line(cells: Iterable[str]) -> str:
    """Line of a markdown table; a bar or a backslash in a cell would begin something."""
    escaped = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
