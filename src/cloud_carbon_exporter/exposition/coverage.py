"""Coverage: how much of what the providers' own inventories list is estimated. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import BASES


class Account(NamedTuple):
    """Account whose inventory is held against ours."""

    provider: str
    account_id: str


class Covered(NamedTuple):
    """How many of the resources an inventory lists are estimated."""

    estimated: int
    listed: int


def estimated(snapshot: Snapshot) -> Mapping[Account, int]:
    """How many resources of an account have figures."""
    counts: Counter[Account] = Counter()
    for (provider, account_id, _, basis), count in snapshot.ledger.items():
        if basis in BASES:
            counts[Account(provider, account_id)] += count
    return counts


def listed(snapshot: Snapshot) -> Mapping[Account, int]:
    """How many resources an account's inventories list.

    Where inventories name what they list, one adds to the other. Where they only count, the largest
    count is taken.
    """
    counts: dict[Account, int] = {}
    for (provider, account_id, _), count in snapshot.listed.items():
        account = Account(provider, account_id)
        known = counts.get(account, 0)
        counts[account] = known + count if account in snapshot.covered else max(known, count)
    return counts


def covered(snapshot: Snapshot) -> Mapping[Account, Covered]:
    """Estimated and listed resources by account; no account without an inventory."""
    counts = estimated(snapshot)
    by_account: dict[Account, Covered] = {}
    for account, count in listed(snapshot).items():
        if not count:
            continue
        # an inventory that names what it lists says which are ours; one that only counts may count
        # kinds that we do not, so the ratio is held at 1
        ours = snapshot.covered.get(account)
        by_account[account] = Covered(
            min(counts.get(account, 0), count) if ours is None else ours, count
        )
    return by_account


def ratios(snapshot: Snapshot) -> Mapping[tuple[str, ...], float]:
    """Estimated by listed, by account."""
    return {account: part.estimated / part.listed for account, part in covered(snapshot).items()}


def unlisted(snapshot: Snapshot) -> Mapping[tuple[str, ...], int]:
    """Resources that are estimated and not in the inventory: the measure of what it cannot see."""
    counts = estimated(snapshot)
    missing: dict[tuple[str, ...], int] = {}
    for (provider, account_id), count in snapshot.covered.items():
        missing[provider, account_id] = max(0, counts.get(Account(provider, account_id), 0) - count)
    return missing
