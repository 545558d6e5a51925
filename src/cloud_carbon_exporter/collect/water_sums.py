"""Sums of water by account, region and kind: they follow the energy that is counted.

By resource nothing is kept: two more numbers for each of a million resources would be seen in no
series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cloud_carbon_exporter.collect.account_sums import AccountKey, account_key
from cloud_carbon_exporter.model.types import Place, Resource, WaterTotals
from cloud_carbon_exporter.model.water import liters
from cloud_carbon_exporter.storage.rows import Row


def add_liters(sums: list[float], joules: float, place: Place) -> None:
    """Count the water of a piece of time in a sum."""
    on_site, of_power = liters(joules, place)
    sums[0] += on_site
    sums[1] += of_power


class WaterSums:
    """Liters of all accounts so far; a section of the state file."""

    def __init__(self) -> None:
        # On site, and of the power.
        self._sums: dict[AccountKey, list[float]] = {}

    def show(self, resource: Resource) -> None:
        """Let the sum that a resource counts in stand at 0 from now on, if it is new."""
        self.of(resource)

    def of(self, resource: Resource) -> list[float]:
        """The sum that a resource counts in: liters on site and of power, for `add_liters`."""
        return self._sums.setdefault(account_key(resource), [0.0, 0.0])

    def totals(self) -> Mapping[AccountKey, WaterTotals]:
        """All sums as they stand now."""
        return {key: WaterTotals(*sums) for key, sums in self._sums.items()}

    def dump(self) -> Iterator[Row]:
        """Rows of everything a restart must not lose: the key, liters on site and of power."""
        for key, sums in self._sums.items():
            yield [*key, *sums]

    def load(self, rows: Iterable[Row]) -> None:
        """Take back what `dump` gave. Raises ValueError or TypeError for anything else."""
        sums: dict[AccountKey, list[float]] = {}
        for provider, account_id, region, kind, on_site, of_power in rows:
            at = AccountKey(str(provider), str(account_id), str(region), str(kind))
            sums[at] = [float(on_site), float(of_power)]
        self._sums = sums
