"""Summary of a bill's history, small enough to be shown: groups, totals, coverage, the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cloud_carbon_exporter.bills import query
from cloud_carbon_exporter.bills.condition_shares import ConditionShares, condition_shares
from cloud_carbon_exporter.bills.figures import QUANTITIES
from cloud_carbon_exporter.bills.history import History
from cloud_carbon_exporter.bills.rows import USAGE
from cloud_carbon_exporter.bills.shapes import ESTIMATED, NOT_UNDERSTOOD
from cloud_carbon_exporter.model.types import BASES

MOST_GROUPS = 500
"""Groups that are shown; a file has them all."""


class Bounded(NamedTuple):
    """Value with its 90 % interval. Below 0 where a bill takes back more than it has."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Group:
    """Group of rows. keys: as they are shown. cost: of all its rows, whatever they are.

    quantities: by the names of `query.NAMES`, of what is estimated. liters: of water, as well.
    """

    keys: tuple[str, ...]
    currency: str
    cost: float
    rows: int
    basis: str
    quantities: Mapping[str, Bounded]
    liters: float

    @property
    def grams_per_cost(self) -> float | None:
        """Emissions by what was paid; None where nothing was."""
        return self.quantities["emissions"].value / self.cost if self.cost > 0 else None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Line of the ledger: what was billed under one name, and what became of it."""

    state: str
    reason: str
    provider: str
    service: str
    sku: str
    kind: str
    unit: str
    counts: str
    currency: str
    units: float
    cost: float
    rows: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Summary of a bill. groups: not more than MOST_GROUPS; left_out: how many more there are.

    first, last: when its usage begins and ends; None where no row has a time.
    """

    by: tuple[str, ...]
    groups: tuple[Group, ...]
    left_out: int
    totals: tuple[Group, ...]
    ledger: tuple[LedgerLine, ...]
    exports: tuple[str, ...]
    absent: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    shares: ConditionShares = field(default_factory=ConditionShares)

    def cost_of(self, state: str, currency: str) -> float:
        """Cost of all rows of a state, in one currency."""
        lines = (line for line in self.ledger if (line.state, line.currency) == (state, currency))
        return sum(line.cost for line in lines)

    def rows_of(self, state: str) -> int:
        """Rows of a state."""
        return sum(line.rows for line in self.ledger if line.state == state)

    def covered_cost_ratio(self, currency: str) -> float | None:
        """Share of the cost of usage that is estimated; None where no usage cost anything."""
        known = self.cost_of(ESTIMATED, currency)
        return _share(known, self.cost_of(NOT_UNDERSTOOD, currency))

    @property
    def covered_hours_ratio(self) -> float | None:
        """Share of the hours of usage that are estimated; None where no hours were billed."""
        hours: defaultdict[str, float] = defaultdict(float)
        for line in self.ledger:
            if line.counts == "time":
                hours[line.state] += line.units
        return _share(hours[ESTIMATED], hours[NOT_UNDERSTOOD])


def _share(known: float, unknown: float) -> float | None:
    whole = known + unknown
    return known / whole if whole > 0 else None


def summary(of: History) -> Summary:
    """Summary of a history."""
    records = (
        of.sums.order_by([*of.by.columns, "currency"])
        .limit(3 * MOST_GROUPS + 3)
        .to_pyarrow()
        .to_pylist()
    )
    groups = _groups(records, of.by.columns)
    told = groups[:MOST_GROUPS]
    in_all = of.sums.select(*of.by.columns, "currency").distinct().count().to_pyarrow().as_py()
    first, last = _span(of)
    lines = of.ledger.to_pyarrow().to_pylist()
    ordered = sorted(lines, key=lambda line: (-abs(line["cost"]), -line["rows"], line["sku"]))
    return Summary(
        tuple(map(query.key_name, of.by.names)),
        tuple(told),
        in_all - len(told),
        tuple(_groups(of.total.order_by("currency").to_pyarrow().to_pylist(), ())),
        tuple(LedgerLine(**line) for line in ordered),
        of.exports,
        of.absent,
        first,
        last,
        condition_shares(of),
    )


def _span(of: History) -> tuple[datetime | None, datetime | None]:
    """When its usage begins and ends; where nothing was used, all that it has."""
    known = of.used.join(of.shapes.select("shape_id", "category"), "shape_id")
    used = known.filter(known.category == USAGE)
    for some in (used, known):
        span = some.agg(first=some["first"].min(), last=some["last"].max())
        (times,) = span.to_pyarrow().to_pylist()
        if times["first"] is not None:
            return times["first"], times["last"]
    return None, None


def _groups(records: Iterable[Mapping[str, object]], keys: tuple[str, ...]) -> list[Group]:
    """Groups of the records of their states, of which each has three at most."""
    together: dict[tuple[object, ...], list[Mapping[str, object]]] = {}
    for record in records:
        key = (*(record[name] for name in keys), record["currency"])
        together.setdefault(key, []).append(record)
    return [_group(key, states) for key, states in together.items()]


def _group(key: tuple[object, ...], states: list[Mapping[str, object]]) -> Group:
    estimated = next((each for each in states if each["state"] == ESTIMATED), None)
    quantities: dict[str, Bounded] = {}
    for quantity in QUANTITIES:
        quantities[quantity] = _bounded(estimated, quantity) if estimated else Bounded(0, 0, 0)
    return Group(
        tuple(map(shown_key, key[:-1])),
        str(key[-1]),
        sum(_number(each, "cost") for each in states),
        round(sum(_number(each, "rows") for each in states)),
        BASES[round(_number(estimated, "weakness"))] if estimated else "",
        quantities,
        _number(estimated, "water") if estimated else 0.0,
    )


def _bounded(record: Mapping[str, object], quantity: str) -> Bounded:
    value = _number(record, quantity)
    lower = value - _number(record, f"{quantity}_down")
    upper = value + _number(record, f"{quantity}_up")
    return Bounded(value, max(lower, 0.0) if value >= 0 else lower, upper)


def _number(record: Mapping[str, object], name: str) -> float:
    value = record[name]
    return float(value) if isinstance(value, int | float) else 0.0


def shown_key(value: object) -> str:
    """Key of a group as it is shown: of a month 2026-03, of a day 2026-03-01."""
    if not isinstance(value, datetime):
        return str(value) if value else "-"
    if value.hour:
        return value.isoformat(timespec="minutes")
    return value.date().isoformat()
