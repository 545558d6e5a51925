"""Names of places: the region, or what lies apart from it, of which other figures hold."""

from __future__ import annotations

import re

from cloud_carbon_exporter.model.types import Location

ON_PREMISES = "/on-premises"
"""What follows the region in the name of a place that is the customer's own building."""

# What follows the region in the name of one of its own zones: us-east-1a, europe-west1-b, fr-par-1.
_OWN_ZONE = re.compile(r"-?(?:[a-z]|\d+)")
# Google's zones for accelerators: whole campuses of its own, elsewhere than the region's others.
_AI_ZONE = re.compile(r".+-ai\d+")
# What follows it in the name of a zone that lies elsewhere: us-west-2-lax-1a, us-central1-ai1a,
# us-east-1-wl1-bos-wlz-1. Those that differ in the last letter alone stand in one city.
_ZONE_APART = re.compile(r"((?:-[a-z0-9]+)+?)(?<=\d)[a-z]?|((?:-[a-z0-9]+)+)")


def place_apart(at: Location) -> str:
    """Name of the place apart from its region where a Location is; empty where it is in there."""
    region, zone = at.region.lower(), at.zone.lower()
    if at.on_premises:
        return f"{region}{ON_PREMISES}"
    rest = zone.removeprefix(region)
    if rest == zone or _OWN_ZONE.fullmatch(rest):
        return ""
    apart = _ZONE_APART.fullmatch(rest)
    return f"{region}{apart[1] or apart[2]}" if apart else ""


def doubt(name: str) -> str:
    """Why the figures of a place apart are assumed, where it has none of its own."""
    if name.endswith(ON_PREMISES):
        return "on premises, where PUE and grid are not known"
    return f"unknown zone {name}"


def in_own_campus(name: str) -> bool:
    """Whether a place apart is a campus of the provider's own, and no few racks at another's."""
    return bool(_AI_ZONE.fullmatch(name))
