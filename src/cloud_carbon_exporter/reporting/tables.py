"""Tables a person reads, as text in aligned columns or as markdown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cloud_carbon_exporter.printable import printable
from cloud_carbon_exporter.reporting.columns import Column, fitted, natural, paragraph, width_of

VALUES = ("", "unit", "value", "low", "high")

_OF_NUMBERS = set("0123456789.,")
_FLOORS = (99.95, 9.995, 0.9995, 0.09995)
"""Least values that are shown with 0, 1, 2 and 3 decimals, each rounded up to the next digit."""


@dataclass(frozen=True, slots=True)
class Section:
    """Section of a readable report. notes stand below the table; numbers are right-aligned.

    Where a terminal is narrow: spare: headings of columns that may be left out, the first first.
    prose: those of columns of sentences, which go under their row.
    """

    title: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


def as_text(sections: Iterable[Section], width: int | None = None) -> str:
    """Sections in aligned columns, for a terminal of that width; as wide as they are for a mail."""
    parts: list[str] = []
    for section in map(_cleaned, sections):
        title = _prose(section.title, width)
        lines = [*title, "-" * max(map(width_of, title), default=0), *_table(section, width)]
        for note in section.notes:
            lines += _prose(note, width)
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _prose(text: str, width: int | None) -> list[str]:
    return [text] if width is None else paragraph(text, width)


def as_markdown(sections: Iterable[Section]) -> str:
    """Sections as a heading and a table each, the notes as paragraphs."""
    parts: list[str] = []
    for section in map(_inert, map(_cleaned, sections)):
        blocks = [f"## {section.title}"]
        if section.rows:
            right = numeric(section.rows)
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
    return replace(
        section,
        title=change(section.title),
        header=tuple(map(change, section.header)),
        rows=tuple(tuple(map(change, row)) for row in section.rows),
        notes=tuple(map(change, section.notes)),
    )


def numeric(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Columns of numbers: whether all that stands in one is digits and marks, and anything does."""
    numeric: list[bool] = []
    for column in zip(*rows, strict=True):
        characters = set("".join(column))
        numeric.append(bool(characters) and characters <= _OF_NUMBERS)
    return numeric


def _table(section: Section, width: int | None) -> list[str]:
    """Lines of the table, and a word on what the width of a terminal leaves out of it."""
    if not section.rows:
        return []
    cells = zip(*section.rows, strict=True)
    known = zip(section.header, cells, numeric(section.rows), strict=True)
    columns = [Column(*each) for each in known]
    lines = natural(columns, width)
    if lines is not None or width is None:
        return lines or []
    lines, left_out = fitted(columns, width, section.spare, section.prose)
    if left_out:
        lines += paragraph(f"Left out in this width: {'; '.join(left_out)}.", width)
    return lines


def _line(cells: Iterable[str]) -> str:
    """Line of a markdown table; a bar or a backslash in a cell would begin something."""
    escaped = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
