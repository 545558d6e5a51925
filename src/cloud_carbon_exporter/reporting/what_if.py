"""What-if of a report: a section for people, a document for programs. Pure."""

from __future__ import annotations

import time

from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.model.what_if import WhatIf
from cloud_carbon_exporter.reporting.tables import Section, figure


def section(of: WhatIf, taken_at: float, machines: str = "") -> Section:
    """Section with the two estates side by side, and the greenest hours where they are foreseen.

    machines: what stands there in place of others.
    """
    place, intensity = of.place, of.intensity
    power = _values(of.power_watts, of.power_watts_there, 1)
    emissions = _values(of.grams_per_second, of.grams_per_second_there, SECONDS_PER_HOUR)
    rows = (
        ("Power drawn, PUE included", "W", *power),
        ("Emissions of the power", "gCO2eq/h", *emissions),
    )
    grams = figure(intensity.grams_per_kilowatt_hour.value)
    notes = [
        f"{of.resources} resources of {place.provider}; {of.elsewhere} others are left out. "
        f"Manufacture {'is told with the machines' if machines else 'is the same'}.",
        f"Grid there: {grams} g/kWh ({intensity.method}, {intensity.source}).",
        f"PUE there: {place.pue_ratio.value:g}.",
    ]
    if of.hours:
        told = ", ".join(_greenest(of, taken_at))
        notes.append(f"Greenest hours of the next day there, at the power drawn now: {told}.")
    header = ("", "unit", "here", "there", "change")
    title = f"What if in {place.region}{f', with {machines}' if machines else ''}"
    return Section(title, header, rows, tuple(notes))


def _greenest(of: WhatIf, taken_at: float) -> list[str]:
    """Greenest three hours, the best first, each with what it comes to."""
    told: list[str] = []
    by_grams = sorted(of.hours, key=lambda hour: hour[1])
    for hours_ahead, grams_per_second in by_grams[:3]:
        clock = time.strftime("%H:%M UTC", time.gmtime(taken_at + hours_ahead * SECONDS_PER_HOUR))
        told.append(f"{clock} ({figure(grams_per_second * SECONDS_PER_HOUR)} gCO2eq/h)")
    return told


def _values(here: Estimate, there: Estimate, factor: float) -> tuple[str, str, str]:
    change = f"{there.value / here.value - 1:+.0%}" if here.value else ""
    return figure(here.value * factor), figure(there.value * factor), change
