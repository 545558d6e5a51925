"""HTML of readable reports: one page that stands alone, and prints well to paper and PDF. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cloud_carbon_exporter.reporting.tables import Section, clean, numeric

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top;
  border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #8888; overflow-wrap: normal; white-space: normal; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; padding-left: .6rem; }
p { margin: .4rem 0; max-width: 48rem; }
@page { size: A4; margin: 18mm 15mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 9.5pt; max-width: none; margin: 0; padding: 0; color: #000; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; } th, td { padding-right: .35rem; } .number { padding-left: .35rem; }
  h1, h2 { break-after: avoid; }
  thead { display: table-header-group; }
  tr, p { break-inside: avoid; }
}
"""


def as_html(sections: Sequence[Section]) -> str:
    """Sections as a page of its own; the first one's title is that of the page."""
    title = escape(clean(sections[0].title))
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style></head>",
        "<body><main>",
    ]
    for number, section in enumerate(sections):
        parts += _section(section, "h1" if number == 0 else "h2")
    return "\n".join([*parts, "</main></body></html>", ""])


def _section(section: Section, heading: str) -> Iterable[str]:
    title = escape(clean(section.title))
    yield f"<section><{heading}>{title}</{heading}>"
    if section.rows:
        yield from _table(section)
    for note in section.notes:
        yield f"<p>{escape(clean(note))}</p>"
    yield "</section>"


def _table(section: Section) -> Iterable[str]:
    right = numeric(section.rows)
    yield '<div class="wide"><table>'
    yield f"<thead>{_row(section.header, right, 'col')}</thead>"
    yield "<tbody>"
    for row in section.rows:
        yield _row(row, right, "row")
    yield "</tbody></table></div>"


def _row(cells: Sequence[str], right: Sequence[bool], scope: str) -> str:
    """Row of a table; of the head all cells are headings, of the others the first."""
    told: list[str] = []
    for number, (cell, is_number) in enumerate(zip(cells, right, strict=True)):
        style = ' class="number"' if is_number else ""
        text = escape(clean(cell))
        if scope == "col" or number == 0:
            told.append(f'<th scope="{scope}"{style}>{_isolated(text)}</th>')
        else:
            told.append(f"<td{style}>{_isolated(text)}</td>")
    return f"<tr>{''.join(told)}</tr>"


def _isolated(text: str) -> str:
    """Text whose direction ends with it: a name in Arabic must not turn the figures around."""
    return text if text.isascii() else f"<bdi>{text}</bdi>"
