"""Spans of a bill: the time that its usage is of, by account.

What was bought or taxed is dated by other rules: a reservation of three years ends in three years.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import ibis

from cloud_carbon_exporter.bills.rows import USAGE

Account = tuple[str, str]


class UsageSpan(NamedTuple):
    """Time of usage, in UTC without a zone."""

    first: datetime
    last: datetime


def usage_spans(rows: ibis.Table) -> Mapping[Account, UsageSpan]:
    """Time of each account that used anything, alike for all of a provider.

    It ends with the rows that begin last: AWS dates what is charged by the month to its end before
    that has come.
    """
    used = rows.filter(rows.start.notnull() & (rows.category == USAGE))
    dated = used.select("provider", "start", end=end_of(used))
    by_start = dated.group_by(["provider", "start"]).agg(end=dated.end.max())
    spans: dict[str, UsageSpan] = {}
    for row in by_start.order_by(["provider", "start"]).to_pyarrow().to_pylist():
        known = spans.get(row["provider"])
        spans[row["provider"]] = UsageSpan(known.first if known else row["start"], row["end"])
    accounts = used.select("provider", "account").distinct().to_pyarrow().to_pylist()
    return {(row["provider"], row["account"]): spans[row["provider"]] for row in accounts}


def end_of(rows: ibis.Table) -> ibis.Value:
    """End of a row; one that tells none is of an hour."""
    return ibis.ifelse(
        ibis.coalesce(rows.end > rows.start, False), rows.end, rows.start + ibis.interval(hours=1)
    )
