"""Another region: the same watts of IT under the grid and PUE of one that is near. Pure.

Near is the same latency zone: the continent, or the sub-region, that both stand in. No latency is
measured; which data may leave a country is the reader's to know, and said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from cloud_carbon_exporter.advice.known import KnownOf, long_enough
from cloud_carbon_exporter.advice.saving import Around, Look, around, carried
from cloud_carbon_exporter.advice.subject import mean_loads
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.advice import Advice, Evidence
from cloud_carbon_exporter.model.emissions import operational_grams_per_second
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.model.sums import Sum, footprint_sum
from cloud_carbon_exporter.model.types import Estimate, Footprint


class Group(NamedTuple):
    """What one account has in one region."""

    provider: str
    account_id: str
    region: str


def region_advice(rows: Iterable[Row], known_of: KnownOf, look: Look) -> Iterator[Advice | None]:
    """Advice to move what an account has in a region, to the one near by that emits the least.

    None after each row, so that whoever asks may pause. Of what has loads, those of two weeks
    count, and what is younger is left out; a group of which nothing is known for two weeks is left
    alone.
    """
    groups: defaultdict[Group, list[Footprint]] = defaultdict(list)
    known: set[Group] = set()
    for row in rows:
        at = row.resource.location
        evidence = known_of(row.resource.id)
        if row.footprint.errors is None or at.on_premises:
            continue
        if evidence is not None and not long_enough(evidence):
            continue
        group = Group(at.provider, at.account_id, at.region)
        if evidence is not None:
            known.add(group)
        groups[group].append(_footprint(row, evidence, look))
        yield None
    for group in sorted(known):
        yield _of_group(group, groups[group], look.method)


def _footprint(row: Row, evidence: Evidence | None, look: Look) -> Footprint:
    """Footprint where it stands, by the year's mean of its grid and the loads of two weeks."""
    where = look.around_of(row.resource.location)
    if evidence is None or not evidence.spreads:
        return _moved(row.footprint, where)
    return look.footprint(row.resource, mean_loads(row, evidence), where)


def _of_group(group: Group, footprints: Sequence[Footprint], method: Method) -> Advice | None:
    here = around(group.provider, group.region, method)
    zone = latency_zone(group.provider, group.region)
    better = _best(group, zone, here, method)
    if better is None:
        return None
    name, there = better
    moved = [_moved(footprint, there) for footprint in footprints]
    saved = carried({"all": _operational(footprints)}, {"all": _operational(moved)})
    if saved is None:
        return None
    country, other = _country(group.provider, group.region), _country(group.provider, name)
    things = "resource" if len(footprints) == 1 else "resources"
    leaves = "" if country == other else f"; its data would leave {country} for {other}"
    return Advice(
        "region",
        "/".join(group),
        *group,
        "",
        f"{len(footprints)} {things} in {group.region}",
        len(footprints),
        f"run it in {name}",
        f"{_told(here)} against {_told(there)}, at the loads of two weeks; both in {zone}",
        f"neither the latency nor what the other region offers is known{leaves}",
        f"move it back to {group.region}",
        saved,
    )


def _told(of: Around) -> str:
    pue = of.place.pue_ratio.value
    return f"{_grams(of):.0f} g/kWh (mean of a year) at a PUE of {pue:.2f}"


def _best(group: Group, zone: str, here: Around, method: Method) -> tuple[str, Around] | None:
    """Region of the same latency zone with the fewest grams a kWh of IT; None where it is this."""
    best: tuple[str, Around] | None = None
    least = _grams_of_it(here)
    for name in facts.regions(group.provider):
        if not zone or latency_zone(group.provider, name) != zone:
            continue
        there = around(group.provider, name, method)
        if _grams_of_it(there) < least:
            best, least = (name, there), _grams_of_it(there)
    return best


def _grams(of: Around) -> float:
    return of.intensity.grams_per_kilowatt_hour.value if of.intensity else 0.0


def _grams_of_it(of: Around) -> float:
    """Grams of a kWh of its machines; without a grid nothing is better than it."""
    return _grams(of) * of.place.pue_ratio.value


def _operational(footprints: Iterable[Footprint]) -> Sum:
    return footprint_sum(footprints).operational_grams_per_second


def _moved(of: Footprint, where: Around) -> Footprint:
    """The footprint with the same watts of IT in another place. Manufacture goes along."""
    errors, intensity = of.errors, where.intensity
    if errors is None or intensity is None:
        return of
    ratio = where.place.pue_ratio.value / errors.place.pue_ratio.value
    power = of.power_watts
    watts = Estimate(power.value * ratio, power.lower * ratio, power.upper * ratio, power.basis)
    grams = operational_grams_per_second(watts, intensity.grams_per_kilowatt_hour)
    there = errors._replace(place=where.place, intensity=intensity)
    return replace(of, power_watts=watts, operational_grams_per_second=grams, errors=there)


@cache
def latency_zone(provider: str, region: str) -> str:
    """Latency zone of a region: of its partition, else its country; empty where none is known."""
    zones = {row["key"]: row["zone"] for row in facts.rows("latency_zones")}
    for key, zone in zones.items():
        if key.endswith("-") and region.startswith(key):
            return zone
    return zones.get(_country(provider, region), "")


@cache
def _country(provider: str, region: str) -> str:
    for row in facts.rows("regions"):
        if (row["provider"], row["region"]) == (provider, region):
            return row["country"]
    return ""
