"""Spark in local mode: one process of Java beside the tests, without a page and without a store."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.memory": "700m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    # a statement of thirteen rows is compiled for longer than it runs
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@contextmanager
def answers(session: Any, folder: Path) -> Iterator[Callable[[str, str], Path]]:
    """What runs a statement over a table `bill` of a file; its rows become a file of Parquet."""
    if shutil.which("java") is None:
        pytest.skip("Java is not on this machine, which PySpark runs on")
    builder = session.builder.master("local[1]").config("spark.sql.warehouse.dir", str(folder))
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")

    def run(text: str, bill: str) -> Path:
        if bill.endswith(".csv"):
            read = spark.read.options(header="true", nullValue="NULL", escape='"')
            table = read.csv(bill)
        else:
            table = spark.read.json(bill)
        table.createOrReplaceTempView("bill")
        table.createOrReplaceGlobalTempView("bill")
        answer = spark.sql(text.rstrip().rstrip(";"))
        rows = [row.asDict() for row in answer.collect()]
        path = folder / f"{Path(bill).stem}.parquet"
        pyarrow.parquet.write_table(pa.Table.from_pylist(rows), path)
        return path

    try:
        yield run
    finally:
        spark.stop()
