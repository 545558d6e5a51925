"""Amounts of a bill by shape: the one query an engine elsewhere runs, and what is made of its rows.

It joins no table of ours, so that it needs nothing but to read the bill, whatever shapes that has:
what a shape is, and what a unit draws, is found here, of the few rows that come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import ibis

from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.query import TIMES, By, key_name
from cloud_carbon_exporter.bills.rows import SHAPE, month_hours

# What a resource used is squared for itself: two resources are each wrong by their own.
_SUMMED = ("amount", "monthly_amount", "cost")
_SQUARED = ("amount", "monthly_amount")
MARK = "amount_squares"
"""Column that no bill has: a table with it holds amounts."""


def amounts(rows: ibis.Table, by: By, shape: Sequence[str] = SHAPE) -> ibis.Table:
    """Amounts and cost by key, currency and shape; as they are, and by the hours of their month.

    shape: columns that stand for the shape of a row.
    """
    keys = dict(_keys(rows, by))
    groups = [*keys, "currency", *shape]
    of_rows = rows.select(
        **keys,
        **{name: rows[name] for name in ("currency", *shape, "amount", "cost")},
        monthly_amount=rows.amount * month_hours(rows.start),
        thing=rows.resource,
        begins=rows.start,
        ends=ibis.coalesce(rows.end, rows.start),
    )
    of_things = of_rows.group_by([*groups, "thing"]).agg(
        **{name: of_rows[name].sum() for name in _SUMMED},
        lines=of_rows.count(),
        begins=of_rows.begins.min(),
        ends=of_rows.ends.max(),
    )
    squares = {f"{name}_squares": (of_things[name] * of_things[name]).sum() for name in _SQUARED}
    told = of_things.group_by(groups).agg(
        **{name: of_things[name].sum() for name in _SUMMED},
        **squares,
        lines=of_things.lines.sum(),
        begins=of_things.begins.min(),
        ends=of_things.ends.max(),
    )
    return told


def as_text(told: ibis.Table) -> ibis.Table:
    """Amounts whose moments are text: engines hand out moments in ways of their own."""
    moments = [name for name in told.columns if told[name].type().is_timestamp()]
    return told.mutate(**{name: told[name].cast("string") for name in moments})


def _keys(rows: ibis.Table, by: By) -> Iterator[tuple[str, ibis.Value]]:
    """Keys that no shape tells: times, accounts and tags, by the names they are shown by."""
    for name, column in zip(by.names, by.columns, strict=True):
        if name in TIMES:
            yield name, rows.start.truncate(TIMES[name])
        elif name != "kind" and name not in SHAPE:
            yield key_name(name), rows[column]


def is_amounts(table: ibis.Table) -> bool:
    """Whether a table holds what `amounts` is the query of."""
    return MARK in table.columns


def shapes_in(told: ibis.Table) -> ibis.Table:
    """Every shape there is in amounts, once. What is empty is text: a CSV has null for it."""
    return told.select(**{name: _text(told, name) for name in SHAPE}).distinct()


def used_of_sums(told: ibis.Table, shapes: ibis.Table, by: By) -> ibis.Table:
    """Units and cost by group and shape, of amounts that an engine elsewhere summed.

    Raises BadBill where the amounts were not summed by what is asked for.
    """
    _check(told, by)
    known = told.mutate(**{name: _text(told, name) for name in SHAPE})
    return used_of(known, shapes, by, SHAPE)


def used_of(told: ibis.Table, shapes: ibis.Table, by: By, shape: Sequence[str]) -> ibis.Table:
    """Units and cost by group and shape. shapes: what each is, by the columns of `shape`."""
    both = told.join(shapes, list(shape), how="left")
    factor = both.factor.cast("float64")
    keys = {
        name: _key(both, key_name(shown), name)
        for name, shown in zip(by.columns, by.names, strict=True)
    }
    units, squares = (
        ibis.ifelse(both.monthly, _number(both, f"monthly_{name}"), _number(both, name))
        for name in ("amount", MARK)
    )
    return both.select(
        **keys,
        currency=_text(both, "currency"),
        shape_id=both.shape_id,
        units=ibis.coalesce(units * factor, 0.0),
        squares=ibis.coalesce(squares * factor * factor, 0.0),
        cost=_number(both, "cost"),
        rows=_number(both, "lines").cast("int64"),
        first=both.begins.try_cast("timestamp"),
        last=both.ends.try_cast("timestamp"),
    )


def _check(told: ibis.Table, by: By) -> None:
    needed = [key_name(name) for name in by.names if name != "kind" and name not in SHAPE]
    missing = [name for name in (*needed, *SHAPE, "begins", "ends") if name not in told.columns]
    if missing:
        raise BadBill(f"was not summed by {', '.join(missing)}: make its SQL anew, with this -by")


def _key(table: ibis.Table, shown: str, name: str) -> ibis.Value:
    if name in TIMES:
        return table[shown].try_cast("timestamp")
    return _text(table, name if name in table.columns else shown)


def _text(table: ibis.Table, name: str) -> ibis.Value:
    return ibis.coalesce(table[name].cast("string"), "")


def _number(table: ibis.Table, name: str) -> ibis.Value:
    return table[name].try_cast("float64")
