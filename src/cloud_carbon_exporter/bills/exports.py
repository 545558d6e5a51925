"""Exports of bills: which there are, by what columns each is known, and what it must have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import ibis

from cloud_carbon_exporter.bills import cur, focus, google_export, rows
from cloud_carbon_exporter.bills.bad_bill import BadBill
from cloud_carbon_exporter.bills.columns import Columns, key_of


@dataclass(frozen=True, slots=True)
class Export:
    """Export of a bill.

    known_by: columns that no other export has. required: columns without which nothing can be
    said, and where they are switched on; optional: those without which less can. amortised: what
    the cost by -cost=amortised needs. computed: columns of a shape that follow from what differs in
    every row, as an amount or an id.
    """

    name: str
    title: str
    known_by: tuple[str, ...]
    required: Mapping[str, str]
    optional: Mapping[str, str]
    amortised: Mapping[str, str]
    values: Callable[[ibis.Table, bool], Mapping[str, ibis.Value]]
    tags: str
    tag_prefixes: tuple[str, ...]
    prepared: Callable[[ibis.Table], ibis.Table] = lambda table: table
    computed: tuple[str, ...] = ("sign",)


EXPORTS: Mapping[str, Export] = {
    export.name: export
    for export in (
        Export(
            "focus",
            "FOCUS",
            ("ChargePeriodStart", "ChargeCategory"),
            focus.REQUIRED,
            focus.OPTIONAL,
            focus.AMORTISED,
            focus.values,
            "Tags",
            ("", "user:", "user_"),
            focus.prepared,
        ),
        Export(
            "cur2",
            "Cost and Usage Report of AWS",
            ("line_item_usage_type", "line_item_line_item_type"),
            cur.REQUIRED,
            cur.OPTIONAL,
            cur.AMORTISED,
            cur.values,
            "resource_tags",
            ("", "user_", "user:"),
            # Whether a row is part of another, the id of which it names.
            computed=("sign", "mark"),
        ),
        Export(
            "gcp",
            "usage cost export of Google Cloud",
            ("usage_start_time", "sku.description"),
            google_export.REQUIRED,
            google_export.OPTIONAL,
            google_export.AMORTISED,
            google_export.values,
            "labels",
            ("",),
        ),
    )
}
"""Exports by what -format calls them."""


def export_of(table: ibis.Table, name: str) -> Export:
    """Export a table is, by its columns or as told. Raises BadBill where it is none."""
    columns = Columns.of(table)
    if name != "auto":
        return EXPORTS[name]
    met = [export for export in EXPORTS.values() if not columns.missing(export.known_by)]
    if len(met) > 1:
        titles = " and ".join(export.title for export in met)
        raise BadBill(f"holds more than one export, {titles}: ask for each by itself")
    if met:
        return met[0]
    known = "; ".join(
        f"{export.title} has {' and '.join(export.known_by)}" for export in EXPORTS.values()
    )
    told = ", ".join(list(table.columns)[:8])
    raise BadBill(f"is no export that is known, its columns begin {told}. {known}")


def check(table: ibis.Table, export: Export, amortised: bool) -> tuple[str, ...]:
    """What is missing of the optional. Raises BadBill where a column is that nothing goes without.

    Each with the words of where it is switched on.
    """
    columns = Columns.of(table)
    needed = {**export.required, **(export.amortised if amortised else {})}
    missing = columns.missing(needed)
    if missing:
        words = "; ".join(f"{_either(name)} ({needed[name]})" for name in missing)
        raise BadBill(f"is not a whole {export.title}: it has no column {words}")
    absent = columns.missing(export.optional)
    return tuple(f"no column {_either(name)}: {export.optional[name]}" for name in absent)


def _either(names: str) -> str:
    return names.replace("|", " or ")


def normal_rows(
    prepared: ibis.Table, export: Export, tags: Iterable[str], amortised: bool
) -> ibis.Table:
    """Normal rows of an export, with the values of some tags."""
    values = dict(export.values(prepared, amortised))
    for number, tag in enumerate(tags):
        values[f"tag_{number}"] = tag_of(prepared, export, tag)
    return rows.normal(prepared, values)


def kept_rows(prepared: ibis.Table, export: Export, amortised: bool) -> ibis.Table:
    """Rows of an export as they are, beside what is read of them in columns cloud_carbon_<name>."""
    values = rows.shaped(export.values(prepared, amortised))
    kept = [name for name in prepared.columns if name not in focus.MADE]
    ours = {f"cloud_carbon_{name}": values[name] for name in (*rows.SHAPE, "start", "amount")}
    return prepared.select(*kept, **ours)


def tag_of(table: ibis.Table, export: Export, tag: str) -> ibis.Value:
    """Value of a tag: of the column of all tags, or of a column of its own.

    The older CUR has one a tag, "resourceTags/user:team".
    """
    columns = Columns.of(table)
    keys = [f"{prefix}{tag}" for prefix in export.tag_prefixes]
    own = [
        f"{export.tags}.{key}"
        for key in keys
        if columns.has(f"{export.tags}.{key}") and key_of(tag)
    ]
    return columns.text(*own) if own else columns.keyed(export.tags, *keys)
