"""Flags of `history`: which bill, what of it, summed by what, and how it is written."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from cloud_carbon_exporter.config.flag import Flag, flags_in
from cloud_carbon_exporter.config.kinds import choice, optional_choice, several, text
from cloud_carbon_exporter.config.quantities import count, number
from cloud_carbon_exporter.config.values import Kind, quoted

Cost = Literal["billed", "amortised"]
Written = Literal["table", "csv", "parquet", "openmetrics", "focus", "store"]
Engine = Literal["duckdb", "athena", "bigquery", "spark"]

_HISTORY = ("history",)
_KEYS = ("month", "day", "hour", "provider", "account", "region", "service", "kind")
_TIMES = frozenset({"month", "day", "hour"})
_MONTH = re.compile(r"\d{4}-\d{2}")


def _day() -> Kind[str]:
    """Kind of a day, or of a month, which stands for its first."""

    def accept(value: object) -> str:
        told = value.isoformat() if isinstance(value, date) else value
        if not isinstance(told, str):
            raise ValueError("is no date")
        whole = f"{told}-01" if _MONTH.fullmatch(told) else told
        try:
            return date.fromisoformat(whole).isoformat()
        except ValueError:
            raise ValueError("is no date") from None

    return Kind("DAY", "a day, 2026-03-01, or a month, 2026-03", accept, accept, "")


def _by() -> Kind[tuple[str, ...]]:
    """Kind of the keys that rows are summed by; one length of time at most."""
    inner = several("KEYS")

    def accept(value: object) -> tuple[str, ...]:
        keys = inner.accept(value)
        for key in keys:
            if key not in _KEYS and not (key.startswith("tag:") and key != "tag:"):
                raise ValueError(f"holds {quoted(key)}, which is not known")
        if len(_TIMES.intersection(keys)) > 1:
            raise ValueError("holds more than one length of time")
        return keys

    allowed = f"{', '.join(_KEYS)} and tag:KEY; several with commas"
    return Kind("KEYS", allowed, accept, accept, ())


BILL = Flag(
    "from",
    text("PATH"),
    "",
    "The bill: a file, or a folder with all files of an export in it and below it; CSV, CSV.gz, "
    "Parquet or lines of JSON. s3://BUCKET/PREFIX and gs://BUCKET/PREFIX are copied here while "
    "they are read. demo is a made-up bill of three months.",
    commands=_HISTORY,
)
MOST_GIB = Flag(
    "from.most",
    count("GIB", "a number of GiB from 1 on", 1),
    "20",
    "The most that is copied out of a bucket, in GiB. What is larger is refused.",
    commands=_HISTORY,
)
EXPORT_FORMAT = Flag(
    "format",
    choice("auto", "focus", "cur2", "gcp"),
    "auto",
    "What export it is: FOCUS, a Cost and Usage Report of AWS (2.0 or the older one), or Google "
    "Cloud's usage cost export; auto tells them apart by their columns.",
    commands=_HISTORY,
)
SINCE = Flag(
    "since", _day(), "", "The first day or month of it that counts, in UTC.", commands=_HISTORY
)
UNTIL = Flag(
    "until",
    _day(),
    "",
    "The day or month before which it ends, in UTC.",
    commands=_HISTORY,
)
BY = Flag(
    "by",
    _by(),
    "month,provider,service",
    "What rows are summed by; kind is that of the exporter, tag:KEY the value of a tag.",
    commands=_HISTORY,
)
COST: Flag[Cost] = Flag(
    "cost",
    choice("billed", "amortised"),
    "billed",
    "Cost as it is billed, which adds up to the invoice; or amortised, with what was paid at once "
    "spread over what it pays for.",
    commands=_HISTORY,
)
TO: Flag[Written] = Flag(
    "to",
    choice("table", "csv", "parquet", "openmetrics", "focus", "store"),
    "table",
    "Form of the answer: groups as a table, CSV or Parquet, OpenMetrics with timestamps for "
    "promtool, the rows themselves in FOCUS with columns x_... of what each draws, or hours put "
    "into the history file (store), where nothing was counted.",
    commands=_HISTORY,
)
OUTPUT = Flag(
    "output",
    text("FILE"),
    "",
    "Where it is written; on stdout when empty. Rows in FOCUS become Parquet where it ends in "
    ".parquet.",
    commands=_HISTORY,
)
UTILISATION = Flag(
    "utilisation",
    text("SOURCE", secret=True),
    "default",
    "How hard machines worked: default is the usual of their kind; prometheus=URL reads the CPU "
    "load of each day that a Prometheus has of the exporter, and takes the usual for the rest.",
    commands=_HISTORY,
)
COMPARE = Flag(
    "compare",
    optional_choice("live"),
    "",
    "Hold the bill against what the exporter counted on the same days, by account and kind: live, "
    "from -history.file or -from.prometheus.",
    commands=_HISTORY,
)
COMPARED_FILE = Flag(
    "history.compared",
    text("FILE"),
    "",
    "A comparison with a bill, as history -compare live -to csv writes it: its ratios are served.",
    commands=("serve",),
)
ENGINE: Flag[Engine] = Flag(
    "engine",
    choice("duckdb", "athena", "bigquery", "spark"),
    "duckdb",
    "What reads the bill: DuckDB, which is within the exporter. Another sums a table where that is "
    "(-engine.table); without one its SQL is printed, for the columns of a sample in -from.",
    commands=_HISTORY,
)
ENGINE_TABLE = Flag(
    "engine.table",
    text("TABLE"),
    "",
    "The table of the bill, DATABASE.TABLE of Athena or Spark, PROJECT.DATASET.TABLE of BigQuery; "
    "only its sums come here.",
    commands=_HISTORY,
)
ENGINE_MOST = Flag(
    "engine.most",
    number("USD", "a number of USD from 0 on", 0),
    "1",
    "The most that reading the table may cost, in USD by list prices; found before it is read, and "
    "refused beyond. Of Athena it is that of the whole table, of which Parquet needs a part.",
    commands=_HISTORY,
)
ENGINE_WORKGROUP = Flag(
    "engine.workgroup",
    text("NAME"),
    "primary",
    "Workgroup of Athena that the query runs in.",
    commands=_HISTORY,
)
ENGINE_OUTPUT = Flag(
    "engine.output",
    text("URL"),
    "",
    "Where Athena lays its answer, s3://BUCKET/PREFIX; empty where the workgroup has a place.",
    commands=_HISTORY,
)

HISTORY_FLAGS = flags_in(globals())
