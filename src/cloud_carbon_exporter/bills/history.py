"""History of a bill: what it was read from, what it adds up to, and what is in none of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import ibis
import pyarrow as pa

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.amounts import (
    amounts,
    is_amounts,
    shapes_in,
    used_of,
    used_of_sums,
)
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.codes import CODE, Coded, coded, shapes_of
from cloud_carbon_exporter.bills.conditions import ConditionsOf, frame_of, with_conditions
from cloud_carbon_exporter.bills.engine import engine, hashed, table_of
from cloud_carbon_exporter.bills.exports import (
    Export,
    check,
    export_of,
    kept_rows,
    normal_rows,
)
from cloud_carbon_exporter.bills.files import files_of
from cloud_carbon_exporter.bills.lookups import lookups
from cloud_carbon_exporter.bills.rows import SHAPE
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.held import Held

SUMMED = "sums of an engine"
"""Title of what was summed elsewhere, whatever export it is of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a bill. since, until: dates or moments; empty for all there is.

    left_out: what whoever brought the bill here left out of it, in words.
    conditions: what tells loads and the grid of its time; the usual and the annual where not.
    """

    path: str
    by: tuple[str, ...]
    format: str = "auto"
    since: str = ""
    until: str = ""
    amortised: bool = False
    grid_method: Method = "location"
    threads: int = 0
    left_out: tuple[str, ...] = ()
    conditions: ConditionsOf | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one form, and what export they are of.

    rows: in the normal shape. coded: by the codes of their shapes. kept: as they are, and in
        columns of ours what is read of them.
    """

    rows: ibis.Table
    coded: Coded
    kept: ibis.Table
    export: Export
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """History of a bill, as tables of the engine that read it.

    sources: rows of the files of each form; none where another engine summed them. rows: all rows
        of the bill, in one shape, or those sums.
    used: units and cost by group and shape. sums: by group and state; total: by state alone.
    ledger: by state and SKU.
    exports: titles of what it was read from. absent: what was left out, and what is missing with
    what that costs.
    held: hardware of one unit by the number of its figure.
    """

    connection: ibis.BaseBackend
    by: query.By
    sources: tuple[Source, ...]
    rows: ibis.Table
    shapes: ibis.Table
    figures: ibis.Table
    reaches: ibis.Table
    used: ibis.Table
    sums: ibis.Table
    total: ibis.Table
    ledger: ibis.Table
    exports: tuple[str, ...]
    absent: tuple[str, ...]
    held: Sequence[Held]

    def need_rows(self) -> None:
        """Raise BadBill where rows are not here, but sums that an engine elsewhere made of them."""
        if not self.sources:
            raise BadBill("holds sums: its rows, which this needs, stayed where they were summed")


@contextmanager
def history(asked: Asked) -> Iterator[History]:
    """History of a bill, while its engine is open. Raises BadBill where it cannot be read."""
    with engine(asked.threads) as connection:
        try:
            yield _read(connection, asked)
        except duckdb.OutOfMemoryException as error:
            raise BadBill(f"is more than fits into memory and disk: {_line(error)}") from None
        except duckdb.Error as error:
            raise BadBill(f"cannot be read: {_line(error)}") from None


@contextmanager
def history_of_sums(asked: Asked, sums: pa.Table, told: tuple[str, ...]) -> Iterator[History]:
    """History of what an engine elsewhere summed. told: what is to be said of it."""
    with engine(asked.threads) as connection:
        table = connection.create_table("cloud_carbon_sums_elsewhere", ibis.memtable(sums))
        yield _of_amounts(connection, table, asked, told)


def _line(error: Exception) -> str:
    """First lines of what DuckDB says, on one: the rest is how to call it."""
    return " ".join(str(error).partition("\n\n")[0].split())


def _read(connection: ibis.BaseBackend, asked: Asked) -> History:
    found = files_of(asked.path)
    tables = [table_of(connection, form, files) for form, files in found.by_form.items()]
    told = (*asked.left_out, *found.told)
    summed = [table for table in tables if is_amounts(table)]
    if not summed:
        return _of_rows(connection, tables, asked, told)
    if len(tables) > 1:
        raise BadBill("holds rows beside sums of rows: ask for each by itself")
    return _of_amounts(connection, summed[0], asked, told)


def _of_rows(
    connection: ibis.BaseBackend, tables: list[ibis.Table], asked: Asked, told: tuple[str, ...]
) -> History:
    by = query.by_of(asked.by)
    sources = tuple(_source(table, asked, by.tags) for table in tables)
    rows = ibis.union(*(source.rows for source in sources), distinct=False)
    if asked.conditions is not None:
        rows = with_conditions(rows, asked.conditions(frame_of(rows)))
        known = _known(connection, query.shapes_of(rows), asked)
        used = connection.create_table(
            "cloud_carbon_used", query.used(rows, known.tables.shapes, by)
        )
    else:
        known, used = _by_codes(connection, sources, by, asked)
    titles = tuple(dict.fromkeys(source.export.title for source in sources))
    absent = dict.fromkeys(words for source in sources for words in source.absent)
    return _summed(connection, by, _Bill(sources, rows, titles, (*told, *absent)), known, used)


def _of_amounts(
    connection: ibis.BaseBackend, table: ibis.Table, asked: Asked, told: tuple[str, ...]
) -> History:
    """History of what an engine elsewhere summed. Raises BadBill where that is by other keys."""
    if asked.conditions is not None:
        raise BadBill("holds sums: loads and hours of the grid go by its rows, which are elsewhere")
    by = query.by_of(asked.by)
    known = _known(connection, shapes_in(table), asked)
    used = used_of_sums(table, known.tables.shapes, by)
    bill = _Bill((), table, (SUMMED,), told)
    return _summed(connection, by, bill, known, connection.create_table("cloud_carbon_used", used))


def _by_codes(
    connection: ibis.BaseBackend, sources: Sequence[Source], by: query.By, asked: Asked
) -> tuple[_Known, ibis.Table]:
    """What shapes are, and units and cost by group and shape: `query.used`, by codes of shapes."""
    codes = connection.create_table("cloud_carbon_codes", _codes(connection, sources, asked))
    known = _known(connection, codes.select(*SHAPE).distinct(), asked)
    shapes = codes.join(known.tables.shapes, list(SHAPE))
    by_code = connection.create_table("cloud_carbon_by_code", shapes)
    rows = ibis.union(*(source.coded.rows for source in sources), distinct=False)
    used = used_of(amounts(rows, by, (CODE,)), by_code, by, (CODE,))
    return known, connection.create_table("cloud_carbon_used", used)


def _codes(connection: ibis.BaseBackend, sources: Sequence[Source], asked: Asked) -> ibis.Table:
    """Shapes of all rows by their codes."""
    shapes: list[ibis.Table] = []
    for number, source in enumerate(sources):
        once = source.coded.seen.drop("start").distinct()
        seen = connection.create_table(f"cloud_carbon_seen_{number}", once)
        shapes.append(shapes_of(seen, source.export, asked.amortised))
    return ibis.union(*shapes, distinct=True)


class _Known(NamedTuple):
    tables: query.Tables
    held: Sequence[Held]


def _known(connection: ibis.BaseBackend, shapes: ibis.Table, asked: Asked) -> _Known:
    """Tables of what shapes are and draw, and the hardware behind a unit of each figure."""
    known = lookups(shapes.to_pyarrow().to_pylist(), asked.grid_method)
    tables = query.Tables(
        connection.create_table("cloud_carbon_shapes", ibis.memtable(known.shapes)),
        connection.create_table("cloud_carbon_figures", ibis.memtable(known.figures)),
        connection.create_table("cloud_carbon_reaches", ibis.memtable(known.reaches)),
    )
    return _Known(tables, known.held)


class _Bill(NamedTuple):
    sources: tuple[Source, ...]
    rows: ibis.Table
    exports: tuple[str, ...]
    absent: tuple[str, ...]


def _summed(
    connection: ibis.BaseBackend, by: query.By, bill: _Bill, known: _Known, used: ibis.Table
) -> History:
    whole, nothing = query.whole(used, by), query.by_of(())
    return History(
        connection,
        by,
        bill.sources,
        bill.rows,
        known.tables.shapes,
        known.tables.figures,
        known.tables.reaches,
        used,
        connection.create_table("cloud_carbon_sums", query.sums(used, known.tables, by)),
        connection.create_table("cloud_carbon_total", query.sums(whole, known.tables, nothing)),
        connection.create_table("cloud_carbon_ledger", query.ledger(used, known.tables.shapes)),
        bill.exports,
        bill.absent,
        known.held,
    )


def _source(table: ibis.Table, asked: Asked, tags: tuple[str, ...]) -> Source:
    export = export_of(table, asked.format)
    absent = check(table, export, asked.amortised)
    prepared = export.prepared(table)
    rows = normal_rows(prepared, export, tags, asked.amortised)
    by_code = coded(prepared, export, tags, asked.amortised, hashed)
    since, until = asked.since, asked.until
    return Source(
        query.within(rows, since, until),
        Coded(*(query.within(each, since, until) for each in by_code)),
        query.within(kept_rows(prepared, export, asked.amortised), since, until),
        export,
        absent,
    )
