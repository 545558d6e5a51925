"""Intensity of a kWh of what power stations make: the mean of life-cycle factors, by energy."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.facts import figure


def grams_per_kilowatt_hour(generation: Mapping[str, float]) -> float | None:
    """Life-cycle gCO2eq of a mean kWh generated; None where nothing is.

    generation: kind of station (a row of facts) -> power, in any unit. Imports are not traced, and
        what a station draws is not subtracted.
    """
    total = grams = 0.0
    for kind, power in generation.items():
        if power > 0:
            total += power
            grams += figure(f"generation.{kind}").value * power
    return grams / total if total > 0 else None
