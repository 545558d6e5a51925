"""Query of a bill: rows joined with what their shapes are, and summed, as expressions of ibis.

No engine is named here, and no row is seen: the same expressions are run by DuckDB, and compiled
to the SQL of others. A row is joined on its shape, summed by resource, then by group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import ibis

from cloud_carbon_exporter.bills.conditions import COLUMNS as CONDITIONS
from cloud_carbon_exporter.bills.figures import PARTS, QUANTITIES
from cloud_carbon_exporter.bills.rows import SHAPE, month_hours
from cloud_carbon_exporter.model.types import BASES

TIMES = {"month": "M", "day": "D", "hour": "h"}
"""Lengths of time that rows can be summed by, and what ibis calls them."""
NAMES = {
    "energy": "energy_kilowatt_hours",
    "operational": "operational_emissions_grams",
    "embodied": "embodied_emissions_grams",
    "emissions": "emissions_grams",
}
"""Names of quantities in what is written."""


class Tables(NamedTuple):
    """Tables that rows are joined with.

    shapes: one row a shape, with its id, state, kind and the factor to units. figures: the value of
    one unit of each quantity, and its own reach. reaches: how far each fact may take a unit.
    """

    shapes: ibis.Table
    figures: ibis.Table
    reaches: ibis.Table


class By(NamedTuple):
    """What rows are summed by: names of columns in the order they are shown, and tags."""

    names: tuple[str, ...]
    tags: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the keys: a tag stands under its number."""
        columns: list[str] = []
        for name in self.names:
            tag = name.removeprefix("tag:")
            columns.append(name if tag == name else f"tag_{self.tags.index(tag)}")
        return tuple(columns)


def by_of(names: Sequence[str]) -> By:
    """Keys of a list such as month, service, tag:team."""
    tags = [name.removeprefix("tag:") for name in names if name.startswith("tag:")]
    return By(tuple(names), tuple(dict.fromkeys(tags)))


def shape_key(rows: ibis.Table) -> list[str]:
    """Columns a shape is known by: those of conditions among them, where any are known."""
    return [*SHAPE, *(name for name in CONDITIONS if name in rows.columns)]


def shapes_of(rows: ibis.Table) -> ibis.Table:
    """Every shape there is in a bill, once."""
    return rows.select(*shape_key(rows)).distinct()


def within(rows: ibis.Table, since: str, until: str) -> ibis.Table:
    """Rows that begin in a time; those of no time at all are kept, so that their cost is told."""
    column = "cloud_carbon_start" if "cloud_carbon_start" in rows.columns else "start"
    for moment, later in ((since, True), (until, False)):
        if moment:
            bound, start = ibis.timestamp(moment), rows[column]
            inside = start >= bound if later else start < bound
            rows = rows.filter(inside | start.isnull())
    return rows


def joined(rows: ibis.Table, shapes: ibis.Table) -> ibis.Table:
    """Rows with what their shape is, and how many units each has."""
    both = rows.join(shapes, shape_key(rows), how="left")
    hours = ibis.ifelse(both.monthly, month_hours(both.start), 1)
    units = ibis.coalesce(both.amount * both.factor * hours, 0.0)
    return both.mutate(units=units)


def used(rows: ibis.Table, shapes: ibis.Table, by: By, *, hashed: bool = True) -> ibis.Table:
    """Units and cost by group and shape, with the squares of what each resource used.

    What a resource is wrong by alone, it is in all its rows; two resources are each by their own.
    hashed: whether the engine has a hash, which takes less room than a name.
    """
    both = joined(rows, shapes)
    keys = {name: _key(both, name) for name in by.columns}
    groups = [*keys, "currency", "shape_id"]
    sums = {"units": "units", "cost": "cost"}
    keyed = both.select(
        **keys,
        **{name: both[name] for name in ("currency", "shape_id", "start", "end", *sums)},
        thing=both.resource.hash() if hashed else both.resource,
    )
    of_things = keyed.group_by([*groups, "thing"]).agg(
        units=keyed.units.sum(),
        cost=keyed.cost.sum(),
        rows=keyed.count(),
        first=keyed.start.min(),
        last=ibis.coalesce(keyed.end.max(), keyed.start.max()),
    )
    return of_things.group_by(groups).agg(
        units=of_things.units.sum(),
        squares=(of_things.units * of_things.units).sum(),
        cost=of_things.cost.sum(),
        rows=of_things.rows.sum(),
        first=of_things["first"].min(),
        last=of_things["last"].max(),
    )


def _key(table: ibis.Table, name: str) -> ibis.Value:
    return table.start.truncate(TIMES[name]) if name in TIMES else table[name]


def sums(used_rows: ibis.Table, tables: Tables, by: By) -> ibis.Table:
    """Sums by group and state: quantities with the squares of their reach, cost, rows."""
    groups = [*by.columns, "currency"]
    shapes = tables.shapes.select("shape_id", "state", "figure_id", "weakness")
    known = used_rows.join(shapes, "shape_id", how="left")
    of_units = known.join(tables.figures, "figure_id", how="left")
    values = {
        quantity: ibis.coalesce((of_units.units * of_units[quantity]).sum(), 0.0)
        for quantity in (*QUANTITIES, "water")
    }
    own: dict[str, ibis.Value] = {}
    for quantity in QUANTITIES:
        for side in ("down", "up"):
            reach = of_units[f"{quantity}_{side}"]
            squares = (of_units.squares * reach * reach).sum()
            own[f"{quantity}_{side}"] = ibis.coalesce(squares, 0.0)
    added = of_units.group_by([*groups, "state"]).agg(
        **values,
        **own,
        cost=of_units.cost.sum(),
        rows=of_units.rows.sum(),
        weakness=of_units.weakness.max(),
    )
    return _with_facts(added, known, tables.reaches, groups)


def _with_facts(
    added: ibis.Table, known: ibis.Table, reaches: ibis.Table, groups: list[str]
) -> ibis.Table:
    """Sums with the reach of facts added to that of resources, in squares."""
    terms = known.join(reaches, "figure_id")
    by_fact = terms.group_by([*groups, "state", "fact"]).agg(
        **{
            f"{part}_{side}": (terms.units * terms[f"{part}_{side}"]).sum()
            for part in PARTS
            for side in ("down", "up")
        }
    )
    squares: dict[str, ibis.Value] = {}
    for side in ("down", "up"):
        # A fact takes both kinds of emissions down or up at once.
        both_kinds = by_fact[f"operational_{side}"] + by_fact[f"embodied_{side}"]
        squares[f"emissions_{side}_of_facts"] = (both_kinds * both_kinds).sum()
        for part in PARTS:
            reach = by_fact[f"{part}_{side}"]
            squares[f"{part}_{side}_of_facts"] = (reach * reach).sum()
    of_facts = by_fact.group_by([*groups, "state"]).agg(**squares)
    keys = [*groups, "state"]
    same = [added[key].identical_to(of_facts[key]) for key in keys]
    both = added.join(of_facts, same, how="left", rname="{name}_again")
    whole: dict[str, ibis.Value] = {}
    for name in squares:
        quantity = name.removesuffix("_of_facts")
        whole[quantity] = (both[quantity] + ibis.coalesce(both[name], 0.0)).sqrt()
    return both.mutate(**whole).select(*added.columns)


def ledger(used_rows: ibis.Table, shapes: ibis.Table) -> ibis.Table:
    """Cost, units and rows by state and by what a row is: the ledger of all that was billed."""
    both = used_rows.join(shapes, "shape_id", how="left")
    names = ["state", "reason", "provider", "service", "sku", "kind", "unit", "counts"]
    return both.group_by([*names, "currency"]).agg(
        units=both.units.sum(),
        cost=both.cost.sum(),
        rows=both.rows.sum(),
    )


def whole(used_rows: ibis.Table, by: By) -> ibis.Table:
    """Units and cost of all groups together, by shape.

    What a resource has alone it has in every stretch of time: so many stretches are that many
    times the squares of one, where it used as much in each, and fewer where it did not.
    """
    times = [used_rows[name] for name in by.columns if name in TIMES]
    stretches = ibis.literal(1)
    if times:
        stretches = used_rows.select(*times).distinct().count().as_scalar()
    return used_rows.group_by(["currency", "shape_id"]).agg(
        units=used_rows.units.sum(),
        squares=used_rows.squares.sum() * stretches,
        cost=used_rows.cost.sum(),
        rows=used_rows.rows.sum(),
    )


def shown(sums_of: ibis.Table, by: By) -> ibis.Table:
    """Sums as they are written: units in the names, bounds, tags by their own names."""
    columns: dict[str, ibis.Value] = {}
    for name, column in zip(by.names, by.columns, strict=True):
        columns[key_name(name)] = sums_of[column]
    columns["state"] = sums_of.state
    columns["basis"] = ibis.cases(
        *((sums_of.weakness == rank, basis) for rank, basis in enumerate(BASES)), else_=""
    )
    for name in ("rows", "cost", "currency"):
        columns[name] = sums_of[name]
    for quantity in QUANTITIES:
        value = sums_of[quantity]
        lower = value - sums_of[f"{quantity}_down"]
        title = NAMES[quantity]
        columns[title] = value
        columns[f"{title}_lower"] = ibis.ifelse(value >= 0, ibis.greatest(lower, 0.0), lower)
        columns[f"{title}_upper"] = value + sums_of[f"{quantity}_up"]
    columns["water_liters"] = sums_of.water
    paid = (sums_of.cost > 0) & (sums_of.weakness >= 0)
    columns["emissions_grams_per_cost"] = ibis.ifelse(
        paid, sums_of.emissions / sums_of.cost, ibis.null("float64")
    )
    return sums_of.select(**columns).order_by(
        [*(key_name(name) for name in by.names), "currency", "state"]
    )


def key_name(name: str) -> str:
    """Name of the column of a key: tag_team of tag:team."""
    return name.replace(":", "_")
