"""Engine that reads files of a bill: DuckDB, within bounds of memory, and never over a network."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis

from cloud_carbon_exporter.bills.bad_bill import BadBill

MEMORY = "1200MB"
"""What DuckDB may hold; what is more goes to a temporary folder. The process takes some beside."""
_ROWS_AT_ONCE = 10_000
# FOCUS, NullHandling: a null in a CSV is written as nothing, or as NULL.
_NULLS = ["", "NULL"]
_SEPARATORS = ",;\t|"
_MOST_SEPARATORS = 3


@contextmanager
def engine(threads: int = 0) -> Iterator[ibis.BaseBackend]:
    """Engine within its bounds; what it writes beside memory is gone when it ends."""
    with tempfile.TemporaryDirectory(prefix="cloud-carbon-bill-") as folder:
        settings: dict[str, str | int | bool] = {
            "memory_limit": MEMORY,
            "temp_directory": folder,
            "preserve_insertion_order": False,
            # Nothing is fetched: an extension of the network is neither loaded nor installed.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads:
            settings["threads"] = threads
        connection = ibis.duckdb.connect(Path(folder) / "bill.duckdb", **settings)
        connection.raw_sql("SET TimeZone = 'UTC'")
        try:
            yield connection
        finally:
            connection.disconnect()


def table_of(connection: ibis.BaseBackend, form: str, files: Sequence[str]) -> ibis.Table:
    """Table of files of one form; where one lacks a column that others have, it is null.

    Raises BadBill where lines of a CSV do not fit its header.
    """
    paths = list(files)
    if form == "parquet":
        return connection.read_parquet(paths, union_by_name=True, hive_partitioning=False)
    if form == "json":
        return connection.read_json(paths, union_by_name=True)
    table = _csv(connection, paths)
    if _is_torn(table):
        torn = next(path for path in paths if _is_torn(_csv(connection, [path])))
        raise BadBill(
            f"has lines that do not fit the header of {Path(torn).name}, such as a sum beneath, "
            "or a comma without quotes: export it again"
        )
    return table


def _csv(connection: ibis.BaseBackend, paths: Sequence[str]) -> ibis.Table:
    return connection.read_csv(
        list(paths),
        all_varchar=True,
        union_by_name=True,
        nullstr=_NULLS,
        hive_partitioning=False,
        # All exports quote as RFC 4180 does; DuckDB would also guess an apostrophe.
        quote='"',
    )


def _is_torn(table: ibis.Table) -> bool:
    """Whether a whole header names one column: DuckDB found nothing that all lines divide by."""
    for column in table.columns:
        if any(column.count(separator) > _MOST_SEPARATORS for separator in _SEPARATORS):
            return True
    return False


def hashed(values: Sequence[ibis.Value]) -> ibis.Value:
    """Hash of several values in 64 bits, DuckDB's own, which it also joins and groups by."""

    def hash_of(*_: object) -> None: ...

    # ibis takes the parameters of a function from its signature, and DuckDB's takes any number.
    names = [f"value_{number}" for number in range(len(values))]
    kind = inspect.Parameter.POSITIONAL_ONLY
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    hash_of.__dict__["__signature__"] = signature
    types = tuple(value.type() for value in values)
    function = ibis.udf.scalar.builtin(hash_of, name="hash", signature=(types, "uint64"))
    return function(*values)


def records(connection: ibis.BaseBackend, table: ibis.Table) -> Iterator[Mapping[str, Any]]:
    """Rows of a table, a few thousand at once: what it holds need not fit into memory."""
    cursor = connection.con.cursor()
    cursor.execute(ibis.to_sql(table, dialect="duckdb"))
    names = table.columns
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for row in rows:
            yield dict(zip(names, row, strict=True))
