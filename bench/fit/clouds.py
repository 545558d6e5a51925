"""Facts of cloud hosts that are measured, not fitted: the production gap and memory.

python -m bench.fit.clouds            prints the hosts beside what the program says of them
python -m bench.fit.clouds --write    writes the rows of facts/model.csv and facts/memory.csv, and
                                      the table of hosts in docs/model.md, too
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

from bench.fit import memory, metal
from bench.fit.data import read
from bench.fit.metal import Row
from bench.fit.tables import FACTS
from cloud_carbon_exporter.documents.marks import Marks
from cloud_carbon_exporter.model import facts

DOC = Path(__file__).parents[2] / "docs" / "model.md"
MARKS = Marks("<!-- hosts: python -m bench.fit.clouds --write -->", "<!-- end of hosts -->")


def rows_of_model() -> list[Row]:
    """Rows of facts/model.csv that follow from measured hosts."""
    return [memory.rounded(row) for row in metal.gap_rows(metal.hosts())]


def rows_of_memory() -> list[Row]:
    """Rows of facts/memory.csv that follow from measured hosts and benchmark machines."""
    return [memory.rounded(row) for row in memory.rows(read(), metal.hosts())]


def _write(table: str, made: Iterable[Row]) -> None:
    """Put value, low and high of rows that stand in a table; the rest of it is by hand."""
    path = FACTS / table
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_id = {row["id"]: row for row in rows}
    for name, value, low, high, _ in made:
        by_id[name].update(value=f"{value:g}", low=f"{low:g}", high=f"{high:g}")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Print the table of hosts; write it and the rows that it follows from."""
    writing = "--write" in sys.argv
    if writing:
        _write("model.csv", rows_of_model())
        _write("memory.csv", rows_of_memory())
        facts.rows.cache_clear()
        facts.figures.cache_clear()
    table = metal.report()
    if writing:
        page = DOC.read_text(encoding="utf-8")
        DOC.write_text(MARKS.written(page, table), encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
