"""Spans of a bill: the time of its usage, whatever else is dated in it."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis

from cloud_carbon_exporter.bills.conditions import frame_of
from cloud_carbon_exporter.bills.rows import USAGE
from cloud_carbon_exporter.bills.spans import UsageSpan, usage_spans

FIRST = datetime(2026, 3, 1)
HOUR = timedelta(hours=1)


def row(start: datetime, end: datetime | None, **more: str) -> dict[str, object]:
    known = {"provider": "aws", "account": "111111111111", "region": "eu-west-3", "category": USAGE}
    return {"start": start, "end": end, **known, **more}


def table(*rows: dict[str, object]) -> ibis.Table:
    types = dict.fromkeys(("provider", "account", "region", "category"), "string")
    schema = {"start": "timestamp", "end": "timestamp", **types}
    return ibis.memtable(list(rows), schema=ibis.schema(schema))


HOURLY = (row(FIRST, FIRST + HOUR), row(FIRST + 5 * HOUR, FIRST + 6 * HOUR))
ACCOUNT = ("aws", "111111111111")
OF_USAGE = {ACCOUNT: UsageSpan(FIRST, FIRST + 6 * HOUR)}


def test_a_reservation_of_years_is_no_time_that_was_used() -> None:
    bought = row(FIRST - 24 * HOUR, datetime(2029, 3, 1), category="purchase")
    assert usage_spans(table(*HOURLY, bought)) == OF_USAGE
    frame = frame_of(table(*HOURLY, bought))
    assert frame.last - frame.first == 6 * 3600


def test_a_row_of_a_month_that_runs_ends_no_later_than_what_begins_last() -> None:
    assert usage_spans(table(*HOURLY, row(FIRST, datetime(2026, 4, 1)))) == OF_USAGE


def test_a_bill_of_months_ends_with_its_last() -> None:
    spans = usage_spans(table(row(FIRST, datetime(2026, 4, 1))))
    assert spans == {ACCOUNT: UsageSpan(FIRST, datetime(2026, 4, 1))}


def test_what_tells_no_end_is_of_an_hour() -> None:
    assert usage_spans(table(row(FIRST, None)))[ACCOUNT].last == FIRST + HOUR


def test_an_account_that_used_nothing_has_no_time() -> None:
    tax = row(FIRST, datetime(2026, 4, 1), category="tax", account="222222222222")
    assert usage_spans(table(*HOURLY, tax)) == OF_USAGE


def test_each_provider_has_its_own_time() -> None:
    google = row(FIRST + 9 * HOUR, FIRST + 10 * HOUR, provider="gcp", account="shop")
    spans = usage_spans(table(*HOURLY, google))
    assert spans == {**OF_USAGE, ("gcp", "shop"): UsageSpan(FIRST + 9 * HOUR, FIRST + 10 * HOUR)}


def test_no_rows_are_of_no_time() -> None:
    assert usage_spans(table()) == {}
