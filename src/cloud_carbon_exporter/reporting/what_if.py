"""The what-if of a report: a section for people, a document for programs. Pure."""

from __future__ import annotations

import time

from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.model.what_if import WhatIf
from cloud_carbon_exporter.reporting.tables import SECONDS_PER_HOUR, Section, figure


def section(of: WhatIf, taken_at: float) -> Section:
    """The two estates side by side, and the greenest hours there where they are foreseen."""
    place, intensity = of.place, of.intensity
    rows = (
        ("Power drawn, PUE included", "W", *_values(of.power_watts, of.power_watts_there, 1)),
        (
            "Emissions of the power",
            "gCO2eq/h",
            *_values(of.grams_per_second, of.grams_per_second_there, SECONDS_PER_HOUR),
        ),
    )
    grams = intensity.grams_per_kilowatt_hour
    notes = [
        f"{of.resources} resources of {place.provider}; {of.elsewhere} others are left out. Manufacture is the same.",
        f"Grid there: {figure(grams.value)} g/kWh ({intensity.method}, {intensity.source}).",
        f"PUE there: {place.pue_ratio.value:g}.",
    ]
    if of.hours:
        best = sorted(of.hours, key=lambda hour: hour[1])[:3]
        told = ", ".join(
            f"{time.strftime('%H:%M UTC', time.gmtime(taken_at + hour * SECONDS_PER_HOUR))} "
            f"({figure(there * SECONDS_PER_HOUR)} gCO2eq/h)"
            for hour, there in best
        )
        notes.append(f"Greenest hours of the next day there, at the power drawn now: {told}.")
    return Section(
        f"What if in {place.region}", ("", "unit", "here", "there", "change"), rows, tuple(notes)
    )


def _values(here: Estimate, there: Estimate, factor: float) -> tuple[str, str, str]:
    change = f"{there.value / here.value - 1:+.0%}" if here.value else ""
    return figure(here.value * factor), figure(there.value * factor), change
