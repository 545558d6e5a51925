"""Certainty of the totals: how much of each rests on what was read, and what makes it doubtful."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import NO_FACT, Sum
from cloud_carbon_exporter.model.types import BASES, Basis
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import MEASURES

_MANUFACTURE = "manufacture of hardware"
_STORAGE = "what drives draw"
_SERVICES = "what is behind managed services"
_PROCESSORS = "what processors draw"

# by what the id of a fact begins with; the first that fits
_DOUBTS = (
    ("grid.", "the grid"),
    ("pue", "cooling and losses (PUE)"),
    ("model.production_gap", "how clouds run their hosts"),
    ("model.spare_capacity", "capacity kept spare"),
    ("embodied.lifetime", "how long hardware serves"),
    ("embodied.", _MANUFACTURE),
    ("memory.", "what memory draws"),
    ("processors.", _PROCESSORS),
    ("server.", _PROCESSORS),
    ("machines.", _PROCESSORS),
    ("gpu.", "what accelerators draw"),
    ("drive.", _STORAGE),
    ("rack.", _STORAGE),
    ("copies.", _STORAGE),
    ("fixed.", _SERVICES),
    ("requests.", _SERVICES),
    ("tokens.", "what a token costs"),
    ("model.assumed_ratio", "loads that were not read"),
)
_OTHER = "other figures"


def doubt_of(fact: str) -> str:
    """What a person calls the figure that a fact is."""
    if fact == NO_FACT:
        return _OTHER
    if "embodied_" in fact:
        return _MANUFACTURE
    for beginning, name in _DOUBTS:
        if fact.startswith(beginning):
            return name
    return _OTHER


def doubts(of: Sum) -> list[JsonObject]:
    """Shares of a sum's variance by what they come from, the largest first."""
    shares: defaultdict[str, float] = defaultdict(float)
    for reach in (of.down, of.up):
        for fact, deviation in reach.by_fact.items():
            shares[doubt_of(fact)] += deviation * deviation
        shares["what each resource has alone"] += reach.own
    whole = sum(shares.values())
    if not whole:
        return []
    ranked = sorted(shares.items(), key=lambda share: (-share[1], share[0]))
    return [{"name": name, "ratio": share / whole} for name, share in ranked if share]


def by_basis(rows: Iterable[Row]) -> Mapping[str, Mapping[Basis, float]]:
    """How much of each measure rests on each basis."""
    watts = dict.fromkeys(BASES, 0.0)
    operational = dict.fromkeys(BASES, 0.0)
    embodied = dict.fromkeys(BASES, 0.0)
    for row in rows:
        footprint = row.footprint
        basis = footprint.basis
        watts[basis] += footprint.power_watts.value
        embodied[basis] += footprint.embodied_grams_per_second.value
        if footprint.operational_grams_per_second is not None:
            operational[basis] += footprint.operational_grams_per_second.value
    total = {basis: operational[basis] + embodied[basis] for basis in BASES}
    return {"total": total, "operational": operational, "embodied": embodied, "power": watts}


def certainty(taken: Snapshot) -> JsonObject:
    """Of each measure: the share that rests on each basis, and its doubts."""
    total, bases = taken.total(), by_basis(taken.rows)
    told: JsonObject = {}
    for name, measure in MEASURES.items():
        whole = sum(bases[name].values())
        shares = {basis: value / whole if whole else 0.0 for basis, value in bases[name].items()}
        told[name] = {"basis": shares, "doubts": doubts(measure.now(total))}
    return told
