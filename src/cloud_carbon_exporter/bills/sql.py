"""SQL of a history for engines beside DuckDB: Athena, BigQuery and Spark.

The same expressions as DuckDB runs, compiled for another dialect by ibis. One statement sums the
bill by shape (amounts.py), reads the table of the bill alone, and makes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import ibis

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.amounts import amounts, as_text
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.engine import engine, table_of
from cloud_carbon_exporter.bills.exports import check, export_of, normal_rows
from cloud_carbon_exporter.bills.files import files_of
from cloud_carbon_exporter.bills.history import Asked

BILL = "bill"
"""Name the statement gives to the table of the bill where none was told."""
DIALECTS: Mapping[str, str] = {"athena": "athena", "bigquery": "bigquery", "spark": "databricks"}
"""What ibis calls the dialect of an engine."""
_MADE_UP = re.compile(r"ibis_bq_arr_sum_[a-z2-7]{26}")
_HEAD = """\
-- What a bill adds up to, by shape: run it in {engine}, save its rows as CSV or Parquet, and read
-- them with `history -from FILE -by {by}`. Nothing was run, and nothing was asked of {engine}.
-- Compiled for the columns of a sample. Moments are in UTC: {zone}
"""
_ZONE: Mapping[str, str] = {
    "athena": "Athena has no other.",
    "bigquery": "BigQuery has no other unless a job says so.",
    "spark": "run SET TIME ZONE 'UTC' before it.",
}


def statement(asked: Asked, to: str, table: tuple[str, ...] = (BILL,)) -> str:
    """Statement for an engine, from the columns of a sample of the bill.

    Raises BadBill where the sample cannot be read.
    """
    with engine(asked.threads) as connection:
        forms = files_of(asked.path).by_form
        if len(forms) > 1:
            raise BadBill(f"is of several forms ({', '.join(forms)}): a sample is of one")
        form, files = next(iter(forms.items()))
        schema = table_of(connection, form, files).schema()
    head = _HEAD.format(engine=to, by=",".join(asked.by), zone=_ZONE[to])
    # What is asked may hold a line's end, and then would stand outside of the comment.
    comment = "\n-- ".join(head.rstrip("\n").splitlines())
    return f"{comment.replace('-- -- ', '-- ')}\n\n{compiled(schema, table, asked, to)};\n"


def compiled(schema: ibis.Schema, table: tuple[str, ...], asked: Asked, to: str) -> str:
    """Statement that sums a table of this schema. table: its name, behind its folders'.

    Names are quoted and texts are literals, as the dialect has them. Raises BadBill for a table
    that is no bill.
    """
    *folders, name = table
    place = {"database": folders[-1]} if folders else {}
    if folders[:-1]:
        place["catalog"] = ".".join(folders[:-1])
    bill = ibis.table(schema, name=name, **place)
    export = export_of(bill, asked.format)
    check(bill, export, asked.amortised)
    by = query.by_of(asked.by)
    rows = normal_rows(export.prepared(bill), export, by.tags, asked.amortised)
    summed = as_text(amounts(query.within(rows, asked.since, asked.until), by))
    try:
        return _numbered(str(ibis.to_sql(summed, dialect=DIALECTS[to], pretty=True)))
    except ibis.common.exceptions.IbisError as error:
        raise BadBill(f"has what {to} has no words for: {error}") from None


def _numbered(text: str) -> str:
    """Statement whose names made up by ibis are numbers: it makes up new ones each time."""
    made_up = dict.fromkeys(_MADE_UP.findall(text))
    for number, name in enumerate(made_up):
        text = text.replace(name, f"summed_{number}")
    return text
