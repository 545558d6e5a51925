"""Mean of places: what is spread over several regions, in a proportion nobody knows."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate, Place, Water


def mean(estimates: tuple[Estimate, ...]) -> Estimate:
    """Mean of members in unknown proportion, with the bounds of the lowest and the highest."""
    return Estimate(
        sum(estimate.value for estimate in estimates) / len(estimates),
        min(estimate.lower for estimate in estimates),
        max(estimate.upper for estimate in estimates),
        "assumed" if any(estimate.basis == "assumed" for estimate in estimates) else "measured",
    )


def mean_place(provider: str, region: str, parts: tuple[Place, ...]) -> Place:
    """Place of that name with the means of its members, and their lowest and highest bounds."""
    intensities = []
    for index, first in enumerate(parts[0].intensities):
        alike = tuple(part.intensities[index] for part in parts if len(part.intensities) > index)
        if len(alike) == len(parts):
            grams = mean(tuple(intensity.grams_per_kilowatt_hour for intensity in alike))
            ids = tuple(dict.fromkeys(fact for intensity in alike for fact in intensity.facts))
            told = (first.method, first.source, first.year)
            intensities.append(CarbonIntensity(grams, *told, facts=ids))
    waters = tuple(
        part.wue_liters_per_kilowatt_hour for part in parts if part.wue_liters_per_kilowatt_hour
    )
    free = tuple(part.carbon_free_ratio for part in parts if part.carbon_free_ratio is not None)
    return Place(
        provider,
        region,
        tuple(intensities),
        mean(tuple(part.pue_ratio for part in parts)),
        mean(waters) if len(waters) == len(parts) else None,
        sum(free) / len(free) if len(free) == len(parts) else None,
        water=_mean_water(tuple(part.water for part in parts if part.water)),
    )


def _mean_water(waters: tuple[Water, ...]) -> Water | None:
    if not waters:
        return None
    return Water(
        mean(tuple(water.on_site for water in waters)),
        mean(tuple(water.of_power for water in waters)),
    )
