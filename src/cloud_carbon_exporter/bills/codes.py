"""Codes of shapes: a number for what tells a row's shape, as the export writes it.

A bill has millions of rows and thousands of shapes. What a row is as a normal one is worked out
of each shape once, not of each row: rows are told apart by a hash of the columns that it follows
from, which an engine that keeps texts in dictionaries has in no time. It has 64 bits: any two of
100,000 shapes share one in a bill of four billion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import ibis
from ibis.expr import operations

from cloud_carbon_exporter.bills.exports import Export, tag_of
from cloud_carbon_exporter.bills.rows import SHAPE, shaped

Hash = Callable[[Sequence[ibis.Value]], ibis.Value]
CODE = "code"


class Coded(NamedTuple):
    """Rows with their codes, and what each code stands for.

    rows: code, amount, cost and what rows are summed by. seen: codes with the columns that a shape
    follows from, each once.
    """

    rows: ibis.Table
    seen: ibis.Table


def coded(
    prepared: ibis.Table, export: Export, tags: Sequence[str], amortised: bool, hashed: Hash
) -> Coded:
    """Rows of an export by codes. hashed: hash of several values, as the engine has it."""
    values = export.values(prepared, amortised)
    told = dict(_columns(prepared, values, export.computed))
    computed = {f"computed_{name}": values[name] for name in export.computed}
    code = hashed([*told.values(), *computed.values()])
    kept = ("start", "end", "account", "currency", "amount", "cost")
    rows = prepared.select(
        **{name: values[name] for name in kept},
        **{f"tag_{number}": tag_of(prepared, export, tag) for number, tag in enumerate(tags)},
        resource=hashed([values["resource"]]),
        **{CODE: code},
    )
    seen = prepared.select(**told, **computed, **{CODE: code}, start=values["start"])
    return Coded(rows, seen)


def shapes_of(seen: ibis.Table, export: Export, amortised: bool) -> ibis.Table:
    """Shape of each code, from the columns it follows from."""
    values = dict(export.values(seen, amortised))
    for name in export.computed:
        values[name] = seen[f"computed_{name}"]
    whole = shaped(values)
    return seen.select(**{name: whole[name] for name in SHAPE}, **{CODE: seen[CODE]})


def _columns(
    table: ibis.Table, values: Mapping[str, ibis.Value], computed: Sequence[str]
) -> Iterator[tuple[str, ibis.Value]]:
    """Columns of a table, and fields of structs in it, that shapes follow from."""
    found: dict[str, ibis.Value] = {}
    for name in SHAPE:
        if name not in computed:
            found |= dict(_read_by(values[name], table))
    yield from sorted(found.items())


def _read_by(value: ibis.Value, table: ibis.Table) -> Iterator[tuple[str, ibis.Value]]:
    """Columns and fields a value is worked out of; those below the table are not its own."""
    own = {field for field in value.op().find(operations.Field) if field.rel == table.op()}
    within: set[operations.Field] = set()
    for field in value.op().find(operations.StructField):
        if field.arg in own:
            within.add(field.arg)
            yield f"{field.arg.name}.{field.field}", field.to_expr()
    for field in own - within:
        yield field.name, field.to_expr()
