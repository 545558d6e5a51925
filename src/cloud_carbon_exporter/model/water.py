"""Water of a place: on site for its cooling, and in the power stations that feed it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.intensities import estimate_of
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.types import Place, Water


def water_of(on_site: Figure, country: str, known: Mapping[str, Figure]) -> Water:
    """Water of a place, by its WUE and its country (ISO 3166 alpha-3; empty where not known)."""
    of_power = known.get(f"water.{country}") or known["water.WORLD"]
    return Water(estimate_of(on_site), estimate_of(of_power))


def liters(joules: float, place: Place) -> tuple[float, float]:
    """Liters that so much energy takes there, on site and of the power.

    joules: of the whole site, with PUE. WUE counts by the energy of the machines alone (The Green
        Grid, White Paper 35).
    """
    if place.water is None:
        return 0.0, 0.0
    drawn = joules / JOULES_PER_KILOWATT_HOUR
    of_machines = drawn / place.pue_ratio.value
    on_site, of_power = place.water
    return of_machines * on_site.value, drawn * of_power.value
