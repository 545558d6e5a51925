"""An exporter over a cloud of machines that come and go, on a virtual clock."""

from __future__ import annotations

from collections.abc import Collection

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.collector import Collector
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.providers.settings import TargetSettings
from tests.fakes.churn import Churn
from tests.fakes.cloud import Clock

REFRESH_SECONDS = 300.0


def collector(churn: Churn) -> Collector[int]:
    """A Collector of one target that is the Churn."""
    settings = TargetSettings(provider="aws")
    return Collector(
        [Target("t", churn.provider(), settings)],
        CollectSettings(mode="background"),
        Budget(churn.clock),
        lambda snapshot: len(snapshot.rows),
        churn.clock,
    )


def joules(exporter: Collector[int]) -> float:
    """What it has counted in all accounts."""
    counted = 0.0
    for account in exporter.counters.accounts().values():
        counted += account.energy_joules
    return counted


class Run:
    """The exporter, started anew where the test says so. counted: joules after each refresh."""

    def __init__(self, churn: Churn, clock: Clock) -> None:
        self.churn, self.clock = churn, clock
        self.exporter = collector(churn)
        self.counted: list[float] = []

    async def until(self, moment: float, restarts: Collection[int] = ()) -> float:
        """Refresh until then; restarts: numbers of refreshes after which it begins anew."""
        number = 0
        while self.clock.now < moment:
            await self.exporter.refresh()
            self.counted.append(joules(self.exporter))
            number += 1
            self.clock.now += REFRESH_SECONDS
            if number in restarts:
                await self.restart()
        return self.counted[-1]

    async def restart(self) -> None:
        """As a new process that reads the state file."""
        rows = list(self.exporter.counters.dump())
        await self.exporter.close()
        self.exporter = collector(self.churn)
        self.exporter.counters.load(rows)

    async def close(self) -> None:
        """End it."""
        await self.exporter.close()
