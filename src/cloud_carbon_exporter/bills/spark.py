"""Spark, where PySpark is installed: the session of the environment, in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.providers.warehouse import Cells, Column


class Session:
    """Session of Spark: columns of a table, and rows of a statement as text."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def columns(self, table: Sequence[str]) -> Sequence[Column]:
        """Columns of a table. Raises BadBill where there is none."""
        quoted = ".".join(f"`{part.replace('`', '``')}`" for part in table)
        try:
            return [Column(*told) for told in self._session.table(quoted).dtypes]
        except Exception as error:
            raise BadBill(f"cannot be read by Spark: {_line(error)}") from None

    def rows(self, statement: str, most: int) -> list[Cells]:
        """Rows of a statement, the names of its columns first; not many more than `most`."""
        try:
            answer = self._session.sql(statement).limit(most + 1)
            told: list[Cells] = [answer.columns]
            told.extend(map(_texts, answer.toLocalIterator()))
        except Exception as error:
            raise BadBill(f"cannot be summed by Spark: {_line(error)}") from None
        return told


@contextmanager
def opened() -> Iterator[Session]:
    """Session of the environment (SPARK_HOME, spark-defaults.conf), or one on this machine.

    One that was there before stays as it was. Raises BadBill where PySpark or Java is not there.
    """
    try:
        builder = import_module("pyspark.sql").SparkSession
    except ModuleNotFoundError:
        raise BadBill("needs PySpark: pip install pyspark, of the version of the cluster") from None
    before = builder.getActiveSession()
    try:
        session = (before or builder.builder.getOrCreate()).newSession()
    except Exception as error:
        raise BadBill(f"finds no Spark: {_line(error)}") from None
    session.conf.set("spark.sql.session.timeZone", "UTC")
    try:
        yield Session(session)
    finally:
        if before is None:
            session.stop()


def _texts(row: Sequence[object]) -> Cells:
    return [None if cell is None else str(cell) for cell in row]


def _line(error: Exception) -> str:
    """First line of what Spark says; the rest is its plan, and where it stood."""
    return (str(error).splitlines() or [type(error).__name__])[0]
