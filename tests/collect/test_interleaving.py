"""What is counted does not hang on when a Snapshot is built: one is, at every await of a client."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Point, Totals
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope
from tests.examples import examples
from tests.fakes.cloud import Clock, Cloud, FakeClient, machine

EU, US = "eu-west-1", "us-east-1"
INTERVAL = 300.0
# With the last one a read is due, for which all waits that is there or has gone.
REFRESHES = 7
LOAD = 0.9
# Turns of the event loop in which the other region is listed to its end.
SLOW_TURNS = 100


@dataclass
class Interrupted(FakeClient):
    """A client before and after each of whose answers so many Snapshots are built as planned.

    slow: whether the region that comes and goes answers when the other has been listed and shown.
    """

    plan: Iterator[int] = field(default_factory=lambda: itertools.repeat(0))
    slow: bool = False
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
        if self.slow and scope.region == US:
            for _ in range(SLOW_TURNS):
                await asyncio.sleep(0)
            assert self.collector is not None
            await self.collector.publish()
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


def collecting(
    plan: Iterator[int], clock: Clock, cloud: Cloud, *, slow: bool = False
) -> Collector[None]:
    clients: list[Interrupted] = []

    def client(_: TargetSettings, meter: Meter) -> Interrupted:
        clients.append(Interrupted(cloud, meter, plan, slow))
        return clients[-1]

    provider = replace(cloud.provider(), client=client)
    targets = [Target("slow", provider, TargetSettings(provider="aws"))]
    collector = Collector(targets, CollectSettings(), Budget(clock), lambda _: None, clock)
    clients[0].collector = collector
    return collector


async def collected(plan: Iterator[int], *, slow: bool = False) -> list[Snapshot]:
    """The Snapshot after each refresh."""
    clock, cloud = Clock(), Cloud(estate(0), costs=True)
    collector = collecting(plan, clock, cloud, slow=slow)
    snapshots: list[Snapshot] = []
    for refresh in range(REFRESHES):
        cloud.estate = estate(refresh)
        for name in ("i-stays", "i-comes"):
            points = cloud.series.setdefault((name, "cpu_ratio"), [])
            points.append(Point(clock.now - INTERVAL, clock.now, LOAD))
        await collector.refresh()
        snapshots.append(collector.snapshot)
        clock.now += INTERVAL
    await collector.close()
    return snapshots


def energies(snapshot: Snapshot) -> list[float]:
    """Those of accounts, and of what stays: what came back once counted begins at 0, or goes on."""
    totals: list[Totals | None] = [account.totals for account in snapshot.accounts]
    totals += (row.totals for row in snapshot.rows if row.resource.id != "i-comes")
    return [counted.energy_joules for counted in totals if counted is not None]


def bases(snapshot: Snapshot) -> list[tuple[str, str]]:
    """How what stays is known."""
    staying = [row for row in snapshot.rows if row.resource.id != "i-comes"]
    return [(row.resource.id, row.footprint.basis) for row in staying]


def machines_joules(snapshot: Snapshot) -> float:
    """What the machines of the account have drawn, as counted by then."""
    counted = 0.0
    for account in snapshot.accounts:
        if account.kind == "vm/machine" and account.totals is not None:
            counted += account.totals.energy_joules
    return counted


def seen_seconds(refresh: int) -> float:
    """How long machines were there between the sights of them, up to a refresh."""
    seconds = 0.0
    for number in range(refresh):
        before = {raw["id"] for raw in estate(number)[EU] if raw["type"] == "machine"}
        after = {raw["id"] for raw in estate(number + 1)[EU] if raw["type"] == "machine"}
        seconds += len(before & after) * INTERVAL
    return seconds


def true_watts() -> float:
    described = machine({"id": "", "state": "running"}, Scope("aws", "", EU))
    assert described is not None
    return power_watts(described, {"cpu_ratio": LOAD}, facts.place("aws", EU))


def assert_counted_exactly(snapshots: Sequence[Snapshot]) -> None:
    """No second that did not pass, at any refresh; all that did, when all of it was read."""
    for refresh, snapshot in enumerate(snapshots):
        assert machines_joules(snapshot) <= seen_seconds(refresh) * true_watts() * (1 + 1e-9)
    # Sooner or later one counts as much as the other: what has just gone may be read in this
    # refresh, where a Snapshot between its listing and its reads shows that it has gone.
    last = snapshots[-1]
    assert machines_joules(last) == pytest.approx(seen_seconds(REFRESHES - 1) * true_watts())
    assert energies(last) == pytest.approx(energies(UNDISTURBED[-1]))
    assert bases(last) == bases(UNDISTURBED[-1])


UNDISTURBED = asyncio.run(collected(itertools.repeat(0)))


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=40))
@example([0, 2, 0, 0, 1, 1, 2, 1, 0, 1, 2])
@example([0])
def test_law_a_publication_at_any_await_costs_nothing(plan: list[int]) -> None:
    assert_counted_exactly(asyncio.run(collected(itertools.cycle(plan))))


async def test_what_has_gone_is_read_sooner_where_that_is_shown_and_counts_the_same() -> None:
    snapshots = await collected(itertools.repeat(0), slow=True)
    assert_counted_exactly(snapshots)
    assert machines_joules(snapshots[5]) > machines_joules(UNDISTURBED[5])


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
