"""The ledger: what is estimated and how, what is not, and how much of what the provider's own
inventory lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cloud_carbon_exporter.collect.contribution import Contribution
from cloud_carbon_exporter.model.types import Row
from cloud_carbon_exporter.providers.spec import Inventory

Key = tuple[str, str, str, str]  # provider, account, kind, basis or "unsupported"


@dataclass(frozen=True, slots=True)
class Ledger:
    """See Snapshot for the keys."""

    counts: Mapping[Key, int]
    listed: Mapping[tuple[str, str, str], int]
    covered: Mapping[tuple[str, str], int]


def take_stock(
    rows: Sequence[Row],
    contributions: Iterable[Contribution],
    now: float,
    stale_after: float,
    *,
    whole: bool,
) -> Ledger:
    """Count everything once. whole: False where other replicas estimate a part: then coverage is
    not ours to know.
    """
    counts: Counter[Key] = Counter(
        (
            row.resource.location.provider,
            row.resource.location.account_id,
            row.resource.kind,
            row.footprint.basis,
        )
        for row in rows
    )
    listed: Counter[tuple[str, str, str]] = Counter()
    covered: Counter[tuple[str, str]] = Counter()
    estimated = frozenset(row.resource.id for row in rows)
    for contribution in contributions:
        counts.update(_unsupported(contribution, contribution.oldest(now, stale_after)))
        listed.update(contribution.extras.listed)
        label, inventories = contribution.target.label, contribution.extras.inventories
        known = {inventory.account_id for inventory in inventories if inventory.whole}
        missing: Counter[tuple[str, str]] = Counter()
        for inventory in inventories:
            found = _hold_against(inventory, contribution, estimated, whole=whole)
            missing.update(found.missing)
            if inventory.account_id in known:
                listed[label, inventory.account_id, inventory.source] += found.listed
                covered[label, inventory.account_id] += found.covered
        for (account_id, kind), count in missing.items():
            key = (label, account_id, kind, "unsupported")
            counts[key] = max(counts[key], count)  # our own listings may have counted the same
    return Ledger(dict(counts), dict(listed), dict(covered) if whole else {})


def _unsupported(contribution: Contribution, oldest: float) -> Counter[Key]:
    """What listings brought and no service of ours reads, and what the provider counts besides."""
    found: Counter[Key] = Counter()
    for fresh in contribution.sweeps:
        if fresh.seen_at >= oldest:
            for (account_id, kind), count in fresh.swept.unsupported.items():
                found[fresh.provider, account_id, kind, "unsupported"] += count
    for (account_id, kind), count in contribution.extras.unsupported.items():
        found[contribution.target.label, account_id, kind, "unsupported"] += count
    return found


@dataclass(frozen=True, slots=True)
class _Found:
    """listed: what of an inventory counts. missing: (account, kind) -> how many of those are not
    estimated.
    """

    listed: int
    covered: int
    missing: Mapping[tuple[str, str], int]


def _hold_against(
    inventory: Inventory, contribution: Contribution, estimated: Collection[str], *, whole: bool
) -> _Found:
    """Every name an inventory lists is estimated, or counted as unsupported, or belongs to another
    resource.

    The last is so where our own listing of its kind went well and made no resource of it: it is
    another's, or gone.
    """
    target = contribution.target
    ours = {spec.kind for spec in target.provider.services} - set(target.settings.exclude)
    account = [
        outcome for outcome in contribution.listings if outcome.account_id == inventory.account_id
    ]
    failed = {outcome.kind for outcome in account if outcome.error}
    missing: Counter[tuple[str, str]] = Counter()
    covered = elsewhere = 0
    for name, kind in inventory.kinds.items():
        if name in estimated:
            covered += 1
        elif kind not in ours or kind in failed:
            missing[inventory.account_id, kind] += 1
        elif not whole:
            elsewhere += 1  # another replica's
    return _Found(covered + elsewhere + missing.total(), covered, missing)
