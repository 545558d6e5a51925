"""Tables a person reads, as text in aligned columns or as markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SECONDS_PER_HOUR = 3600
VALUES = ("", "unit", "value", "low", "high")

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    10: "\\n",
    13: "\\r",
    9: "\\t",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of the readable report. notes stand below the table; cells of numbers are
    right-aligned.
    """

    title: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


def as_text(sections: Iterable[Section]) -> str:
    """Aligned columns for a terminal, or a mail."""
    parts = []
    for section in sections:
        lines = [section.title, "-" * len(section.title)]
        lines += _aligned(section.header, section.rows)
        parts.append("\n".join([*lines, *section.notes]))
    return "\n\n".join(parts) + "\n"


def as_markdown(sections: Iterable[Section]) -> str:
    """A heading and a table a section, the notes as paragraphs."""
    parts = []
    for section in sections:
        blocks = [f"## {section.title}"]
        if section.rows:
            right = _numeric(section.rows)
            rule = _line("---:" if number else "---" for number in right)
            blocks.append("\n".join([_line(section.header), rule, *map(_line, section.rows)]))
        parts.append("\n\n".join([*blocks, *section.notes]))
    return "\n\n".join(parts) + "\n"


def figure(value: float) -> str:
    """A number as a person reads it: three digits that count, no exponent."""
    digits = next(
        (digits for digits, floor in enumerate((99.95, 9.995, 0.9995, 0.09995)) if value >= floor),
        4,
    )
    return "0" if value == 0 else f"{value:,.{digits}f}"


def clean(text: str) -> str:
    """Text without control characters: a name must not move the cursor of who reads it."""
    return text.translate(_CONTROLS)


def _numeric(rows: Sequence[Sequence[str]]) -> list[bool]:
    cells = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    return [
        bool(column) and all(set(cell) <= set("0123456789.,") for cell in column)
        for column in cells
    ]


def _aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    right = _numeric(rows)
    table = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in table
    ]


def _line(cells: Iterable[str]) -> str:
    escaped = (cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
