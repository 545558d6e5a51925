"""Tables that rows of a bill are joined with: what each shape is, and the figures of its units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from cloud_carbon_exporter.bills.figures import PARTS, QUANTITIES, UnitFigures, figures_of
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
FIGURE_TYPES = pa.schema(
    [
        ("figure_id", pa.int64()),
        *((quantity, pa.float64()) for quantity in QUANTITIES),
        *((f"{quantity}_down", pa.float64()) for quantity in QUANTITIES),
        *((f"{quantity}_up", pa.float64()) for quantity in QUANTITIES),
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


@dataclass(slots=True)
class _Figures:
    """Figures by what they are of, numbered as they are first asked for."""

    method: Method
    numbers: dict[tuple[str, str, str, Parts], int] = field(default_factory=dict)
    known: list[UnitFigures] = field(default_factory=list)

    def number_of(self, provider: str, reading: Reading) -> int:
        key = (provider, reading.kind, reading.place, reading.parts)
        if key not in self.numbers:
            self.numbers[key] = len(self.known)
            self.known.append(figures_of(provider, reading, self.method))
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


def lookups(found: Iterable[Mapping[str, str]], method: Method) -> Lookups:
    """Lookups of all shapes of a bill."""
    figures = _Figures(method)
    records: list[Record] = []
    for number, told in enumerate(found):
        shape = Shape(**told)
        records.append(_record(number, shape, read(shape), figures))
    return Lookups(
        pa.Table.from_pylist(records, SHAPE_TYPES),
        pa.Table.from_pylist(_figure_records(figures.known), FIGURE_TYPES),
        pa.Table.from_pylist(_reach_records(figures.known), REACH_TYPES),
        [each.held for each in figures.known],
    )


def _record(number: int, shape: Shape, reading: Reading, figures: _Figures) -> Record:
    figure, weakness = NO_FIGURE, NO_WEAKNESS
    if reading.state == ESTIMATED:
        figure = figures.number_of(shape.provider, reading)
        weakness = figures.known[figure].weakness
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
        "figure_id": figure,
        "weakness": weakness,
    }


def _figure_records(known: Sequence[UnitFigures]) -> list[Record]:
    records: list[Record] = []
    for number, figures in enumerate(known):
        record: Record = {"figure_id": number}
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
