"""Zones and regions of Scaleway that the settings let through."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.providers.settings import TargetSettings


def zones(settings: TargetSettings) -> Sequence[str]:
    """Zones to explore."""
    # Zones of our own facts: the SDK's list has been seen to lack the newest.
    wanted = settings.regions
    known = facts.zones("scaleway")
    return [zone for zone in known if not wanted or zone in wanted or region_of(zone) in wanted]


def regions(settings: TargetSettings) -> Sequence[str]:
    """Regions of these zones."""
    return list(dict.fromkeys(map(region_of, zones(settings))))


def region_of(zone: str) -> str:
    """Region of a zone: fr-par-1 lies in fr-par."""
    return zone.rsplit("-", 1)[0]
