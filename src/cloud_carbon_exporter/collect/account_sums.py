"""Sums by account, region and kind: they keep what has vanished, and are first shown at 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.collect.running_totals import RunningTotals
from cloud_carbon_exporter.model.types import Resource, Totals
from cloud_carbon_exporter.storage.counter_rows import SavedAccount


class AccountKey(NamedTuple):
    """What is summed together: the labels of the cloud_carbon_account_* families."""

    provider: str
    account_id: str
    region: str
    kind: str


def account_key(resource: Resource) -> AccountKey:
    """The sum that a resource counts in."""
    at = resource.location
    return AccountKey(at.provider, at.account_id, at.region, resource.kind)


class AccountSums:
    """The sums of all accounts, from the first resource seen there on."""

    def __init__(self) -> None:
        self._sums: dict[AccountKey, RunningTotals] = {}

    def of(self, resource: Resource) -> RunningTotals:
        """The sum that a resource counts in; it stands at 0 from now on, if it is new."""
        key = account_key(resource)
        sums = self._sums.get(key)
        if sums is None:
            sums = self._sums[key] = RunningTotals()
        return sums

    def totals(self) -> Mapping[AccountKey, Totals]:
        """All sums as they stand now."""
        return {key: sums.frozen() for key, sums in self._sums.items()}

    def saved(self) -> Iterator[SavedAccount]:
        """What a restart must not lose."""
        for key, sums in self._sums.items():
            yield SavedAccount(*key, sums.frozen())

    def resume(self, saved: SavedAccount) -> None:
        """Go on with a sum of an earlier process."""
        key = AccountKey(saved.provider, saved.account_id, saved.region, saved.kind)
        self._sums[key] = RunningTotals(saved.totals)
