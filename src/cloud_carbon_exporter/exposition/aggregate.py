"""Sums instead of resources, for those who only want totals (-metrics.aggregate)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from cloud_carbon_exporter.model.estimate import total
from cloud_carbon_exporter.model.types import AccountRow, Snapshot, Totals


def _totals(of: Iterable[Totals | None]) -> Totals | None:
    known = [each for each in of if each is not None]
    if not known:
        return None
    return Totals(
        sum(each.energy_joules for each in known),
        sum(each.operational_grams for each in known),
        sum(each.embodied_grams for each in known),
    )


def summed(snapshot: Snapshot, by: Collection[str]) -> Snapshot:
    """The Snapshot without its resources, its account rows summed over what is not in `by` (account, region, kind)."""
    groups: dict[tuple[str, str, str, str], list[AccountRow]] = defaultdict(list)
    for row in snapshot.accounts:
        kept = (("account", row.account_id), ("region", row.region), ("kind", row.kind))
        account_id, region, kind = (value if name in by else "" for name, value in kept)
        groups[row.provider, account_id, region, kind].append(row)
    accounts = tuple(
        AccountRow(*key, total([row.power_watts for row in rows]), _totals(row.totals for row in rows))
        for key, rows in groups.items()
    )
    return replace(snapshot, rows=(), accounts=accounts)
