"""What is counted does not hang on when a Snapshot is built: one is, at every await of a client."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Point, Totals
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope
from tests.fakes.cloud import Clock, Cloud, FakeClient

EU, US = "eu-west-1", "us-east-1"
INTERVAL = 300.0
REFRESHES = 6


@dataclass
class Interrupted(FakeClient):
    """A client before and after each of whose answers so many Snapshots are built as planned."""

    plan: Iterator[int] = field(default_factory=lambda: itertools.repeat(0))
    collector: Collector[None] | None = None

    async def _interrupt(self) -> None:
        for _ in range(next(self.plan)):
            assert self.collector is not None
            await self.collector.publish()
        await asyncio.sleep(0)

    async def connect(self) -> Sequence[str]:
        await self._interrupt()
        accounts = await super().connect()
        await self._interrupt()
        return accounts

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        await self._interrupt()
        scopes = await super().scopes(listing)
        await self._interrupt()
        return scopes

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        await self._interrupt()
        async for page in super().pages(listing, scope):
            for raw in page:  # each on a page of its own
                yield [raw]
                await self._interrupt()

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        await self._interrupt()
        reading = await super().series(reads, until)
        await self._interrupt()
        return reading

    async def extras(self, now: float) -> Extras:
        await self._interrupt()
        return await super().extras(now)


def estate(refresh: int) -> dict[str, list[Raw]]:
    """Machines that stay, come and go; a region that comes and goes."""
    machines: list[Raw] = [{"type": "machine", "id": "i-stays", "state": "running"}]
    if refresh % 3 != 2:
        machines.append({"type": "machine", "id": "i-comes", "state": "running"})
    disks: list[Raw] = [{"type": "volume", "id": "v-1", "gib": 100}]
    return {EU: [*machines, *disks]} | ({US: disks[:0]} if refresh % 2 else {})


def collecting(plan: Iterator[int], clock: Clock, cloud: Cloud) -> Collector[None]:
    clients: list[Interrupted] = []

    def client(_: TargetSettings, meter: Meter) -> Interrupted:
        clients.append(Interrupted(cloud, meter, plan))
        return clients[-1]

    provider = replace(cloud.provider(), client=client)
    targets = [Target("slow", provider, TargetSettings(provider="aws"))]
    collector = Collector(targets, CollectSettings(), Budget(clock), lambda _: None, clock)
    clients[0].collector = collector
    return collector


async def collected(plan: Iterator[int]) -> Snapshot:
    clock, cloud = Clock(), Cloud(estate(0), costs=True)
    collector = collecting(plan, clock, cloud)
    for refresh in range(REFRESHES):
        cloud.estate = estate(refresh)
        for name in ("i-stays", "i-comes"):
            points = cloud.series.setdefault((name, "cpu_ratio"), [])
            points.append(Point(clock.now - INTERVAL, clock.now, 0.9))
        await collector.refresh()
        clock.now += INTERVAL
    await collector.close()
    return collector.snapshot


def energies(snapshot: Snapshot) -> list[float]:
    totals: list[Totals | None] = [account.totals for account in snapshot.accounts]
    totals += (row.totals for row in snapshot.rows)
    return [counted.energy_joules for counted in totals if counted is not None]


def bases(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(row.resource.id, row.footprint.basis) for row in snapshot.rows]


UNDISTURBED = asyncio.run(collected(itertools.repeat(0)))


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=40))
def test_law_a_publication_at_any_await_costs_nothing(plan: list[int]) -> None:
    disturbed = asyncio.run(collected(itertools.cycle(plan)))
    assert energies(disturbed) == pytest.approx(energies(UNDISTURBED))
    assert bases(disturbed) == bases(UNDISTURBED)
    assert sum(energies(UNDISTURBED)) > 0


async def test_what_was_read_before_a_snapshot_that_failed_reaches_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, cloud = Clock(), Cloud(estate(0))
    collector = collecting(itertools.repeat(0), clock, cloud)
    await collector.refresh()
    clock.now += INTERVAL
    cloud.series["i-stays", "cpu_ratio"] = [Point(clock.now - INTERVAL, clock.now, 0.9)]

    def fail(now: float, contributions: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(collector, "_build", fail)
        await collector.refresh()
    await collector.publish()
    [row] = [row for row in collector.snapshot.rows if row.resource.id == "i-stays"]
    assert row.footprint.basis == "measured"
    await collector.close()
