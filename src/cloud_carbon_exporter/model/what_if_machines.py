"""What if machines were of another type, or all stood in the best of regions. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.differences import Difference, difference
from cloud_carbon_exporter.model.errors import Factor
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.machine_swap import Swap, swapped
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, Sum, footprint_sum, sum_of_all
from cloud_carbon_exporter.model.types import Footprint
from cloud_carbon_exporter.model.what_if import place_in


@dataclass(frozen=True, slots=True)
class WhatIfMachines:
    """Machines that are replaced, before and after. grams_per_second: manufacture included.

    swaps: how many of each (old type, new type). less_memory, overloaded: how many of them have
        less memory then, or more work than vCPUs.
    """

    swap: Swap
    swaps: Mapping[tuple[str, str], int]
    before: FootprintSum
    after: FootprintSum
    grams_per_second: Difference
    less_memory: int
    overloaded: int


class BetterRegion(NamedTuple):
    """A region, and what all of a cloud's power would emit there, in grams a second."""

    provider: str
    region: str
    location: str
    grams_per_second: Sum
    change: Difference


def what_if_machines(snapshot: Snapshot, swap: Swap) -> WhatIfMachines:
    """The machines of the swap as they are, and on the other types, where they stand."""
    swaps: Counter[tuple[str, str]] = Counter()
    before: list[Footprint] = []
    after: list[Footprint] = []
    less_memory = overloaded = 0
    for row in snapshot.rows:
        errors = row.footprint.errors
        other = swapped(row.resource, row.loads, swap) if errors else None
        if other is None or errors is None:
            continue
        swaps[row.resource.info["host_type"], other.resource.info["host_type"]] += 1
        before.append(row.footprint)
        after.append(estimate(other.resource, other.loads, errors.place, errors.intensity))
        less_memory += other.less_memory
        overloaded += other.overloaded
    was, becomes = footprint_sum(before), footprint_sum(after)
    change = difference(
        {"": was.emissions_grams_per_second}, {"": becomes.emissions_grams_per_second}
    )
    return WhatIfMachines(swap, swaps, was, becomes, change, less_memory, overloaded)


def with_machines(snapshot: Snapshot, swap: Swap) -> Snapshot:
    """The Snapshot whose machines are replaced, with the Footprints they have as they are.

    What moves them elsewhere compares these with what it estimates there.
    """
    rows: list[Row] = []
    for row in snapshot.rows:
        other = swapped(row.resource, row.loads, swap)
        rows.append(
            row if other is None else replace(row, resource=other.resource, loads=other.loads)
        )
    return replace(snapshot, rows=tuple(rows))


def better_regions(snapshot: Snapshot, most: int) -> Sequence[BetterRegion]:
    """Regions where each cloud's power would emit least, the best first, so many of each.

    Those where it would emit more than now are left out. Manufacture is the same everywhere.
    """
    found: list[BetterRegion] = []
    for provider, bare in _bare_power(snapshot).items():
        now = sum_of_all(
            [
                account.now.operational_grams_per_second
                for account in snapshot.accounts_now()
                if account.provider == provider
            ]
        )
        regions = [_there(snapshot, provider, row, bare, now) for row in _regions(provider)]
        better = [region for region in regions if region.change.value < 0]
        found += sorted(better, key=lambda region: region.grams_per_second.value)[:most]
    return found


def _bare_power(snapshot: Snapshot) -> Mapping[str, Sum]:
    """Power of each cloud without the overhead of its data centres."""
    parts: defaultdict[str, list[Sum]] = defaultdict(list)
    for account in snapshot.accounts_now():
        pue = facts.place(account.provider, account.region).pue_ratio.value
        parts[account.provider].append(account.now.power_watts.scaled(1 / pue))
    return {provider: sum_of_all(sums) for provider, sums in parts.items()}


def _regions(provider: str) -> Sequence[Mapping[str, str]]:
    of_provider = [row for row in facts.rows("regions") if row["provider"] == provider]
    return [row for row in of_provider if row["kind"] == "region"]


def _there(
    snapshot: Snapshot, provider: str, row: Mapping[str, str], bare: Sum, now: Sum
) -> BetterRegion:
    place = place_in(snapshot, provider, row["region"])
    intensity = place.intensities[0]
    grid = intensity.grams_per_kilowatt_hour
    fact = intensity.facts[0] if intensity.facts else f"grid {provider}/{row['region']}"
    factor = Factor(fact, grid.value, grid.value - grid.lower, grid.upper - grid.value)
    power = bare.scaled(place.pue_ratio.value)
    grams = power.times(factor, grid.basis, 1 / JOULES_PER_KILOWATT_HOUR)
    change = difference({"": now}, {"": grams})
    return BetterRegion(provider, row["region"], row["location"], grams, change)
