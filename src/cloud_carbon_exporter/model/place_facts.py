"""Facts that all in one place hang on, by the ids that errors are told by."""

from __future__ import annotations

from cloud_carbon_exporter.model.estimate import pue_fact
from cloud_carbon_exporter.model.types import CarbonIntensity, Place


def fact_of_pue(place: Place) -> str:
    """Regions whose PUE is not published have one row in common: that of the provider's fleet."""
    return "".join(pue_fact(place.provider, place.region))


def fact_of_grid(place: Place, intensity: CarbonIntensity) -> str:
    """Regions on one grid err alike, of whichever cloud they are; a live value is a place's own."""
    if intensity.facts:
        return intensity.facts[0]
    return f"grid.{intensity.source}.{place.provider}/{place.region}"
