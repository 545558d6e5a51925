"""Rounds of reads: none is lost, whatever is published while its answers are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.account_sums import AccountKey
from cloud_carbon_exporter.collect.counters import Counters
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Component, Location, Point, Resource
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter, Read, Reading
from tests.examples import examples
from tests.fakes.cloud import Clock, Cloud, FakeClient

EU = "eu-west-1"
INTERVAL = 300.0
MACHINE = {"type": "machine", "id": "i-1", "state": "running"}


@dataclass
class SlowMonitoring(FakeClient):
    """A client whose monitoring answers when it is let."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        self.asked.set()
        await self.answer.wait()
        return await super().series(reads, until)


async def counted(published_meanwhile: Sequence[int]) -> list[tuple[str, float]]:
    """Basis and energy after each refresh, of which so many Snapshots were published meanwhile."""
    clock, cloud = Clock(), Cloud({EU: [MACHINE]}, costs=True)
    clients: list[SlowMonitoring] = []

    def client(_: TargetSettings, meter: Meter) -> SlowMonitoring:
        clients.append(SlowMonitoring(cloud, meter))
        return clients[-1]

    provider = replace(cloud.provider(), client=client)
    target = Target("slow", provider, TargetSettings(provider="aws"))
    collector = Collector([target], CollectSettings(), Budget(clock), lambda _: None, clock)
    [slow] = clients
    figures: list[tuple[str, float]] = []
    for times in published_meanwhile:
        points = cloud.series.setdefault(("i-1", "cpu_ratio"), [])
        points.append(Point(clock.now - INTERVAL, clock.now, 0.9))
        slow.asked.clear()
        slow.answer.clear()
        refreshing = asyncio.create_task(collector.refresh())
        asking = asyncio.create_task(slow.asked.wait())
        await asyncio.wait({refreshing, asking}, return_when=asyncio.FIRST_COMPLETED)
        for _ in range(times):
            await collector.publish()  # as another target does whose refresh has ended
        slow.answer.set()
        await refreshing
        asking.cancel()
        [row] = collector.snapshot.rows
        assert row.totals is not None
        figures.append((row.footprint.basis, row.totals.energy_joules))
        clock.now += INTERVAL
    await collector.close()
    return figures


@pytest.mark.slow
@settings(max_examples=examples(10), deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_law_what_is_counted_does_not_hang_on_when_another_target_publishes(
    published_meanwhile: list[int],
) -> None:
    undisturbed = asyncio.run(counted([0] * len(published_meanwhile)))
    disturbed = asyncio.run(counted(published_meanwhile))
    assert disturbed == undisturbed
    assert {basis for basis, _ in undisturbed} == {"measured"}


PLACE = facts.place("aws", EU)
AT = Location("aws", "1", EU)
VM = Resource("i-1", "ec2/instance", "", AT, (Component("vcpu", "Skylake", 4, load="cpu_ratio"),))
SWEEP = SweepKey("target", 0, "1", EU, "")


@pytest.mark.slow
@given(st.integers(1, 20), st.integers(1, 20))
def test_law_a_last_read_is_that_of_what_vanished_then_and_of_nothing_later(
    gone_for: int, back_for: int
) -> None:
    """What has come back and vanished again while its last read was made awaits another."""
    counters = Counters(lambda _: Surroundings(PLACE, ()), 1e6)
    since_back = 600.0 + 60 * gone_for
    gone_again = since_back + 60 * back_for
    for at, resources in ((0.0, [VM]), (300.0, [VM]), (600.0, []), (since_back, [VM])):
        counters.observe(SWEEP, resources, at, 600, lambda _: True)
    counters.observe(SWEEP, [VM], gone_again, 600, lambda _: True)
    counters.observe(SWEEP, [], gone_again + 60, 600, lambda _: True)
    counters.advance(gone_again + 60, released={"i-1": 300.0})
    assert [timeline.resource for timeline in counters.departed()] == [VM]
    points = [Point(0, 600, 0.5), Point(since_back, gone_again, 0.5)]
    counters.record("i-1", "cpu_ratio", points, 0)
    counters.advance(gone_again + 120, released={"i-1": gone_again})
    assert not counters.departed()
    watts = power_watts(VM, {"cpu_ratio": 0.5}, PLACE)
    energy = counters.accounts()[AccountKey("aws", "1", EU, "ec2/instance")].energy_joules
    assert energy == pytest.approx(watts * (300 + 60 * back_for))
