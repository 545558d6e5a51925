"""SQL of a history for engines that are not run here: Athena, BigQuery and Spark.

The same expressions as DuckDB runs, compiled for another dialect. Shapes and figures are those of
a sample of the export, written as tables of their own: what the sample has none of is summed
without a state, so that its cost is not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import ibis
import pyarrow as pa
import sqlglot as sg
import sqlglot.expressions as sge

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.engine import engine, table_of
from cloud_carbon_exporter.bills.exports import check, export_of, normal_rows
from cloud_carbon_exporter.bills.files import files_of
from cloud_carbon_exporter.bills.history import Asked
from cloud_carbon_exporter.bills.lookups import Lookups, lookups

BILL = "bill"
"""Name the statements give to the table of the bill."""
_DIALECTS: Mapping[str, str] = {"athena": "athena", "bigquery": "bigquery", "spark": "databricks"}
_OF_SQLGLOT: Mapping[str, str] = {"databricks": "spark"}
_HEAD = """\
-- The history of a bill, for {engine}. Nothing was run, and nothing was asked of {engine}.
-- The bill is taken to be a table {bill}, with the columns of the sample it was compiled for.
-- What {engine} charges goes by the bytes of the columns that the second part names.
"""


def statements(asked: Asked, to: str) -> Iterator[str]:
    """Statements for an engine: what shapes a bill has, the tables of a sample, and the sums.

    Raises BadBill where the sample cannot be read.
    """
    dialect = _DIALECTS[to]
    with engine(asked.threads) as connection:
        forms = files_of(asked.path).by_form
        if len(forms) > 1:
            raise BadBill(f"is of several forms ({', '.join(forms)}): a sample is of one")
        form, files = next(iter(forms.items()))
        sample = table_of(connection, form, files)
        export = export_of(sample, asked.format)
        check(sample, export, asked.amortised)
        by = query.by_of(asked.by)
        rows = _rows(sample, asked, by)
        known = lookups(query.shapes_of(rows).to_pyarrow().to_pylist(), asked.grid_method)
        bill = _rows(ibis.table(sample.schema(), name=BILL), asked, by)
    yield _HEAD.format(engine=to, bill=BILL)
    yield "\n-- 1. What shapes of rows the bill has: compare with those of the sample.\n"
    yield _compiled(query.shapes_of(bill), dialect)
    yield "\n-- 2. The tables that rows are joined with.\n"
    yield from _tables(known, dialect)
    yield "\n-- 3. The sums.\n"
    yield _compiled(_sums(bill, known, by), dialect)


def _rows(table: ibis.Table, asked: Asked, by: query.By) -> ibis.Table:
    export = export_of(table, asked.format)
    rows = normal_rows(export.prepared(table), export, by.tags, asked.amortised)
    return query.within(rows, asked.since, asked.until)


def _sums(bill: ibis.Table, known: Lookups, by: query.By) -> ibis.Table:
    tables = query.Tables(
        ibis.table(ibis.memtable(known.shapes).schema(), name="cloud_carbon_shapes"),
        ibis.table(ibis.memtable(known.figures).schema(), name="cloud_carbon_figures"),
        ibis.table(ibis.memtable(known.reaches).schema(), name="cloud_carbon_reaches"),
    )
    used = query.used(bill, tables.shapes, by, hashed=False)
    return query.shown(query.sums(used, tables, by), by)


def _compiled(table: ibis.Table, dialect: str) -> str:
    try:
        text: str = ibis.to_sql(table, dialect=dialect, pretty=True)
    except ibis.common.exceptions.IbisError as error:
        raise BadBill(f"has what {dialect} has no words for: {error}") from None
    return f"{text};\n"


def _tables(known: Lookups, dialect: str) -> Iterator[str]:
    named = {"shapes": known.shapes, "figures": known.figures, "reaches": known.reaches}
    for name, table in named.items():
        yield _created(f"cloud_carbon_{name}", table, _OF_SQLGLOT.get(dialect, dialect))


def _created(name: str, table: pa.Table, dialect: str) -> str:
    """Statement that makes a table of these rows; every text is quoted as the dialect has it."""
    rows: list[tuple[object, ...]] = [tuple(record.values()) for record in table.to_pylist()]
    values = sge.values(rows, alias="told", columns=table.column_names)
    made = sg.select("*").from_(values).ctas(name, dialect=dialect)
    return f"{made.sql(dialect=dialect, pretty=False)};\n"
