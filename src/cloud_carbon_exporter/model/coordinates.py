"""Coordinates of regions, for a map: those of the town a provider names, to a tenth of a degree."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.model import facts


class MapPoint(NamedTuple):
    """Town on a map. assumed: the provider names a state alone, and the town stands for it."""

    town: str
    latitude: float
    longitude: float
    assumed: bool


def map_point(provider: str, region: str) -> MapPoint | None:
    """Where a region stands; None of what is everywhere, or unknown."""
    return _points().get((provider, region))


@functools.cache
def _points() -> Mapping[tuple[str, str], MapPoint]:
    towns: dict[tuple[str, str], MapPoint] = {}
    for row in facts.rows("coordinates"):
        at = float(row["latitude"]), float(row["longitude"])
        assumed = row["basis"] == "assumed"
        towns[row["location"], row["country"]] = MapPoint(row["town"], *at, assumed)
    points: dict[tuple[str, str], MapPoint] = {}
    for row in facts.rows("regions"):
        town = towns.get((row["location"], row["country"]))
        if town is not None:
            points[row["provider"], row["region"]] = town
    return points
