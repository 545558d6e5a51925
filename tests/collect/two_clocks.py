"""A machine with two clocks: time that passes, and what its clock says, which may be set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.clock import Clock
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.snapshot import ClockNews, Row
from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.settings import TargetSettings
from tests.fakes.cloud import Cloud

EU = "eu-west-1"
PERIOD = 60.0
START = 1_800_000_000.0
LASTING = 600.0
STALE_AFTER = 1800.0


@dataclass
class Machine:
    """True time, and by how much the clock is wrong."""

    true: float = START
    wrong: float = 0.0

    def clock(self, boot: str = "boot", booted: float = START - 1000) -> Clock:
        """The clock of a process that starts now."""
        return Clock(
            lambda: self.true + self.wrong,
            lambda: self.true - booted,
            boot,
            lasting_seconds=LASTING,
        )


class World:
    """A volume and a machine that always run, an exporter that collects, and its two clocks."""

    def __init__(self, wrong: float = 0.0, settle: float = 120.0, *, measured: bool = True) -> None:
        self.machine = Machine(wrong=wrong)
        self.measured = measured
        estate: list[Any] = [
            {"type": "volume", "id": "vol-1", "gib": 100},
            {"type": "machine", "id": "i-1", "state": "running"},
        ]
        self.cloud = Cloud({EU: estate}, settle=settle)
        self.clock = self.machine.clock()
        self.collector = self._collector()

    def _collector(self) -> Collector[None]:
        settings = CollectSettings(stale_after_seconds=STALE_AFTER)
        target = Target("target", self.cloud.provider(), TargetSettings(provider="aws"))
        budget = Budget(self.clock)
        return Collector([target], settings, budget, lambda snapshot: None, self.clock)

    async def refresh(self, after: float = 0.0) -> None:
        """Collect, so many seconds later. The cloud has the points of true time, and no others."""
        self.machine.true += after
        if self.measured:
            first = int((self.machine.true - 4 * 3600) // PERIOD)
            last = int(self.machine.true // PERIOD)
            points = []
            for number in range(first, last):
                start = number * PERIOD
                points.append(Point(start, start + PERIOD, (number % 10) / 10))
            self.cloud.series["i-1", "cpu_ratio"] = points
        await self.collector.refresh()

    async def restart(self, boot: str = "boot", booted: float = START - 1000) -> None:
        """Another process, with what the one before kept; another boot has another elapsed time."""
        clock, counters = [*self.clock.dump()], [*self.collector.counters.dump()]
        await self.collector.close()
        self.clock = self.machine.clock(boot, booted)
        self.clock.load(clock)
        self.collector = self._collector()
        self.collector.counters.load(counters)

    def row(self, resource_id: str) -> Row:
        """What is shown of a resource."""
        rows = self.collector.snapshot.rows
        return next(row for row in rows if row.resource.id == resource_id)

    def news(self) -> ClockNews:
        """What is told of the machine's clock."""
        assert self.collector.snapshot.clock is not None
        return self.collector.snapshot.clock

    def seconds(self, resource_id: str) -> float:
        """Seconds that are counted of a resource: what was made for it is used up evenly."""
        row = self.row(resource_id)
        assert row.totals is not None
        footprint = estimate(row.resource, {}, facts.place("aws", EU), None)
        return row.totals.embodied_grams / footprint.embodied_grams_per_second.value
