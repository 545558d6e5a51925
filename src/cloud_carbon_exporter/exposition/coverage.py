"""How much of what the providers' own inventories list is estimated. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from cloud_carbon_exporter.model.types import BASES, Snapshot

Account = tuple[str, str]  # provider, account


def estimated(of: Snapshot) -> Mapping[Account, int]:
    """How many resources of an account have figures."""
    found: Counter[Account] = Counter()
    for (provider, account, _, basis), count in of.ledger.items():
        if basis in BASES:
            found[provider, account] += count
    return found


def covered(of: Snapshot) -> Mapping[Account, tuple[int, int]]:
    """Account -> how many of those listed are estimated, and how many are listed; no account
    without an inventory.

    Where inventories name what they list, one adds to the other. Where they only count, the largest
    count is taken.
    """
    ours = estimated(of)
    listed: dict[Account, int] = {}
    for (provider, account, _), count in of.listed.items():
        known = listed.get((provider, account), 0)
        listed[provider, account] = (
            known + count if (provider, account) in of.covered else max(known, count)
        )
    return {
        key: (of.covered[key] if key in of.covered else min(ours.get(key, 0), count), count)
        for key, count in listed.items()
        if count
    }


def ratios(of: Snapshot) -> Mapping[Account, float]:
    """Estimated by listed, by account."""
    return {key: part / whole for key, (part, whole) in covered(of).items()}


def unlisted(of: Snapshot) -> Mapping[Account, int]:
    """What is estimated and the inventory does not know: the measure of what it cannot see."""
    ours = estimated(of)
    return {key: max(0, ours.get(key, 0) - count) for key, count in of.covered.items()}
