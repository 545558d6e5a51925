"""Sums by region and its provider: several clouds call a region `global`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, together


class Region(NamedTuple):
    """Region of a cloud."""

    provider: str
    name: str


def region_sums(taken: Snapshot) -> Mapping[Region, FootprintSum]:
    """What stands in each region now; none where nothing does."""
    parts: defaultdict[Region, list[FootprintSum]] = defaultdict(list)
    for account in taken.accounts:
        if account.now.resources:
            parts[Region(account.provider, account.region)].append(account.now)
    return {region: together(of_region) for region, of_region in parts.items()}
