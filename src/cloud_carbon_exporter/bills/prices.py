"""Prices in a bill: what some resources are charged a year, and machines an hour.

Of each resource the last month of the bill counts, with all that takes back of it: what a savings
plan or a credit pays for costs nothing more, and is saved by nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import ibis
import pyarrow as pa

from cloud_carbon_exporter.bills.history import Asked, history
from cloud_carbon_exporter.bills.rows import USAGE
from cloud_carbon_exporter.model.advice import YearlyCost
from cloud_carbon_exporter.model.billed import MachineUse, PriceKey, Prices, UnitPrice
from cloud_carbon_exporter.model.quantities import SECONDS_PER_YEAR

MONTH = timedelta(days=31)
DAY = timedelta(days=1)
LATE = timedelta(days=2)
"""How long before the end of the bill a resource may have been charged last: bills come late."""

_COVERED_RATIO = 0.01
"""Share of a machine's price that may be taken back before it counts as paid by a plan."""

Rows = Sequence[Mapping[str, Any]]


class _Day(NamedTuple):
    """What a resource was charged on one day, or from it on where a row is longer."""

    start: datetime
    first: datetime
    last: datetime
    cost: float


def prices_in(path: str, form: str, wanted: Collection[str]) -> Prices:
    """What the bill of that path tells of these resources. Raises BadBill."""
    with history(Asked(path, (), form)) as bill:
        known = bill.rows.filter(bill.rows.start.notnull())
        dated = known.mutate(end=ibis.coalesce(known.end, known.start))
        ends = _ends(dated)
        # At least one row, as a table without any has no types.
        names = ibis.memtable(pa.table({"resource": ["", *wanted]}))
        mine = dated.filter(dated.resource != "").semi_join(names, "resource")
        used = dated.filter((dated.category == USAGE) & (dated.mark == "") & (dated.machine != ""))
        resources = dict(_resources(_by_day(mine), ends))
        uses = dict(_uses(_machines_of(mine), resources, ends))
        return Prices(resources, uses, dict(_unit_prices(_machines(used))))


def _ends(rows: ibis.Table) -> Mapping[str, datetime]:
    """End of the bill of each provider: that of the rows which begin last.

    A row of a whole month is dated to its end before that has come.
    """
    used = rows.filter(rows.category == USAGE)
    newest = used.group_by("provider").agg(start=used.start.max())
    ending = used.semi_join(newest, ["provider", "start"])
    found = ending.group_by("provider").agg(end=ending.end.min()).to_pyarrow().to_pylist()
    return {row["provider"]: row["end"] for row in found}


def _by_day(mine: ibis.Table) -> Rows:
    """Cost by resource and day. A tax is of no resource, whatever the bill says."""
    charged = mine.filter(mine.category != "tax")
    groups = {"day": charged.start.truncate("D")}
    keyed = charged.mutate(**groups)
    summed = keyed.group_by(["resource", "provider", "currency", "day"]).agg(
        cost=keyed.cost.sum(), first=keyed.start.min(), last=keyed.end.max()
    )
    return list(summed.to_pyarrow().to_pylist())


def _resources(rows: Rows, ends: Mapping[str, datetime]) -> Iterator[tuple[str, YearlyCost]]:
    """What each resource is charged a year, of those that were charged to the end of the bill."""
    days: defaultdict[tuple[str, str, str], list[_Day]] = defaultdict(list)
    for row in rows:
        key = (row["resource"], row["provider"], row["currency"])
        days[key].append(_Day(row["day"], row["first"], row["last"], row["cost"]))
    currencies = defaultdict(list)
    for resource, provider, currency in days:
        currencies[resource].append((provider, currency))
    for resource, kinds in currencies.items():
        provider, currency = kinds[0]
        end = ends.get(provider)
        if len(kinds) == 1 and end is not None:
            cost = _yearly(days[resource, provider, currency], currency, end)
            if cost is not None:
                yield resource, cost


def _yearly(days: Sequence[_Day], currency: str, end: datetime) -> YearlyCost | None:
    """A year at the cost of the last month; None of less than a day, or of what is gone."""
    newest = [day for day in days if day.first >= end - MONTH]
    if not newest or max(day.last for day in newest) < end - LATE:
        return None
    first = min(day.first for day in newest)
    seconds = (end - first).total_seconds()
    value = sum(day.cost for day in newest) / seconds * SECONDS_PER_YEAR if seconds > 0 else 0.0
    if seconds < DAY.total_seconds() or value <= 0:
        return None
    yearly = SECONDS_PER_YEAR / DAY.total_seconds()
    whole = [day.cost * yearly for day in newest if _is_whole(day, first, end)]
    return YearlyCost(currency, value, min([value, *whole]), max([value, *whole]))


def _is_whole(day: _Day, first: datetime, end: datetime) -> bool:
    """Whether all of a day is between two moments, and charged by itself."""
    return first <= day.start and day.start + DAY <= end and day.last - day.start <= DAY


def _machines_of(mine: ibis.Table) -> Rows:
    """Hours and cost of machines by resource in the last month, and what was taken back of it."""
    used = (mine.category == USAGE) & (mine.machine != "")
    groups = ["resource", "provider", "region", "usage", "operation", "currency", "machine"]
    sold = mine.filter(used & (mine.mark == "") & mine.unit.isin(_HOURS))
    summed = sold.group_by([*groups, "start"]).agg(amount=sold.amount.sum(), cost=sold.cost.sum())
    return list(summed.to_pyarrow().to_pylist())


_HOURS = ("hrs", "hours", "hour", "h")


def _uses(
    rows: Rows, resources: Mapping[str, YearlyCost], ends: Mapping[str, datetime]
) -> Iterator[tuple[str, MachineUse]]:
    """Machines of resources that are charged for one kind of it, and pay for it themselves."""
    found: defaultdict[str, dict[PriceKey, list[tuple[datetime, float, float]]]]
    found = defaultdict(dict)
    for row in rows:
        if row["start"] >= ends[row["provider"]] - MONTH:
            stretch = (row["start"], row["amount"], row["cost"])
            found[row["resource"]].setdefault(_key(row), []).append(stretch)
    provider_of = {row["resource"]: row["provider"] for row in rows}
    for resource, uses in found.items():
        whole = resources.get(resource)
        if len(uses) != 1 or whole is None:
            continue
        ((key, stretches),) = uses.items()
        first = min(start for start, _, _ in stretches)
        seconds = (ends[provider_of[resource]] - first).total_seconds()
        yearly = SECONDS_PER_YEAR / max(seconds, DAY.total_seconds())
        hours = sum(amount for _, amount, _ in stretches) * yearly
        cost = sum(cost for _, _, cost in stretches) * yearly
        # A plan takes back in rows of its own what its machines are charged.
        if hours > 0 and 0 < cost <= whole.value * (1 + _COVERED_RATIO):
            yield resource, MachineUse(key, hours, cost)


def _machines(used: ibis.Table) -> Rows:
    groups = ["region", "usage", "operation", "currency", "machine"]
    sold = used.filter((used.amount > 0) & (used.cost > 0) & used.unit.isin(_HOURS))
    priced = sold.mutate(price=sold.cost / sold.amount)
    summed = priced.group_by(groups).agg(
        amount=priced.amount.sum(),
        cost=priced.cost.sum(),
        lower=priced.price.min(),
        upper=priced.price.max(),
    )
    return list(summed.to_pyarrow().to_pylist())


def _unit_prices(rows: Rows) -> Iterator[tuple[PriceKey, UnitPrice]]:
    for row in rows:
        yield _key(row), UnitPrice(row["cost"] / row["amount"], row["lower"], row["upper"])


def _key(row: Mapping[str, Any]) -> PriceKey:
    usage = row["usage"].replace(row["machine"], "{}")
    return PriceKey(row["region"], usage, row["operation"], row["currency"], row["machine"])
