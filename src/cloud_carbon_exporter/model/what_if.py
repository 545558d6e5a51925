"""What if the same estate stood elsewhere: the same watts of IT, another PUE and grid. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.model.known_names import PROVIDERS, did_you_mean
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import CarbonIntensity, Estimate, Footprint, Place

_ALIASES = {"scw": "scaleway"}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One cloud's resources as they stand, and all of them in one region.

    resources: how many are compared; elsewhere: how many of other clouds, or without a grid, are
        left out.
    hours: (hours ahead, grams a second there, at the power drawn now) where the grid there is
        foreseen.
    """

    place: Place
    intensity: CarbonIntensity
    resources: int
    elsewhere: int
    power_watts: Estimate
    power_watts_there: Estimate
    grams_per_second: Estimate
    grams_per_second_there: Estimate
    hours: tuple[tuple[int, float], ...]

    @property
    def greenest_hour_ahead(self) -> int | None:
        """The hour of the next day in which the grid there is foreseen greenest."""
        return min(self.hours, key=lambda hour: hour[1])[0] if self.hours else None


def region_of(text: str) -> tuple[str, str]:
    """Provider and region of "eu-north-1", "gcp:europe-north1" or "region=...".

    Raises ValueError where there is none such.
    """
    name = text.removeprefix("region=").lower()
    provider, colon, region = name.partition(":")
    if colon:
        provider = _ALIASES.get(provider, provider)
        found = [provider] if provider in PROVIDERS and region in facts.regions(provider) else []
    else:
        region = name
        found = [provider for provider in PROVIDERS if region in facts.regions(provider)]
    if not found:
        asked = [provider] if provider in PROVIDERS and colon else PROVIDERS
        known = itertools.chain.from_iterable(map(facts.regions, asked))
        owners = ", ".join(asked)
        raise ValueError(f'"{name}" is no known region of {owners}{did_you_mean(region, known)}')
    return found[0], region


def place_in(snapshot: Snapshot, provider: str, region: str) -> Place:
    """The figures of a region, by the Snapshot's method, with its live intensity if known there."""
    for shown in snapshot.places:
        if (shown.provider, shown.region) == (provider, region):
            return shown
    place = facts.place(provider, region)
    counted = annual_of(place, snapshot.grid.method)
    # A stable sort: what is counted goes first, and all others keep their order.
    ordered = sorted(place.intensities, key=lambda intensity: intensity is not counted)
    return replace(place, intensities=tuple(ordered))


def what_if(snapshot: Snapshot, provider: str, region: str) -> WhatIf:
    """The resources of that provider, moved to the region.

    Manufacture moves with them and is left out.
    """
    place = place_in(snapshot, provider, region)
    intensity = place.intensities[0]
    mine = [row for row in snapshot.rows if row.resource.location.provider == provider]
    moved: list[Footprint] = []
    here: list[Footprint] = []
    for row in mine:
        there = estimate(row.resource, row.loads, place, intensity)
        if (
            row.footprint.operational_grams_per_second is None
            or there.operational_grams_per_second is None
        ):
            continue
        here.append(row.footprint)
        moved.append(there)
    now, then = footprint_sum(here), footprint_sum(moved)
    there_grams = then.operational_grams_per_second.estimate
    per_gram = (
        there_grams.value / intensity.grams_per_kilowatt_hour.value if there_grams.value else 0.0
    )
    return WhatIf(
        place=place,
        intensity=intensity,
        resources=len(here),
        elsewhere=len(snapshot.rows) - len(here),
        power_watts=now.power_watts.estimate,
        power_watts_there=then.power_watts.estimate,
        grams_per_second=now.operational_grams_per_second.estimate,
        grams_per_second_there=there_grams,
        hours=_hours(snapshot, place, intensity, per_gram),
    )


def _hours(
    snapshot: Snapshot, place: Place, now: CarbonIntensity, per_gram: float
) -> tuple[tuple[int, float], ...]:
    """The next day there. Marginal values stay apart from averages."""
    method = "marginal" if now.method == "marginal" else "live"
    ahead: Sequence[tuple[int, float]] = [
        (each.hours_ahead, each.grams_per_kilowatt_hour * per_gram)
        for each in snapshot.grid.forecasts
        if (each.provider, each.region, each.method) == (place.provider, place.region, method)
    ]
    return tuple(sorted(ahead))
