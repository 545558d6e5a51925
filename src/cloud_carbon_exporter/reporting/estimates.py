"""Estimates as JSON objects, as `estimate` prints them. Pure."""

from __future__ import annotations

from typing import Any

from cloud_carbon_exporter.estimate import Result
from cloud_carbon_exporter.model.types import Footprint
from cloud_carbon_exporter.web.api import json_objects


def footprint(of: Footprint) -> dict[str, Any]:
    """Estimate as one JSON object."""
    return {
        "power_watts": json_objects.estimate(of.power_watts),
        "operational_emissions_grams_per_second": json_objects.estimate(
            of.operational_grams_per_second
        ),
        "embodied_emissions_grams_per_second": json_objects.estimate(of.embodied_grams_per_second),
        "reason": of.reason,
        "facts": list(of.facts),
    }


def period(of: Result) -> dict[str, Any]:
    """What the hours come to, as members of the same object."""
    sums = {
        "energy_kilowatt_hours": of.energy_kilowatt_hours,
        "operational_emissions_grams": of.operational_grams,
        "embodied_emissions_grams": of.embodied_grams,
        "emissions_grams": of.total_grams,
    }
    told = {name: json_objects.estimate(sum_of) for name, sum_of in sums.items()}
    return {"hours": of.hours, **told}
