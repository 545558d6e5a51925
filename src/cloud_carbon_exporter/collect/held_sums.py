"""Sums of hardware by account, region and kind, times its hours: what a bill counts as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cloud_carbon_exporter.collect.account_sums import AccountKey, account_key
from cloud_carbon_exporter.model.held import held
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.storage.rows import Row


class HeldSums:
    """Amounts times seconds of all accounts so far, by name; a section of the state file."""

    def __init__(self) -> None:
        self._sums: dict[AccountKey, dict[str, float]] = {}

    def show(self, resource: Resource) -> None:
        """Let what a resource may hold stand at 0 from now on, if it is new."""
        sums = self.of(resource)
        for name, _ in held(resource.components, {}, resource.kind):
            sums.setdefault(name, 0.0)

    def of(self, resource: Resource) -> dict[str, float]:
        """The sums that a resource counts in, for `add_held`."""
        return self._sums.setdefault(account_key(resource), {})

    def totals(self) -> Mapping[AccountKey, Mapping[str, float]]:
        """All sums as they stand now."""
        return {key: dict(sums) for key, sums in self._sums.items()}

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose: the key, the name, the amount."""
        for key, sums in self._sums.items():
            for name, amount in sums.items():
                yield [*key, name, amount]

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        loaded: dict[AccountKey, dict[str, float]] = {}
        for provider, account_id, region, kind, name, amount in rows:
            at = AccountKey(str(provider), str(account_id), str(region), str(kind))
            loaded.setdefault(at, {})[str(name)] = float(amount)
        self._sums = loaded
