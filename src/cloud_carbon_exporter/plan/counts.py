"""Count of machines of a resource in a plan, by the cell `times` of `facts/plan_parts.csv`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from cloud_carbon_exporter.plan.regions import is_zone
from cloud_carbon_exporter.plan.source import Source
from cloud_carbon_exporter.plan.values import reached, text

# A regional cluster of GKE has its nodes in three zones, unless others are named.
_ZONES_OF_A_REGION = 3
_ZONES_NOT_TOLD = "the zones of its cluster are not told by the plan"
_SET, _OPEN = 0, 2  # ranks of Source.rank
_TERM = re.compile(r"[a-z_][a-z_.]*")


@dataclass(frozen=True, slots=True)
class Count:
    """How many times a resource holds its parts. assumed: why it may be another number.

    stood: the cloud computes it once the plan is applied, so that it is the number of before.
    """

    value: float
    assumed: str = ""
    stood: bool = False


def count_of(cell: str, source: Source) -> Count:
    """Product of the factors of a cell; each may have fallbacks (?path) and a least (>=path)."""
    counts: list[Count | None] = []
    for factor in cell.split():
        if factor.startswith("?"):
            counts[-1] = _in_its_place(counts[-1], _told(factor[1:], source))
        elif factor.startswith(">="):
            counts[-1] = _at_least(counts[-1], _told(factor[2:], source))
        else:
            counts.append(_factor(factor, source))
    value, assumed = 1.0, ""
    for count in counts:
        each = count or Count(1, "how many there are is not told by the plan")
        value, assumed = value * each.value, assumed or each.assumed
    return Count(value, assumed)


def _factor(factor: str, source: Source) -> Count | None:
    if factor in _PLACES:
        return _PLACES[factor](source)
    condition, colon, times = factor.rpartition(":")
    if colon:
        return Count(float(times) if source.said(condition) else 1)
    return Count(float(factor)) if factor.isdecimal() else _first(factor, source)


def _told(path: str, source: Source) -> Count | None:
    return _product(path, source)


def _in_its_place(count: Count | None, other: Count | None) -> Count | None:
    """Count, or the other where it is not told, or is what stood before and may not stay."""
    if count is None or (count.stood and other is not None):
        return other
    return count


def _at_least(count: Count | None, least: Count | None) -> Count | None:
    if count is None or least is None:
        return count or least
    if count.stood:
        return least
    return count if count.value >= least.value else least


def _first(choices: str, source: Source) -> Count | None:
    """First of the products that the configuration sets; else of those that stand so."""
    paths = sorted(choices.split("|"), key=lambda choice: _rank(choice, source))
    found: list[tuple[int, Count]] = []
    for choice in paths:
        count = _product(choice, source)
        if count is not None:
            found.append((_rank(choice, source), count))
    if not found:
        return None
    best, first = found[0]
    if best == _OPEN:
        return replace(first, stood=True)
    rivals = {count.value for rank, count in found if rank == best}
    if best != _SET and len(rivals) > 1:
        return Count(first.value, f"which of {choices.replace('|', ', ')} is set is not told")
    return first


def _rank(choice: str, source: Source) -> int:
    """Rank of a product: set where one of its terms is, open where one is that nobody sets."""
    ranks = [source.rank(path) for path in _TERM.findall(choice)]
    return _SET if _SET in ranks else max(ranks)


def _product(choice: str, source: Source) -> Count | None:
    """Product such as shards*replicas+1; None where its first term is not said."""
    first, *others = choice.split("*")
    value, assumed = _term(first, source), ""
    if value is None and any(source.sets(path) for path in _TERM.findall(choice)[1:]):
        value, assumed = 1, f"{first} is not told by the plan"
    if value is None:
        return None
    for term in others:
        value *= _term(term, source, 0) or 0
    return Count(value, assumed)


def _term(term: str, source: Source, missing: float | None = None) -> float | None:
    """Number at a path, and what is added to it."""
    path, _, more = term.partition("+")
    value = source.number(path)
    value = missing if value is None else value
    return None if value is None else value + float(more or 0)


def _zones(source: Source) -> Count:
    """Zones of a node pool of GKE, whose counts are those of one zone."""
    for level in source.levels():
        if named := reached(level.own, "node_locations"):
            return Count(len(named))
    if is_zone("gcp", source.text("location")):
        return Count(1)
    return Count(_ZONES_OF_A_REGION, _ZONES_NOT_TOLD)


def _cluster_zones(source: Source) -> Count:
    """Zones of a pool that stands in its cluster, whose own zone is not among its others."""
    *pools, cluster = source.levels()
    for pool in pools:
        if named := reached(pool.own, "node_locations"):
            return Count(len(named))
    others = set(map(str, reached(cluster.own, "node_locations")))
    location = text(cluster.own, "location")
    if is_zone("gcp", location):
        return Count(len({location, *others}))
    return Count(len(others)) if others else Count(_ZONES_OF_A_REGION, _ZONES_NOT_TOLD)


def _control_planes(source: Source) -> Count:
    """Replicas of a control plane: one in a zone, three in a region."""
    return Count(1 if is_zone("gcp", source.text("location")) else _ZONES_OF_A_REGION)


_PLACES: dict[str, Callable[[Source], Count]] = {
    "@zones": _zones,
    "@cluster_zones": _cluster_zones,
    "@control_planes": _control_planes,
}
