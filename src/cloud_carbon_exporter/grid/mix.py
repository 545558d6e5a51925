"""From what power stations make to the intensity of a kWh: the mean of life-cycle factors, by
energy.
"""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.model.facts import figure


def grams_per_kilowatt_hour(generation: Mapping[str, float]) -> float | None:
    """Life-cycle gCO2eq of a mean kWh generated. `generation`: kind of station (a row of facts) ->
    power, in any unit.

    Imports are not traced, and what a station draws is not subtracted. None where nothing is
    generated.
    """
    made = {kind: power for kind, power in generation.items() if power > 0}
    total = sum(made.values())
    if not total > 0:
        return None
    return sum(figure(f"generation.{kind}").value * power for kind, power in made.items()) / total
