"""Families of places: the grid intensity in force, PUE, WUE and carbon-free energy of a region."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import PLACE_LABELS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.source_names import source_name
from cloud_carbon_exporter.model.types import CarbonIntensity, Place

_INTENSITY_LABELS = (*PLACE_LABELS, "method", "source")


class _PlaceIntensity(NamedTuple):
    place: Place
    intensity: CarbonIntensity

    def labels(self) -> tuple[str, ...]:
        place, intensity = self
        return place.provider, place.region, intensity.method, source_name(intensity.source)


def _newest_intensities(snapshot: Snapshot) -> Iterator[_PlaceIntensity]:
    """The newest intensity of each place, method and source."""
    # newest first, so the first of an origin is the one in force
    for place in snapshot.places:
        seen: set[tuple[str, str]] = set()
        for intensity in place.intensities:
            origin = (intensity.method, source_name(intensity.source))
            if origin not in seen:
                seen.add(origin)
                yield _PlaceIntensity(place, intensity)


def _intensities(snapshot: Snapshot) -> Iterator[FamilySample]:
    for newest in _newest_intensities(snapshot):
        intensity = newest.intensity
        year = "" if intensity.year is None else str(intensity.year)
        estimated = "true" if intensity.estimated else "false"
        labels = (*newest.labels(), year, estimated)
        yield FamilySample(labels, intensity.grams_per_kilowatt_hour.value)


def _of_live_intensity(moment: Callable[[CarbonIntensity], float]) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for newest in _newest_intensities(snapshot):
            number = moment(newest.intensity)
            # a figure of a whole year is endless: it has neither a start nor an end
            if math.isfinite(number):
                yield FamilySample(newest.labels(), number)

    return FromSnapshot(samples)


def _of_place(number: Callable[[Place], float | None]) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for place in snapshot.places:
            value = number(place)
            if value is not None:
                yield FamilySample((place.provider, place.region), value)

    return FromSnapshot(samples)


def _pue_ratio(place: Place) -> float:
    return place.pue_ratio.value


def _wue_liters_per_kilowatt_hour(place: Place) -> float | None:
    water = place.wue_liters_per_kilowatt_hour
    return None if water is None else water.value


def _grid_water_liters_per_kilowatt_hour(place: Place) -> float | None:
    return None if place.water is None else place.water.of_power.value


def _carbon_free_ratio(place: Place) -> float | None:
    return place.carbon_free_ratio


PLACES: tuple[Family, ...] = (
    Family(
        "cloud_carbon_grid_intensity_grams_per_kilowatt_hour",
        "gauge",
        "CO2eq of a kilowatt hour of the region's grid; "
        "estimated: whether its source says that it was not measured.",
        FromSnapshot(_intensities),
        (*_INTENSITY_LABELS, "year", "estimated"),
        "grams_per_kilowatt_hour",
    ),
    Family(
        # moments, not ages: those are new in each scrape, and wrong by the time they are read
        "cloud_carbon_grid_intensity_start_timestamp_seconds",
        "gauge",
        "When the time begins that a live grid intensity was published for.",
        _of_live_intensity(lambda intensity: intensity.start),
        _INTENSITY_LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_grid_intensity_end_timestamp_seconds",
        "gauge",
        "Until when a live grid intensity is valid.",
        _of_live_intensity(lambda intensity: intensity.end),
        _INTENSITY_LABELS,
        "seconds",
    ),
    Family(
        # Published by region or for a fleet; the interval of one that is assumed stands in the API.
        "cloud_carbon_pue_ratio",
        "gauge",
        "Power usage effectiveness of the region's data centres.",
        _of_place(_pue_ratio),
        PLACE_LABELS,
        "ratio",
    ),
    Family(
        "cloud_carbon_wue_liters_per_kilowatt_hour",
        "gauge",
        "Water used on site for a kilowatt hour of IT energy, where the provider publishes it.",
        _of_place(_wue_liters_per_kilowatt_hour),
        PLACE_LABELS,
        "liters_per_kilowatt_hour",
    ),
    Family(
        "cloud_carbon_grid_water_liters_per_kilowatt_hour",
        "gauge",
        "Water that power stations take for a kilowatt hour of the region's grid, by country.",
        _of_place(_grid_water_liters_per_kilowatt_hour),
        PLACE_LABELS,
        "liters_per_kilowatt_hour",
    ),
    Family(
        "cloud_carbon_carbon_free_energy_ratio",
        "gauge",
        "Share of carbon-free energy in the region, hourly or matched over the year, "
        "as its provider publishes it.",
        _of_place(_carbon_free_ratio),
        PLACE_LABELS,
        "ratio",
    ),
)
