"""Grid of the past: hourly intensities from tables of one's own, or as Electricity Maps sells them.

Its yearly files have the columns "Datetime (UTC)", "Zone id" and "Carbon intensity gCO2eq/kWh
(Life cycle)" and "(direct)", an hour a row, as they stand in public uses of them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid import file
from cloud_carbon_exporter.grid.moments import moment
from cloud_carbon_exporter.grid.spec import ZoneIntensity, number
from cloud_carbon_exporter.model.grid import Method

MOST_ROWS = 3_000_000
"""Hours of all tables together: ten zones over thirty years."""

_HOUR = 3600
_WHEN, _ZONE = "datetime(utc)", "zoneid"
_COLUMNS: Mapping[Method, str] = {"location": "(lifecycle)", "direct": "(direct)"}

Hours = Mapping[str, Mapping[int, float]]
"""Grams a kWh by zone and by the start of the hour."""


def past_hours(path: Path, method: Method, since: float, until: float) -> Hours:
    """Hours of a table, or of all in a folder. Raises Malformed or NotThere.

    since, until: seconds since 1970 that are of use; a row without an end holds over all of them.
    """
    sums: defaultdict[str, defaultdict[int, list[float]]]
    sums = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    rows = 0
    for table in _tables(path):
        for row in _rows(table, method):
            rows += 1
            if rows > MOST_ROWS:
                raise Malformed(f"the tables have more than {MOST_ROWS:,} rows")
            for hour in _hours(row, since, until):
                of = sums[row.zone][hour]
                of[0] += row.grams_per_kilowatt_hour
                of[1] += 1
    return {zone: _means(hours) for zone, hours in sums.items()}


def _means(hours: Mapping[int, list[float]]) -> Mapping[int, float]:
    return {hour: total / count for hour, (total, count) in hours.items()}


def _tables(path: Path) -> Sequence[Path]:
    if path.is_dir():
        found = sorted(path.rglob("*.csv"))
        if found:
            return found
    elif path.is_file():
        return (path,)
    raise NotThere("there is no such table")


def _rows(path: Path, method: Method) -> Iterator[ZoneIntensity]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NotThere(f"cannot read the table: {error}") from None
    lines = text.splitlines()
    names = [_key(name) for name in next(csv.reader(lines), [])]
    if _WHEN not in names:
        yield from file.parse(text)
        return
    yield from _of_electricity_maps(lines, names, _COLUMNS.get(method, _COLUMNS["location"]))


def _of_electricity_maps(
    lines: Sequence[str], names: Sequence[str], ending: str
) -> Iterator[ZoneIntensity]:
    ours = [at for at, name in enumerate(names) if name.startswith("carbonintensity")]
    found = [at for at in ours if names[at].endswith(ending)]
    if not found or _ZONE not in names:
        raise Malformed("the table has no columns Zone id and Carbon intensity")
    when, zone, grams = names.index(_WHEN), names.index(_ZONE), found[0]
    for line, row in enumerate(csv.reader(lines[1:]), start=2):
        if not row or len(row) <= grams or not row[grams].strip():
            continue  # an hour that nobody told
        try:
            start = moment(row[when].strip())
            told = number(row[grams].strip())
        except Malformed as error:
            raise Malformed(f"line {line}: {error.message}") from None
        yield ZoneIntensity(row[zone].strip(), start, start + _HOUR, told)


def _key(name: str) -> str:
    return name.strip().lower().replace(" ", "")


def _hours(row: ZoneIntensity, since: float, until: float) -> Iterable[int]:
    """Hours of a row that are of use, by their starts."""
    first = max(row.start, since) // _HOUR * _HOUR
    last = min(row.end, until)
    return range(int(first), int(-(-last // _HOUR) * _HOUR), _HOUR) if first < last else ()
