"""Bills that stay where they are: summed by Athena, BigQuery or Spark, for what that may cost.

Only sums come here, a row for each shape of rows and group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import ibis
import pyarrow as pa
from ibis.backends.sql import datatypes

from cloud_carbon_exporter.bills import spark
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.history import Asked
from cloud_carbon_exporter.bills.sql import compiled
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.providers.aws.client import athena
from cloud_carbon_exporter.providers.gcp.client import bigquery
from cloud_carbon_exporter.providers.warehouse import Cells, Column, Warehouse

MOST_ROWS = 2_000_000
"""Rows of sums that are taken; of more, -by is too fine for what comes over a network."""
_BYTES_PER_TERABYTE = 1e12


@dataclass(frozen=True, slots=True)
class Where:
    """Where a bill stays. table: its name, behind those of what it lies in.

    most_dollars: what reading it may cost. workgroup, output: Athena's.
    """

    engine: str
    table: tuple[str, ...]
    most_dollars: float
    workgroup: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of a bill, and what is to be said of how they came here."""

    rows: pa.Table
    told: tuple[str, ...]


def table_of(name: str) -> tuple[str, ...]:
    """Name of a table in its parts. Raises BadBill where one is empty or too many are there.

    A project of Google may have points in its own name: example.com:shop.
    """
    parts = name.split(".")
    if len(parts) > 3:
        parts = [".".join(parts[:-2]), *parts[-2:]]
    if not all(parts):
        raise BadBill("is no name of a table")
    return tuple(parts)


def sums(asked: Asked, where: Where) -> Sums:
    """Sums of a bill that stays where it is.

    Raises BadBill where it may not be read, is no bill, or would cost more than it may.
    """
    if where.engine == "spark":
        return _of_spark(asked, where)
    if len(where.table) < 2:
        raise BadBill("names no dataset or database: DATABASE.TABLE, or with a project before it")
    try:
        return asyncio.run(_asked_for(asked, where))
    except CollectError as error:
        raise BadBill(f"cannot be read: {error}") from None


def _opened(where: Where) -> AbstractAsyncContextManager[Warehouse]:
    if where.engine == "athena":
        return athena.opened(where.workgroup, where.output)
    return bigquery.opened(where.table[0] if len(where.table) > 2 else "")


_TYPES: dict[str, Callable[[str], ibis.DataType]] = {
    "athena": datatypes.AthenaType.from_string,
    "bigquery": datatypes.BigQueryType.from_string,
    # Moments of Spark have a zone that is the session's, which is UTC here.
    "spark": datatypes.AthenaType.from_string,
}


def schema_of(engine: str, columns: Sequence[Column]) -> ibis.Schema:
    """Columns of a table as ibis has them: of an unknown type where it does not know theirs."""
    known: dict[str, ibis.DataType] = {}
    for name, told in columns:
        try:
            known[name] = _TYPES[engine](told)
        except ibis.common.exceptions.IbisError:
            known[name] = datatypes.dt.unknown
    return ibis.schema(known)


async def _asked_for(asked: Asked, where: Where) -> Sums:
    price = facts.figure(f"engine.{where.engine}.dollars_per_terabyte").value
    async with _opened(where) as warehouse:
        schema = schema_of(where.engine, await warehouse.columns(where.table))
        statement = compiled(schema, where.table, asked, where.engine)
        size = await warehouse.bytes_read(where.table, statement)
        cost = size / _BYTES_PER_TERABYTE * price
        said = f"reads {size / 1e9:.1f} GB, for {cost:.2f} USD at most by its list price"
        if cost > where.most_dollars:
            raise BadBill(f"{said}: more than -engine.most={where.most_dollars:g} allows")
        # What is charged is bounded by what may be spent, not by what was estimated.
        most_bytes = round(where.most_dollars / price * _BYTES_PER_TERABYTE)
        cells: list[Cells] = []
        async for row in warehouse.rows(statement, most_bytes):
            cells.append(row)
            if len(cells) > MOST_ROWS:
                raise BadBill(f"adds up to more than {MOST_ROWS} rows: ask for less by -by")
    return Sums(_table(cells), (f"{where.engine} {said}",))


def _table(cells: Sequence[Cells]) -> pa.Table:
    """Table of texts, the first row of which are the names."""
    names, *rows = cells
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.table(arrays, names=[str(name) for name in names])


def _of_spark(asked: Asked, where: Where) -> Sums:
    with spark.opened() as session:
        schema = schema_of("spark", session.columns(where.table))
        rows = session.rows(compiled(schema, where.table, asked, "spark"), MOST_ROWS)
    if len(rows) > MOST_ROWS:
        raise BadBill(f"adds up to more than {MOST_ROWS} rows: ask for less by -by")
    return Sums(_table(rows), ())
