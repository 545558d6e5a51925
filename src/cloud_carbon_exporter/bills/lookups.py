"""Tables that rows of a bill are joined with: what each shape is, and the figures of its units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from cloud_carbon_exporter.bills.conditions import COLUMNS as CONDITIONS
from cloud_carbon_exporter.bills.conditions import NO_GRID, NO_LOAD, grid_ratio_of, load_of
from cloud_carbon_exporter.bills.figures import LOAD, PARTS, QUANTITIES, UnitFigures, figures_of
from cloud_carbon_exporter.bills.parts import Parts
from cloud_carbon_exporter.bills.rows import SHAPE
from cloud_carbon_exporter.bills.shapes import ESTIMATED, Reading, Shape, read
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.held import Held

NO_FIGURE = -1
NO_WEAKNESS = -1

SHAPE_TYPES = pa.schema(
    [
        *((name, pa.string()) for name in SHAPE),
        ("shape_id", pa.int64()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("kind", pa.string()),
        ("sku", pa.string()),
        ("counts", pa.string()),
        ("factor", pa.float64()),
        ("monthly", pa.bool_()),
        ("figure_id", pa.int64()),
        ("weakness", pa.int64()),
    ]
)
CONDITION_TYPES = pa.schema([("load", pa.int64()), ("grid", pa.int64()), ("works", pa.bool_())])
"""Columns of shapes that are told by conditions too: works says whether the load is of any use."""
FIGURE_TYPES = pa.schema(
    [
        ("figure_id", pa.int64()),
        *((quantity, pa.float64()) for quantity in QUANTITIES),
        *((f"{quantity}_down", pa.float64()) for quantity in QUANTITIES),
        *((f"{quantity}_up", pa.float64()) for quantity in QUANTITIES),
        ("water", pa.float64()),
    ]
)
REACH_TYPES = pa.schema(
    [
        ("figure_id", pa.int64()),
        ("fact", pa.string()),
        *((f"{quantity}_down", pa.float64()) for quantity in PARTS),
        *((f"{quantity}_up", pa.float64()) for quantity in PARTS),
    ]
)

Record = dict[str, object]

_NONE: Record = dict.fromkeys(REACH_TYPES.names[2:], 0.0)


def _works(reading: Reading) -> bool:
    """Whether what it draws hangs on how hard its processors work."""
    return any(part.load == LOAD for part in reading.parts)


@dataclass(slots=True)
class _Figures:
    """Figures by what they are of, numbered as they are first asked for."""

    method: Method
    numbers: dict[tuple[str, str, str, Parts, int, int], int] = field(default_factory=dict)
    known: list[UnitFigures] = field(default_factory=list)

    def number_of(self, provider: str, reading: Reading, load: int, grid: int) -> int:
        if not _works(reading):  # what hangs on no load is the same at any
            load = NO_LOAD
        key = (provider, reading.kind, reading.place, reading.parts, load, grid)
        if key not in self.numbers:
            self.numbers[key] = len(self.known)
            figures = figures_of(provider, reading, self.method, load_of(load))
            self.known.append(figures.at_grid(grid_ratio_of(grid)))
        return self.numbers[key]


@dataclass(frozen=True, slots=True)
class Lookups:
    """Tables of shapes, of figures and of what facts reach, as Arrow has them.

    held: hardware of one unit by the number of its figure.
    """

    shapes: pa.Table
    figures: pa.Table
    reaches: pa.Table
    held: Sequence[Held]


def lookups(found: Sequence[Mapping[str, Any]], method: Method) -> Lookups:
    """Lookups of all shapes of a bill, under their conditions where these are known."""
    figures = _Figures(method)
    records: list[Record] = []
    for number, told in enumerate(found):
        shape = Shape(*(told[name] for name in SHAPE))
        conditions = {name: told[name] for name in CONDITIONS if name in told}
        reading = read(shape)
        load, grid = conditions.get("load", NO_LOAD), conditions.get("grid", NO_GRID)
        figure, weakness = NO_FIGURE, NO_WEAKNESS
        if reading.state == ESTIMATED:
            figure = figures.number_of(shape.provider, reading, load, grid)
            weakness = figures.known[figure].weakness
        record = {**_record(number, shape, reading), **conditions, "works": _works(reading)}
        records.append({**record, "figure_id": figure, "weakness": weakness})
    types = SHAPE_TYPES
    if found and "load" in found[0]:
        types = pa.schema([*SHAPE_TYPES, *CONDITION_TYPES])
    return Lookups(
        pa.Table.from_pylist(records, types),
        pa.Table.from_pylist(_figure_records(figures.known), FIGURE_TYPES),
        pa.Table.from_pylist(_reach_records(figures.known), REACH_TYPES),
        [each.held for each in figures.known],
    )


def _record(number: int, shape: Shape, reading: Reading) -> Record:
    return {
        **shape._asdict(),
        "shape_id": number,
        "state": reading.state,
        "reason": reading.reason,
        "kind": reading.kind,
        "sku": shape.usage or shape.description,
        "counts": reading.unit.counts,
        "factor": reading.unit.factor,
        "monthly": reading.unit.monthly,
    }


def _figure_records(known: Sequence[UnitFigures]) -> list[Record]:
    records: list[Record] = []
    for number, figures in enumerate(known):
        record: Record = {"figure_id": number, "water": figures.liters}
        for quantity in QUANTITIES:
            of = figures.of[quantity]
            record[quantity] = of.value
            record[f"{quantity}_down"] = of.own_down
            record[f"{quantity}_up"] = of.own_up
        records.append(record)
    return records


def _reach_records(known: Sequence[UnitFigures]) -> list[Record]:
    """A record for each fact of each figure, whatever quantities it may take down and up."""
    records: list[Record] = []
    for number, figures in enumerate(known):
        by_fact: dict[str, Record] = {}
        for quantity in PARTS:
            for fact, down, up in figures.of[quantity].by_fact:
                record = by_fact.setdefault(fact, {"figure_id": number, "fact": fact, **_NONE})
                record[f"{quantity}_down"], record[f"{quantity}_up"] = down, up
        records += by_fact.values()
    return records
