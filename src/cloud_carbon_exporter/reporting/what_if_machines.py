"""What-if of machines, and of the best regions: sections for people, objects for programs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.model.differences import Difference
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.model.sums import FootprintSum, Sum
from cloud_carbon_exporter.model.what_if_machines import BetterRegion, WhatIfMachines
from cloud_carbon_exporter.reporting.tables import Section, clean, figure
from cloud_carbon_exporter.web.api import json_objects

_SWAPS = 10
"""Pairs of types that are named."""


def section(of: WhatIfMachines) -> Section:
    """Section with the machines before and after."""
    title = f"What if machines of {of.swap.old or 'that size'} were {of.swap.new}"
    count = sum(of.swaps.values())
    if not count:
        return Section(title, notes=("No machine that runs is of a type that would be replaced.",))
    rows = (
        _row("Power drawn, PUE included", "W", of.before.power_watts, of.after.power_watts, 1),
        _row(
            "Emissions of the power",
            "gCO2eq/h",
            of.before.operational_grams_per_second,
            of.after.operational_grams_per_second,
            SECONDS_PER_HOUR,
        ),
        _row(
            "Emissions of manufacture",
            "gCO2eq/h",
            of.before.embodied_grams_per_second,
            of.after.embodied_grams_per_second,
            SECONDS_PER_HOUR,
        ),
    )
    return Section(title, ("", "unit", "now", "then", "change"), rows, tuple(_notes(of, count)))


def _notes(of: WhatIfMachines, count: int) -> list[str]:
    pairs = sorted(of.swaps.items(), key=lambda pair: -pair[1])[:_SWAPS]
    told = ", ".join(f"{clean(old)} to {new} ({number})" for (old, new), number in pairs)
    notes = [
        f"{count} machines: {told}.",
        f"All emissions change by {_change(of.grams_per_second)} gCO2eq/h (90 % interval).",
        "The work of a vCPU is taken to be the same on both. Where they stand, and all else, stays "
        "as it is.",
    ]
    if of.less_memory:
        notes.append(f"{of.less_memory} of them would have less memory than now.")
    if of.overloaded:
        notes.append(f"{of.overloaded} of them have more work than the new type has vCPUs.")
    return notes


def best(regions: Sequence[BetterRegion]) -> Section:
    """Section with the regions of least emissions for each cloud."""
    rows: list[tuple[str, ...]] = []
    for region in regions:
        grams = region.grams_per_second.scaled(SECONDS_PER_HOUR).estimate
        rows.append(
            (
                region.provider,
                region.region,
                clean(region.location),
                figure(grams.value),
                figure(grams.lower),
                figure(grams.upper),
                _change(region.change),
                "yes" if region.change.upper < 0 else "no",
            )
        )
    header = ("cloud", "region", "where", "gCO2eq/h", "low", "high", "change", "sure")
    notes = (
        "Emissions of the power, if all of a cloud stood there: by the grid and the data centres "
        "alone. Latency, prices, laws, and whether each type is offered there are not looked at."
        if rows
        else "Nowhere would the power emit less.",
    )
    return Section("Best regions", header, tuple(rows), notes, ("low", "high", "where"))


def machines_object(of: WhatIfMachines) -> dict[str, Any]:
    """The machines before and after as JSON."""
    swaps: list[dict[str, Any]] = []
    for (old, new), count in sorted(of.swaps.items()):
        swaps.append({"old": old, "new": new, "resources": count})
    return {
        "swaps": swaps,
        "before": _sums(of.before),
        "after": _sums(of.after),
        "emissions_change_grams_per_second": _difference(of.grams_per_second),
        "less_memory": of.less_memory,
        "overloaded": of.overloaded,
    }


def region_object(of: BetterRegion) -> dict[str, Any]:
    """One of the best regions as JSON."""
    return {
        "cloud_provider": of.provider,
        "cloud_region": of.region,
        "location": of.location,
        "operational_emissions_grams_per_second": json_objects.estimate(
            of.grams_per_second.estimate
        ),
        "change_grams_per_second": _difference(of.change),
    }


def _sums(of: FootprintSum) -> dict[str, Any]:
    return {
        "power_watts": json_objects.estimate(of.power_watts.estimate),
        "operational_emissions_grams_per_second": json_objects.estimate(
            of.operational_grams_per_second.estimate
        ),
        "embodied_emissions_grams_per_second": json_objects.estimate(
            of.embodied_grams_per_second.estimate
        ),
    }


def _difference(of: Difference) -> dict[str, float]:
    return {"value": of.value, "lower": of.lower, "upper": of.upper}


def _row(name: str, unit: str, before: Sum, after: Sum, factor: int) -> tuple[str, ...]:
    change = f"{after.value / before.value - 1:+.0%}" if before.value else ""
    return name, unit, figure(before.value * factor), figure(after.value * factor), change


def _change(of: Difference) -> str:
    hourly = of.times(SECONDS_PER_HOUR)
    return " ".join(
        (_signed(hourly.value), f"({_signed(hourly.lower)} to {_signed(hourly.upper)})")
    )


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{figure(abs(value))}"
