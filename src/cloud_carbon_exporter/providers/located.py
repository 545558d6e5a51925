"""Locations of what a cloud lists, one object for all that stands in one place."""

from __future__ import annotations

from functools import lru_cache

from cloud_carbon_exporter.model.types import Location


@lru_cache(maxsize=4096)
def located(
    provider: str, account_id: str, region: str, zone: str, on_premises: bool = False
) -> Location:
    """Location of these names."""
    return Location(provider, account_id, region, zone, on_premises)
