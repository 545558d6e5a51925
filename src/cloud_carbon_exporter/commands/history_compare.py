"""`history -compare live`: a bill held against what the exporter counted in the same days."""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cloud_carbon_exporter.bills.hardware import Days, billed_days, billed_hardware
from cloud_carbon_exporter.bills.history import Asked, History, history
from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.commands.history_live import Live, Span, live
from cloud_carbon_exporter.commands.history_stream import stream
from cloud_carbon_exporter.config import history_flags as flags
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.history.series import HeldRow
from cloud_carbon_exporter.model.comparison import Hardware, Site, compared
from cloud_carbon_exporter.reporting.comparison import Compared, as_csv, as_openmetrics, sections
from cloud_carbon_exporter.reporting.tables import as_text

_BY = ("provider", "account", "kind")
_BY_REGION = (*_BY, "region")
_FORMS = ("table", "csv", "openmetrics")


def compare(asked: Asked, options: Values, *, demo: bool) -> None:
    """Write the comparison. Raises ConfigError where there is nothing to compare, or no way."""
    by_region = _by_region(options)
    if options[flags.TO] not in _FORMS:
        raise ConfigError(f"-to: a comparison is written as {', '.join(_FORMS)}")
    span = Span(_moment(asked.since, 0.0), _moment(asked.until, math.inf))
    try:
        counted = live(options, span, demo=demo)
    except (sqlite3.Error, TimeoutError) as error:
        raise ConfigError(f"-compare: the history cannot be read: {error}") from None
    with history(replace(asked, by=_BY_REGION)) as bill:
        told = comparison(bill, counted, by_region=by_region)
    with stream(options[flags.OUTPUT]) as out:
        out.writelines(_written(told, options, terminal.width(out)))


def _written(told: Compared, options: Values, width: int | None) -> Iterable[str]:
    if options[flags.TO] == "csv":
        return (as_csv(told),)
    if options[flags.TO] == "openmetrics":
        return as_openmetrics(told)
    return (as_text(sections(told), width),)


def comparison(bill: History, counted: Live, *, by_region: bool) -> Compared:
    """Comparison over the whole days that both have. Raises ConfigError where there are none."""
    of_bill, of_live = billed_days(bill), counted.hardware.days
    days: dict[tuple[str, str], frozenset[int]] = {}
    for account in of_bill.keys() & of_live.keys():
        if both := of_bill[account] & of_live[account]:
            days[account] = both
    if not days:
        raise ConfigError(
            "-compare: no account and whole day are in both: the bill has "
            f"{_told(of_bill)}, and {counted.source} has {_told(of_live)}"
        )
    lines = compared(
        billed_hardware(bill, days),
        _summed(counted.hardware.rows, days),
        by_region=by_region,
    )
    every_day = sorted(frozenset().union(*days.values()))
    ours = {account for account in of_bill if account[0] in ("aws", "gcp")}
    return Compared(lines, every_day, counted.source, sorted(ours - of_live.keys()))


def _summed(rows: Iterable[HeldRow], days: Days) -> Mapping[Site, Hardware]:
    sums: defaultdict[Site, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.day in days.get((row.provider, row.account_id), ()):
            site = Site(row.provider, row.account_id, row.region, row.kind)
            sums[site][row.name] = sums[site].get(row.name, 0.0) + row.amount
    return sums


def _by_region(options: Values) -> bool:
    """Whether lines are by region too. Raises ConfigError for another breakdown."""
    if options[flags.BY] == flags.BY.value_by_default:
        return False
    for key in options[flags.BY]:
        if key not in _BY_REGION:
            raise ConfigError(f"-by: a comparison is by provider, account, kind and region: {key}")
    return "region" in options[flags.BY]


def _told(days: Days) -> str:
    """Accounts and days in a few words."""
    every: Sequence[int] = sorted(frozenset().union(*days.values()))
    if not every:
        return "no whole day"
    first, last = (datetime.fromtimestamp(day, UTC).date() for day in (every[0], every[-1]))
    accounts = ", ".join(sorted(account for _, account in days)[:5])
    return f"{first} to {last} of {accounts}"


def _moment(text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
