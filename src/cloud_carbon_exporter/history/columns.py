"""Columns of sums of the past, alike in the API's CSV and in files of a day: names, and cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cloud_carbon_exporter.history.query import Summed
from cloud_carbon_exporter.model.sums import Sum

AMOUNTS: Mapping[str, Callable[[Summed], Sum]] = {
    "power_watts": lambda row: row.power_watts,
    "energy_joules": lambda row: row.amounts.energy_joules,
    "operational_emissions_grams": lambda row: row.amounts.operational_grams,
    "embodied_emissions_grams": lambda row: row.amounts.embodied_grams,
    "emissions_grams": lambda row: row.amounts.emissions_grams,
}
"""Amounts of every sum, by their names; each has bounds beside it."""

TIMES = ("start", "end", "counted_seconds")
BASIS = "basis"


def column_names(by: Sequence[str]) -> Sequence[str]:
    """Names of all columns; units stand in them. The basis stands once, by whatever it is."""
    names = [*TIMES, *by]
    for name in AMOUNTS:
        names += [name, f"{name}_lower", f"{name}_upper"]
    return names if BASIS in by else [*names, BASIS]


def cells(row: Summed, by: Sequence[str]) -> Sequence[object]:
    """One sum, a cell a column."""
    written: list[object] = [row.start, row.end, row.seconds, *row.labels]
    for amount in AMOUNTS.values():
        estimate = amount(row).estimate
        written += [estimate.value, estimate.lower, estimate.upper]
    return written if BASIS in by else [*written, row.power_watts.basis]
