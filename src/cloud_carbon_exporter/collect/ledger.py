"""Ledger: what is estimated and how, what is not, and how much of the provider's inventory is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cloud_carbon_exporter.collect.contribution import Contribution
from cloud_carbon_exporter.model.snapshot import Row
from cloud_carbon_exporter.providers.spec import Inventory

UNSUPPORTED = "unsupported"


class LedgerKey(NamedTuple):
    """What is counted together: the labels of cloud_carbon_resources; basis may be UNSUPPORTED."""

    provider: str
    account_id: str
    kind: str
    basis: str


class AccountKind(NamedTuple):
    """A kind in an account."""

    account_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many resources there are; see Snapshot for the keys."""

    counts: Mapping[tuple[str, str, str, str], int]
    listed: Mapping[tuple[str, str, str], int]
    covered: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an inventory says. listed: how many of it count. missing: those not estimated."""

    listed: int
    covered: int
    missing: Mapping[AccountKind, int]


def take_stock(
    rows: Sequence[Row],
    counts_of_sweeps: Iterable[Mapping[LedgerKey, int]],
    contributions: Sequence[Contribution],
    now: float,
    stale_after: float,
    *,
    whole: bool,
) -> Ledger:
    """Count everything once.

    counts_of_sweeps: of the rows, by the sweep that brought them. whole: False where other replicas
    estimate a part: then coverage is not ours to know.
    """
    counts: Counter[LedgerKey] = Counter()
    for of_sweep in counts_of_sweeps:
        counts.update(of_sweep)
    listed: Counter[tuple[str, str, str]] = Counter()
    covered: Counter[tuple[str, str]] = Counter()
    held_against = any(contribution.extras.inventories for contribution in contributions)
    estimated = frozenset(row.resource.id for row in rows) if held_against else frozenset()
    for contribution in contributions:
        counts.update(_unsupported(contribution, contribution.oldest(now, stale_after)))
        label, inventories = contribution.target.label, contribution.extras.inventories
        if not contribution.tried:
            # Amid its first collection what is not listed yet would look as if nothing covered it.
            continue
        listed.update(contribution.extras.listed)
        known = {inventory.account_id for inventory in inventories if inventory.whole}
        missing: Counter[AccountKind] = Counter()
        for inventory in inventories:
            coverage = _hold_against(inventory, contribution, estimated, whole=whole)
            missing.update(coverage.missing)
            if inventory.account_id in known:
                listed[label, inventory.account_id, inventory.source] += coverage.listed
                covered[label, inventory.account_id] += coverage.covered
        for (account_id, kind), count in missing.items():
            key = LedgerKey(label, account_id, kind, UNSUPPORTED)
            counts[key] = max(counts[key], count)  # our own listings may have counted the same
    return Ledger(dict(counts.items()), dict(listed), dict(covered) if whole else {})


def _unsupported(contribution: Contribution, oldest: float) -> Counter[LedgerKey]:
    """What listings brought and no service of ours reads, and what the provider counts besides."""
    counts: Counter[LedgerKey] = Counter()
    for last_good in contribution.sweeps:
        if last_good.seen_at >= oldest:
            for (account_id, kind), count in last_good.swept.unsupported.items():
                counts[LedgerKey(last_good.provider, account_id, kind, UNSUPPORTED)] += count
    for (account_id, kind), count in contribution.extras.unsupported.items():
        counts[LedgerKey(contribution.target.label, account_id, kind, UNSUPPORTED)] += count
    return counts


def _hold_against(
    inventory: Inventory, contribution: Contribution, estimated: Collection[str], *, whole: bool
) -> Coverage:
    """Every name an inventory lists is estimated, unsupported, or belongs to another resource.

    The last is so where our own listing of its kind went well and made no resource of it: it is
    another's, or gone.
    """
    target = contribution.target
    ours = {spec.kind for spec in target.provider.services} - set(target.settings.exclude)
    failed: set[str] = set()
    for outcome in contribution.listings:
        if outcome.account_id == inventory.account_id and outcome.error:
            failed.add(outcome.kind)
    missing: Counter[AccountKind] = Counter()
    covered = elsewhere = 0
    for name, kind in inventory.kinds.items():
        if name in estimated:
            covered += 1
        elif kind not in ours or kind in failed:
            missing[AccountKind(inventory.account_id, kind)] += 1
        elif not whole:
            elsewhere += 1  # another replica's
    return Coverage(covered + elsewhere + missing.total(), covered, missing)
