"""Shares of a bill whose load was read, and whose hour of the grid is known."""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from cloud_carbon_exporter.bills.conditions import NO_GRID, NO_LOAD
from cloud_carbon_exporter.bills.history import History
from cloud_carbon_exporter.bills.shapes import ESTIMATED


@dataclass(frozen=True, slots=True)
class ConditionShares:
    """Shares. read_hours: of the hours of what works harder and less. hourly_energy: of energy.

    None where nothing of it was read.
    """

    read_hours: float | None = None
    hourly_energy: float | None = None


def condition_shares(of: History) -> ConditionShares:
    """Shares of a bill, of what is estimated."""
    if "works" not in of.shapes.columns:
        return ConditionShares()
    names = ("shape_id", "state", "counts", "works", "load", "grid", "figure_id")
    known = of.used.select("shape_id", "units").join(of.shapes.select(*names), "shape_id")
    told = known.join(of.figures.select("figure_id", "energy"), "figure_id")
    estimated = told.filter(told.state == ESTIMATED)
    hours = ibis.ifelse(estimated.works & (estimated.counts == "time"), estimated.units, 0)
    energy = estimated.units * estimated.energy
    sums = estimated.agg(
        hours=hours.sum(),
        read=ibis.ifelse(estimated.load != NO_LOAD, hours, 0).sum(),
        energy=energy.sum(),
        hourly=ibis.ifelse(estimated.grid != NO_GRID, energy, 0).sum(),
    )
    (row,) = sums.to_pyarrow().to_pylist()
    return ConditionShares(_share(row["read"], row["hours"]), _share(row["hourly"], row["energy"]))


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part and whole else None
