"""Sums instead of resources, for those who only want totals (-metrics.aggregate)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from cloud_carbon_exporter.exposition.others import Sample
from cloud_carbon_exporter.model.estimate import total
from cloud_carbon_exporter.model.types import AccountRow, Estimate, Snapshot

AccountKey = tuple[str, str, str, str]


def _kept(key: AccountKey, by: Collection[str]) -> AccountKey:
    """(provider, account, region, kind) without what is not in `by`; an empty label is left out."""
    provider, account_id, region, kind = key
    return (
        provider,
        account_id if "account" in by else "",
        region if "region" in by else "",
        kind if "kind" in by else "",
    )


def summed(samples: Iterable[Sample], by: Collection[str]) -> Iterable[Sample]:
    """Samples by provider, account, region and kind, added up over what is not in `by`."""
    sums: dict[AccountKey, float] = defaultdict(float)
    for (provider, account_id, region, kind), value in samples:
        sums[_kept((provider, account_id, region, kind), by)] += value
    return sums.items()


def powers(snapshot: Snapshot, by: Collection[str]) -> Snapshot:
    """The Snapshot with the power of its accounts added up over what is not in `by`, with the
    bounds of the sum.
    """
    groups: dict[AccountKey, list[Estimate]] = defaultdict(list)
    for row in snapshot.accounts:
        groups[_kept((row.provider, row.account_id, row.region, row.kind), by)].append(
            row.power_watts
        )
    return replace(
        snapshot, accounts=tuple(AccountRow(*key, total(found)) for key, found in groups.items())
    )
