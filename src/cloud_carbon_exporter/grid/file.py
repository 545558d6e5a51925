"""Table of one's own: CSV from a path or a URL.

Columns: zone, grams_per_kilowatt_hour, and optionally start, end. `zone` is a grid zone, a region,
or provider:region; the most exact wins. Without start or end a row always holds.
"""

from __future__ import annotations

import asyncio
import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid.moments import moment
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, number

LARGEST_FILE_BYTES = 8 * 2**20


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """All rows of the table."""
    if web.argument.startswith(("http://", "https://")):
        text = await web.text("get", web.argument)
    else:
        text = await asyncio.to_thread(_read, Path(web.argument))
    return parse(text)


def parse(text: str) -> Sequence[ZoneIntensity]:
    """Rows of the table. Raises Malformed, with the line, where one cannot be read."""
    rows = csv.DictReader(text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines())
    names = {name.strip() for name in rows.fieldnames or ()}
    if not {"zone", "grams_per_kilowatt_hour"} <= names:
        raise Malformed("the table has no columns zone and grams_per_kilowatt_hour")
    return [_intensity(line, row) for line, row in enumerate(rows, start=2)]


def _intensity(line: int, row: Mapping[str | None, str | list[str] | None]) -> ZoneIntensity:
    cells = {}
    for name, value in row.items():
        if isinstance(value, str):
            cells[str(name).strip()] = value.strip()
    try:
        start = moment(cells["start"]) if cells.get("start") else -math.inf
        end = moment(cells["end"]) if cells.get("end") else math.inf
        grams = number(cells.get("grams_per_kilowatt_hour", ""))
    except Malformed as error:
        raise Malformed(f"line {line}: {error.message}") from None
    if not cells.get("zone") or not start < end:
        raise Malformed(f"line {line}: no zone, or no start before its end")
    return ZoneIntensity(cells["zone"], start, end, grams)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise NotThere(f"cannot read the table: {error.strerror}") from None
    if len(content) > LARGEST_FILE_BYTES:
        raise Malformed("the table is too large")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the table is not UTF-8 text") from None


SOURCE = Source(
    name="file",
    base_url="",
    home="",
    zones="what the table names: grid zones, regions, or provider:region",
    licence="yours",
    price="none",
    measured="as the table has it",
    counts="as the table has it",
    period_seconds=300,
    delay_seconds=0,
    hold_seconds=0,
    live=live,
    identity=True,
    whole=True,
)
