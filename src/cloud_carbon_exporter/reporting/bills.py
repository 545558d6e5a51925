"""History of a bill as a person reads it: groups, what is in none of them, and how much that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from cloud_carbon_exporter.bills.condition_shares import ConditionShares
from cloud_carbon_exporter.bills.shapes import ESTIMATED, NOT_ENERGY, NOT_UNDERSTOOD
from cloud_carbon_exporter.bills.summary import Group, LedgerLine, Summary
from cloud_carbon_exporter.model.quantities import GRAMS_PER_KILOGRAM
from cloud_carbon_exporter.reporting.tables import Section, figure

_MOST_LINES = 20
_PERCENT = 100
_QUANTITIES = (
    "kWh",
    "operational kg",
    "embodied kg",
    "CO2eq kg",
    "low",
    "high",
    "water l",
    "cost",
    "g/cost",
)


def sections(of: Summary) -> list[Section]:
    """Sections of the report."""
    return [_groups(of), _coverage(of), _not_understood(of), _not_energy(of)]


def _groups(of: Summary) -> Section:
    rows = [(*group.keys, *_cells(group)) for group in of.groups]
    if of.by:
        blank = ("",) * (len(of.by) - 1)
        rows += [("total", *blank, *_cells(total)) for total in of.totals]
    notes = [f"Low and high are a 90 % interval. {span(of.first, of.last)}"]
    if of.left_out:
        notes.append(f"And {of.left_out} groups more; -to csv has them all.")
    title = f"Emissions of a bill ({' and '.join(of.exports)})"
    spare = ("water l", "operational kg", "embodied kg")
    return Section(title, (*of.by, *_QUANTITIES), tuple(rows), tuple(notes), spare)


def _cells(group: Group) -> tuple[str, ...]:
    of = group.quantities
    emissions = of["emissions"]
    grams = (of["operational"].value, of["embodied"].value, *emissions)
    per_cost = group.grams_per_cost
    return (
        signed(of["energy"].value),
        *(signed(each / GRAMS_PER_KILOGRAM) for each in grams),
        signed(group.liters),
        f"{signed(group.cost)} {group.currency}",
        "" if per_cost is None else signed(per_cost),
    )


def signed(value: float) -> str:
    """Number as a person reads it; what a bill takes back has a sign."""
    return f"-{figure(-value)}" if value < 0 else figure(value)


def span(first: datetime | None, last: datetime | None) -> str:
    """Time of a bill in words, and which of its months are not whole."""
    if first is None or last is None:
        return "No row has a time."
    partial: list[str] = []
    if (first.day, first.hour) != (1, 0):
        partial.append(f"{first:%Y-%m}")
    # A charge ends where the next begins: a whole month ends on the first of another.
    if (last.day, last.hour) != (1, 0) and f"{last:%Y-%m}" not in partial:
        partial.append(f"{last:%Y-%m}")
    words = f"The bill is of {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, UTC."
    return f"{words} Not whole: {', '.join(partial)}." if partial else words


def _coverage(of: Summary) -> Section:
    rows: list[tuple[str, ...]] = []
    for total in of.totals:
        currency = total.currency
        costs = [of.cost_of(state, currency) for state in (ESTIMATED, NOT_ENERGY, NOT_UNDERSTOOD)]
        told = (_percent(of.covered_cost_ratio(currency)), *map(signed, costs))
        rows.append((f"cost, {currency}", *told, signed(total.cost)))
    states = (ESTIMATED, NOT_ENERGY, NOT_UNDERSTOOD)
    counts = [of.rows_of(state) for state in states]
    rows.append(("rows", "", *(f"{count:,}" for count in counts), f"{sum(counts):,}"))
    rows.append(("hours", _percent(of.covered_hours_ratio), "", "", "", ""))
    header = ("", "covered", ESTIMATED, NOT_ENERGY, NOT_UNDERSTOOD, "all")
    notes = (
        "Covered is what is estimated of all that may draw power.",
        *_conditions(of.shares),
        *of.absent,
    )
    return Section("Coverage", header, tuple(rows), notes)


def _conditions(of: ConditionShares) -> Iterator[str]:
    """How hard machines worked, and how clean the grid was, and how that is known."""
    if of.read_hours is None:
        yield "Machines are taken at the usual load of their kind."
    else:
        yield (
            f"The CPU load of {_percent(of.read_hours)} of the hours of machines was read; the "
            "others are taken at the usual load of their kind."
        )
    if of.hourly_energy is None:
        yield "The grid is the annual mean of each region."
    else:
        yield (
            f"The grid of {_percent(of.hourly_energy)} of the energy is that of its time; of the "
            "rest it is the annual mean of its region."
        )


def _percent(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio * _PERCENT:.1f} %"


def _not_understood(of: Summary) -> Section:
    lines = [line for line in of.ledger if line.state == NOT_UNDERSTOOD]
    header = ("service", "SKU", "why", "amount", "cost", "rows")
    rows = tuple(_ledger_cells(line) for line in lines[:_MOST_LINES])
    left = len(lines) - len(rows)
    notes = (f"And {left} more.",) if left > 0 else ()
    return Section("Not understood, the dearest first", header, rows, notes, prose=("why",))


def _ledger_cells(line: LedgerLine) -> tuple[str, ...]:
    unit = {"time": "h", "stored": "GiB h", "bytes": "GiB"}.get(line.counts, "")
    amount = f"{signed(line.units)} {unit}".strip() if line.counts else ""
    cost = f"{signed(line.cost)} {line.currency}"
    return (line.service or "-", line.sku or "-", line.reason, amount, cost, f"{line.rows:,}")


def _not_energy(of: Summary) -> Section:
    rows = tuple(_by_reason(of))
    return Section("Not energy", ("why", "cost", "rows"), rows, prose=("why",))


def _by_reason(of: Summary) -> Iterator[tuple[str, ...]]:
    costs: defaultdict[tuple[str, str], float] = defaultdict(float)
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in of.ledger:
        if line.state == NOT_ENERGY:
            costs[line.reason, line.currency] += line.cost
            counts[line.reason, line.currency] += line.rows
    for (reason, currency), cost in sorted(costs.items(), key=lambda each: -abs(each[1])):
        yield (reason, f"{signed(cost)} {currency}", f"{counts[reason, currency]:,}")
