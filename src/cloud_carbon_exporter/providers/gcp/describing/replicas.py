"""Replicas of Spanner: how many a configuration has, and where; its name tells both.

`spanner_configurations` holds those of Google. One of a user's own is a base of these, or a region,
with read-only replicas added to it; the instance tells no more of it than its name, and the regions
it scales apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.facts import Row, regions, rows

_REGIONAL = "regional-"
_OF_A_REGION = 3  # one in each of three zones
_OF_A_SHARE = 2  # in each region that writes where there are several


class Replicas(NamedTuple):
    """Replicas that hold data, by region, and the regions of those that only vote."""

    by_region: Mapping[str, int]
    witnesses: tuple[str, ...] = ()

    @property
    def holding(self) -> int:
        """How many hold the data."""
        return sum(self.by_region.values())

    def units(self, units: float, scaled_apart: Mapping[str, float]) -> float:
        """Processing units of all together; read-only ones may be scaled apart from the others."""
        held = (count * scaled_apart.get(at, units) for at, count in self.by_region.items())
        return sum(held) + len(self.witnesses) * units


def replicas(config: str, instance: Mapping[str, Any]) -> Replicas:
    """Replicas of a configuration (`nam3`, `regional-europe-west1`, `custom-nam3-tokyo`)."""
    if config.startswith(_REGIONAL):
        return Replicas({config.removeprefix(_REGIONAL): _OF_A_REGION})
    row = _configurations().get(config)
    return _of_row(row) if row else _of_users_own(config, sorted(scaled_apart(instance)))


def place(config: str, instance: Mapping[str, Any]) -> str:
    """Name of the place of a configuration: a region, a multi-region, or several joined by +."""
    row = _configurations().get(config)
    if row:
        return row["place"]
    copies = replicas(config, instance)
    return "+".join(sorted({*copies.by_region, *copies.witnesses} - {""}))


def scaled_apart(instance: Mapping[str, Any]) -> dict[str, float]:
    """Processing units of each replica, by region, as far as an instance tells them."""
    units: dict[str, float] = {}
    for capacity in instance.get("replicaComputeCapacity", ()):
        at = capacity.get("replicaSelection", {}).get("location", "")
        told = capacity.get("processingUnits") or 1000 * int(capacity.get("nodeCount", 0))
        if at and told:
            units[at] = float(told)
    return units


def _of_row(row: Row) -> Replicas:
    counts = (pair.split(":") for pair in row["replicas"].split())
    return Replicas({at: int(count) for at, count in counts}, tuple(row["witnesses"].split()))


def _of_users_own(config: str, told: list[str]) -> Replicas:
    """Replicas of a user's own configuration: of the base that its name has, and those added."""
    named = [match[0] for match in _names().finditer(config)]
    base = Replicas({})
    if named and named[0] in _configurations():
        base = _of_row(_configurations()[named[0]])
    elif named:
        base = Replicas({named[0]: _OF_A_REGION})
    elif told:
        count = _OF_A_REGION if len(told) == 1 else _OF_A_SHARE
        base = Replicas(dict.fromkeys(told, count))
    added = {*named[1:], *told} - base.by_region.keys() - {*base.witnesses, *_configurations()}
    if not (base.by_region or added):
        # Nothing tells where: as many as in most configurations of several regions.
        return Replicas({"": 2 * _OF_A_SHARE}, ("",))
    return Replicas({**base.by_region, **dict.fromkeys(sorted(added), 1)}, base.witnesses)


@cache
def _configurations() -> Mapping[str, Row]:
    return {row["configuration"]: row for row in rows("spanner_configurations")}


@cache
def _names() -> re.Pattern[str]:
    """Any configuration or region in the name of a user's own, the longest that fits."""
    known = sorted({*_configurations(), *regions("gcp")}, key=len, reverse=True)
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, known))})(?![a-z0-9])")
