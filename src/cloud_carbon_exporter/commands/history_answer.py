"""Answer of `history`: a bill read, and written in the form that is asked for.

Apart from the command, which says what to install where this cannot be imported.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import ibis

from cloud_carbon_exporter.bills import buckets, openmetrics, written
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.elsewhere import Where, sums, table_of
from cloud_carbon_exporter.bills.history import Asked, History, history, history_of_sums
from cloud_carbon_exporter.bills.sql import statement
from cloud_carbon_exporter.bills.summary import summary
from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.commands.history_compare import compare
from cloud_carbon_exporter.commands.history_conditions import conditions_of
from cloud_carbon_exporter.commands.history_store import to_store
from cloud_carbon_exporter.commands.history_stream import stream
from cloud_carbon_exporter.config import history_flags as flags
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.config.grid_flags import GRID_METHOD
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.demo import bill
from cloud_carbon_exporter.providers.demo.estate import build
from cloud_carbon_exporter.providers.options import DemoOptions
from cloud_carbon_exporter.reporting import bills as report
from cloud_carbon_exporter.reporting.tables import as_text

DEMO = "demo"
"""What -from calls the bill of the made-up estate."""


def answer(options: Values) -> None:
    """Read the bill and write its history. Raises ConfigError where either cannot be done."""
    flag = flags.ENGINE_TABLE if options[flags.ENGINE_TABLE] else flags.BILL
    try:
        if options[flags.ENGINE_TABLE]:
            _answer_of_table(options)
        else:
            _answer_of_files(options)
    except BadBill as error:
        raise ConfigError(f"-{flag.name}: {quoted(options[flag])} {error}") from None


def _answer_of_files(options: Values) -> None:
    with _bill(options) as (path, left_out):
        asked = _asked(path, left_out, options)
        if options[flags.COMPARE]:
            compare(asked, options, demo=options[flags.BILL] == DEMO)
            return
        if options[flags.ENGINE] != "duckdb":
            with stream(options[flags.OUTPUT]) as out:
                out.write(statement(asked, options[flags.ENGINE]))
            return
        if options[flags.TO] == "store":
            to_store(asked, options)
            return
        with history(asked) as told:
            _write(told, options)


def _answer_of_table(options: Values) -> None:
    if options[flags.COMPARE] or options[flags.TO] == "store":
        raise BadBill("is summed where it is: hours and days go by its rows, which stay there")
    asked = _asked("", (), options)
    where = Where(
        options[flags.ENGINE],
        table_of(options[flags.ENGINE_TABLE]),
        options[flags.ENGINE_MOST],
        options[flags.ENGINE_WORKGROUP],
        options[flags.ENGINE_OUTPUT],
    )
    summed = sums(asked, where)
    with history_of_sums(asked, summed.rows, summed.told) as told:
        _write(told, options)


@contextmanager
def _bill(options: Values) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Path of a bill on this machine, and what was left out of it on the way.

    That of the made-up estate is written to be read; one in a bucket is copied. What is compared is
    of the month that runs and two before, as its counted past is of the last days.
    """
    path = options[flags.BILL]
    if path != DEMO and not buckets.is_url(path):
        yield path, ()
        return
    with tempfile.TemporaryDirectory(prefix="cloud-carbon-bill-") as folder:
        if path != DEMO:
            left_out = buckets.copy(path, Path(folder), options[flags.MOST_GIB] << 30)
            yield folder, left_out
            return
        made, made_up = DemoOptions(), Path(folder) / "demo.csv"
        estate = build(made.seed, made.resources)
        with made_up.open("w", encoding="utf-8") as out:
            bill.write(estate, out, *_months(bool(options[flags.COMPARE])))
        yield str(made_up), ()


def _months(recent: bool) -> tuple[Sequence[tuple[int, int]], float]:
    """Months of the made-up bill, and when the last one ends."""
    if not recent:
        return bill.MONTHS, math.inf
    now = datetime.now(UTC)
    last = now.year * 12 + now.month - 1
    months = [(month // 12, month % 12 + 1) for month in range(last - 2, last + 1)]
    return months, now.replace(minute=0, second=0, microsecond=0).timestamp()


def _asked(path: str, left_out: tuple[str, ...], options: Values) -> Asked:
    return Asked(
        path,
        options[flags.BY],
        options[flags.EXPORT_FORMAT],
        options[flags.SINCE],
        options[flags.UNTIL],
        options[flags.COST] == "amortised",
        options[GRID_METHOD],
        left_out=left_out,
        conditions=conditions_of(options),
    )


def _write(told: History, options: Values) -> None:
    """Write a history in the form that is asked for, then what a file cannot say to stderr."""
    form, path = options[flags.TO], options[flags.OUTPUT]
    sections = report.sections(summary(told))
    if form == "table":
        with stream(path) as out:
            out.write(as_text(sections, terminal.width(out)))
        return
    if form == "openmetrics":
        lines = openmetrics.lines_of(told)
        with stream(path) as out:
            out.writelines(lines)
    else:
        if form == "focus" and "load" in told.shapes.columns:
            raise ConfigError("-to: rows in FOCUS have the usual load and the annual grid alone")
        table = written.focus_of(told) if form == "focus" else written.groups_of(told)
        if path:
            columnar = form == "parquet" or (form == "focus" and path.endswith(".parquet"))
            _write_table(table, "parquet" if columnar else "csv", path)
        else:
            written.write_to(table, sys.stdout.buffer)
    sys.stderr.write(as_text(sections[1:], terminal.width(sys.stderr)))


def _write_table(table: ibis.Table, form: str, path: str) -> None:
    try:
        written.write(table, form, path)
    except duckdb.IOException:
        raise ConfigError(f"-output: cannot write {quoted(path)}") from None
