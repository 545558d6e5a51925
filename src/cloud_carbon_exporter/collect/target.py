"""Target: what is explored, and what all that explore share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.shard import Shard
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Provider


@dataclass(frozen=True, slots=True)
class Target:
    """What is explored: a name, its cloud, and how it was configured."""

    name: str
    provider: Provider
    settings: TargetSettings

    @property
    def label(self) -> str:
        """The value of cloud_provider where no resource says it."""
        return self.provider.label or self.provider.name


@dataclass(frozen=True, slots=True)
class Shared:
    """One of each for the whole process."""

    budget: Budget
    counters: Counters
    surroundings_of: Callable[[Resource], Surroundings]
    clock: Callable[[], float]
    stale_after_seconds: float
    shard: Shard
