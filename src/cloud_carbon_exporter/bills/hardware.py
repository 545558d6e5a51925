"""Hardware that a bill has on some days, summed by the engine: what counted days are held against.

A row counts on each day by its share of the row's time: bills are of hours, of days or of months.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import ibis
import pyarrow as pa

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.history import History
from cloud_carbon_exporter.bills.hours import region_of
from cloud_carbon_exporter.bills.shapes import ESTIMATED
from cloud_carbon_exporter.bills.spans import Account, usage_spans
from cloud_carbon_exporter.model.comparison import Hardware, Site
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS

Days = Mapping[Account, frozenset[int]]

_KEYS = ("provider", "account", "region", "kind", "figure_id")
_DAY_TYPES = pa.schema(
    [("of_provider", pa.string()), ("of_account", pa.string()), ("day", pa.int64())]
)


def billed_days(of: History) -> Days:
    """Whole days of each account within the time that the usage of its provider is of."""
    of.need_rows()
    days: dict[Account, frozenset[int]] = {}
    for account, span in usage_spans(of.rows).items():
        days[account] = frozenset(_whole_days(span.first, span.last))
    return days


def _whole_days(first: datetime, last: datetime) -> Iterator[int]:
    day = datetime(first.year, first.month, first.day, tzinfo=UTC)
    if day < first.replace(tzinfo=UTC):
        day += timedelta(days=1)
    while day + timedelta(days=1) <= last.replace(tzinfo=UTC):
        yield int(day.timestamp())
        day += timedelta(days=1)


def billed_hardware(of: History, days: Days) -> Mapping[Site, Hardware]:
    """Hardware times its seconds on these days, by where it stands and by its name."""
    records = _units_on(of, days).to_pyarrow().to_pylist()
    sums: defaultdict[Site, dict[str, float]] = defaultdict(dict)
    for record in records:
        provider, account, region, kind = (record[name] for name in _KEYS[:-1])
        site = Site(provider, account, region_of(region), kind)
        for name, amount in of.held[record["figure_id"]]:
            sums[site][name] = sums[site].get(name, 0.0) + record["units"] * amount
    return sums


def _units_on(of: History, days: Days) -> ibis.Table:
    """Units of each figure on some days; what no row of theirs has an end of is of an hour."""
    read = query.joined(of.rows, of.shapes)
    known = read.filter(read.state == ESTIMATED)
    first = known.start.epoch_seconds()
    told = ibis.coalesce(known.end.epoch_seconds(), first)
    timed = known.select(
        *_KEYS, "units", first=first, last=ibis.ifelse(told > first, told, first + HOUR_SECONDS)
    )
    periods = timed.group_by([*_KEYS, "first", "last"]).agg(units=timed.units.sum())
    wanted = ibis.memtable(pa.Table.from_pylist(list(_records(days)), _DAY_TYPES))
    on_days = periods.join(
        wanted,
        [
            periods.provider == wanted.of_provider,
            periods.account == wanted.of_account,
            periods["first"] < wanted.day + DAY_SECONDS,
            periods["last"] > wanted.day,
        ],
    )
    start = ibis.greatest(on_days["first"], on_days.day)
    end = ibis.least(on_days["last"], on_days.day + DAY_SECONDS)
    share = (end - start) / (on_days["last"] - on_days["first"])
    return on_days.group_by(list(_KEYS)).agg(units=(on_days.units * share).sum())


def _records(days: Days) -> Iterator[dict[str, object]]:
    for (provider, account), of_account in days.items():
        for day in sorted(of_account):
            yield {"of_provider": provider, "of_account": account, "day": day}
