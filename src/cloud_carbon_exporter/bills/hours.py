"""Hours of a bill, as the history keeps them: by account, region, kind and tags, with errors.

A row counts in each hour by its share of the row's time. Errors are those of all hours of a series
together: a bill tells no more of one than of another.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple

import ibis

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.engine import records
from cloud_carbon_exporter.bills.figures import PARTS
from cloud_carbon_exporter.bills.history import History
from cloud_carbon_exporter.bills.shapes import ESTIMATED
from cloud_carbon_exporter.bills.spans import usage_spans
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, Amounts, Group
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.sums import Reach, Sum
from cloud_carbon_exporter.model.types import BASES, Basis

GROUPS = ("provider", "account", "region", "kind")
"""What rows are asked by, so that they may be kept; tags stand behind."""

_FACTORS = {"energy": float(JOULES_PER_KILOWATT_HOUR), "operational": 1.0, "embodied": 1.0}
_APART = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)-.+")

Key = tuple[Any, ...]
Record = Mapping[str, Any]


def region_of(name: str) -> str:
    """Region as the live side has it: that of a zone apart from it, and global where there is none.

    "us-west-2-lax-1a" is a zone of us-west-2.
    """
    apart = _APART.fullmatch(name)
    return apart[1] if apart else name or "global"


class BillSpan(NamedTuple):
    """Time of an account that a bill is of, in seconds since 1970."""

    provider: str
    account_id: str
    first: float
    last: float


class SeriesHours(NamedTuple):
    """Hours of what has one basis of one group. amounts: of all together, which each errs alike.

    hours: start, joules, operational and embodied grams of each.
    """

    group: Group
    basis: Basis
    amounts: Amounts
    hours: Sequence[tuple[int, float, float, float]]


class _Period(NamedTuple):
    """Time of rows, and their joules and grams."""

    first: int
    last: int
    amounts: tuple[float, ...]


def bill_spans(of: History) -> list[BillSpan]:
    """Time the bill is of, by account: that of the usage of its provider.

    Of a provider that is not estimated, nothing is kept.
    """
    of.need_rows()
    spans = usage_spans(of.rows.filter(of.rows.provider.isin(("aws", "gcp"))))
    return [
        BillSpan(*account, _seconds(span.first), _seconds(span.last))
        for account, span in spans.items()
    ]


def bill_hours(of: History) -> Iterator[SeriesHours]:
    """Hours of every series of a bill that was asked by GROUPS, and by tags behind them."""
    errors = _errors(of)
    keys = [*of.by.columns, "weakness"]
    # A cursor of its own sees tables, and not the views of files that a bill is read by.
    periods = of.connection.create_table("cloud_carbon_periods", _periods(of, keys))
    ordered = records(of.connection, periods.order_by([*keys, "first"]))
    for key, rows in groupby(ordered, lambda record: _key(record, keys)):
        times = [_Period(row["first"], row["last"], _amounts(row)) for row in rows]
        amounts = errors[key]
        basis = amounts.energy_joules.basis
        yield SeriesHours(_group(key, of.by), basis, amounts, _spread(times))


def _key(record: Record, keys: Sequence[str]) -> Key:
    return tuple([record[name] for name in keys])


def _amounts(record: Record) -> tuple[float, ...]:
    return tuple([record[part] * _FACTORS[part] for part in PARTS])


def _group(key: Key, by: query.By) -> Group:
    provider, account, region, kind, *values = key[:-1]
    names = [name.removeprefix("tag:") for name in by.names[len(GROUPS) :]]
    tags = sorted((name, value) for name, value in zip(names, values, strict=True) if value)
    return Group(provider, account, region_of(region), kind, tuple(tags))


def _spread(periods: Sequence[_Period]) -> list[tuple[int, float, float, float]]:
    """Amounts by hour, each period evenly over its time."""
    hours: defaultdict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for first, last, amounts in periods:
        hour = first // HOUR_SECONDS * HOUR_SECONDS
        while hour < last:
            within = min(last, hour + HOUR_SECONDS) - max(first, hour)
            sums = hours[hour]
            for index, amount in enumerate(amounts):
                sums[index] += amount * within / (last - first)
            hour += HOUR_SECONDS
    return [(hour, of[0], of[1], of[2]) for hour, of in sorted(hours.items())]


def _periods(of: History, keys: Sequence[str]) -> ibis.Table:
    """Sums by series and by the time of the rows."""
    read = query.joined(of.rows, of.shapes)
    known = read.filter((read.state == ESTIMATED) & read.start.notnull())
    both = known.join(of.figures, "figure_id")
    first = both.start.epoch_seconds()
    told = ibis.coalesce(both.end.epoch_seconds(), first)
    last = ibis.ifelse(told > first, told, first + HOUR_SECONDS)
    timed = both.mutate(first=first, last=last)
    sums = {part: (timed.units * timed[part]).sum() for part in PARTS}
    return timed.group_by([*keys, "first", "last"]).agg(**sums)


def _errors(of: History) -> Mapping[Key, Amounts]:
    """Amounts of each series over all its time, with what each fact may take them down and up."""
    keys = [*of.by.columns, "weakness"]
    used = of.used.join(of.shapes.select("shape_id", "state", "figure_id", "weakness"), "shape_id")
    known = used.filter(used.state == ESTIMATED)
    by_fact: defaultdict[Key, list[Record]] = defaultdict(list)
    for record in records(of.connection, _of_facts(known, of.reaches, keys)):
        by_fact[_key(record, keys)].append(record)
    found: dict[Key, Amounts] = {}
    for record in records(of.connection, _of_things(known, of.figures, keys)):
        key = _key(record, keys)
        basis = BASES[record["weakness"]]
        sums: list[Sum] = []
        for part in PARTS:
            down = _reach(f"{part}_down", _FACTORS[part], by_fact[key], record)
            up = _reach(f"{part}_up", _FACTORS[part], by_fact[key], record)
            sums.append(Sum(record[part] * _FACTORS[part], down, up, basis))
        found[key] = Amounts(*sums)
    return found


def _reach(name: str, factor: float, by_fact: Sequence[Record], of_things: Record) -> Reach:
    facts = {row["fact"]: row[name] * factor for row in by_fact}
    return Reach(facts, of_things[name] * factor**2)


def _of_facts(known: ibis.Table, reaches: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    terms = known.join(reaches, "figure_id")
    sums: dict[str, ibis.Value] = {}
    for part in PARTS:
        for side in ("down", "up"):
            name = f"{part}_{side}"
            sums[name] = (terms.units * terms[name]).sum()
    return terms.group_by([*keys, "fact"]).agg(**sums)


def _of_things(known: ibis.Table, figures: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    """Sums of series, and the squares of what each resource may be off by itself."""
    both = known.join(figures, "figure_id")
    sums: dict[str, ibis.Value] = {}
    for part in PARTS:
        sums[part] = (both.units * both[part]).sum()
        for side in ("down", "up"):
            reach = both[f"{part}_{side}"]
            sums[f"{part}_{side}"] = (both.squares * reach * reach).sum()
    return both.group_by(list(keys)).agg(**sums)


def _seconds(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
