"""What is shown amid a first collection: as it comes, of a part, and without counting anything."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target, target_sweeps
from cloud_carbon_exporter.collect.first_figures import pause_seconds, show_first_figures
from cloud_carbon_exporter.collect.progress import Progress
from cloud_carbon_exporter.exposition import Settings, render
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Inventory, Listing, Meter, Raw, Scope
from tests.collect import test_interleaving as undisturbed
from tests.collect.test_collector import EU, new_collector, vm
from tests.examples import examples
from tests.fakes.cloud import Clock, Cloud, FakeClient
from tests.patience import PATIENCE_SECONDS

ACCOUNT, US = "111111111111", "us-east-1"


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await asyncio.sleep(0.01)


def text(snapshot: Snapshot) -> str:
    return b"".join(render(snapshot, Settings()).stream("text").plain()).decode()


@pytest.mark.slow
async def test_what_one_region_answered_is_shown_while_another_hangs() -> None:
    cloud = Cloud({EU: [vm()], US: [vm("i-us")]}, hang={US})
    collector = new_collector(Clock(), cloud)
    running = asyncio.create_task(collector.run())
    await until(lambda: bool(collector.snapshot.rows))
    snapshot = collector.snapshot
    assert [row.resource.id for row in snapshot.rows] == ["i-1"]
    assert not snapshot.first_collection_done
    assert snapshot.progress == "first collection: 1 of 2 listings"
    shown = text(snapshot)
    assert "cloud_carbon_power_watts{" in shown
    assert "cloud_carbon_account_power_watts{" in shown
    assert "cloud_carbon_total_power_watts" not in shown, "it would be of a part, and not say so"
    assert "cloud_carbon_exporter_first_collection_done 0" in shown
    assert "cloud_carbon_exporter_first_collection_listings 2" in shown
    assert "cloud_carbon_exporter_first_collection_listings_ended 1" in shown
    await collector.end(running)


async def test_once_it_has_ended_totals_come() -> None:
    collector = new_collector(Clock(), Cloud({EU: [vm()]}))
    await collector.refresh()
    assert collector.snapshot.progress == ""
    shown = text(collector.snapshot)
    assert "cloud_carbon_total_power_watts" in shown
    assert "cloud_carbon_exporter_first_collection_done 1" in shown
    assert "cloud_carbon_exporter_first_collection_listings_ended 1" in shown
    taken = collector.snapshot
    await collector.preview()
    assert collector.snapshot is taken, "it is too late for a look"
    await collector.close()


async def test_a_look_asks_the_cloud_nothing_and_counts_nothing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    saved = list(collector.counters.dump())
    await collector.close()

    clock.now += 3600
    resumed = new_collector(clock, cloud)
    resumed.counters.load(saved)
    cloud.hang.add(EU)
    before = len(cloud.sweeps)
    running = asyncio.create_task(resumed.run())
    await until(lambda: len(cloud.sweeps) > before)
    asked = len(cloud.sweeps)
    await resumed.preview()
    assert len(cloud.sweeps) == asked
    assert len(cloud.reads) == 1, "of the first process"
    assert not resumed.snapshot.counted
    assert list(resumed.counters.dump()) == saved
    shown = text(resumed.snapshot)
    assert "cloud_carbon_account_energy_joules_total{" in shown, "what was counted stays in sight"
    assert "cloud_carbon_account_power_watts{" not in shown, "what is not listed yet is not 0 W"
    await resumed.end(running)


@pytest.mark.slow
async def test_coverage_is_not_held_against_an_estate_that_is_not_listed_yet() -> None:
    inventory = Inventory(ACCOUNT, "search", {"i-1": "vm/machine", "x-1": "vm/unknown"})
    cloud = Cloud({EU: [vm()], US: []}, hang={US}, inventories=(inventory,))
    collector = new_collector(Clock(), cloud)
    running = asyncio.create_task(collector.run())
    await until(lambda: bool(collector.snapshot.rows))
    await collector.preview()
    assert not collector.snapshot.listed
    assert not collector.snapshot.covered
    await collector.end(running)


@dataclass
class Looked(undisturbed.Interrupted):
    """A client before and after each of whose answers somebody looks, or publishes, as planned."""

    async def _interrupt(self) -> None:
        for _ in range(next(self.plan)):
            assert self.collector is not None
            await self.collector.preview()
            if next(self.plan):
                await self.collector.publish()
            await self.collector.preview()
        await asyncio.sleep(0)


@pytest.mark.slow
@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=40))
def test_law_a_look_at_any_await_costs_nothing(plan: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(undisturbed, "Interrupted", Looked)
        looked_at = asyncio.run(undisturbed.collected(itertools.cycle(plan)))
    undisturbed.assert_counted_exactly(looked_at)


def test_looks_are_frequent_at_first_and_their_number_grows_like_a_logarithm() -> None:
    def looks(seconds: float, cpu_seconds: float = 0.02) -> int:
        count, elapsed = 0, 0.3
        while elapsed < seconds:
            count, elapsed = count + 1, elapsed + cpu_seconds + pause_seconds(elapsed, cpu_seconds)
        return count

    assert pause_seconds(8.0, 0.1) <= 1.0, "figures come within 2 s of their answers"
    assert looks(30) <= 40
    assert looks(3600) - looks(600) <= 80
    for cpu_seconds in (0.02, 0.5, 5.0):
        for seconds in (30, 300, 3000):
            share = looks(seconds, cpu_seconds) * cpu_seconds / seconds
            assert share < 0.17 or looks(seconds, cpu_seconds) <= 1


async def test_it_looks_only_when_more_has_ended() -> None:
    ends = iter([0, 1, 1, 1, 2, 2])
    looked: list[int] = []
    at = 0

    def targets() -> list[Progress]:
        nonlocal at
        at = next(ends, 3)
        return [Progress(at, 3, done=at == 3)]

    async def show() -> float:
        looked.append(at)
        return 0.0

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cloud_carbon_exporter.collect.first_figures.LOOK_SECONDS", 0)
        patched.setattr(
            "cloud_carbon_exporter.collect.first_figures.pause_seconds", lambda *_: -1.0
        )
        patched.setattr("cloud_carbon_exporter.collect.first_figures.LEAST_SECONDS", 0)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await show_first_figures(targets, show)
    assert looked == [1, 2]


@dataclass
class Ordered(FakeClient):
    """A client that notes in which order regions are listed, of each kind of listing."""

    order: list[tuple[str, str]] = field(default_factory=list)

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        self.order.append((listing.operation, scope.region))
        async for page in super().pages(listing, scope):
            yield page


def ordered(cloud: Cloud, heavy: str) -> tuple[Collector[None], Ordered]:
    """A collector of two listings a region, of which one feeds what most of a bill is for."""
    clients: list[Ordered] = []

    def client(_: TargetSettings, meter: Meter) -> Ordered:
        clients.append(Ordered(cloud, meter))
        return clients[-1]

    provider = cloud.provider()
    light = provider.services[0]
    weighty = replace(
        light, kind=heavy, listing=replace(light.listing, operation="ListHeavy"), metrics=()
    )
    provider = replace(
        provider,
        services=(*provider.services, weighty),
        client=client,
        listed_first=frozenset({heavy}),
    )
    clock = Clock()
    target = Target("aws", provider, TargetSettings(provider="aws"))
    collector = Collector([target], CollectSettings(), Budget(clock), lambda _: None, clock)
    return collector, clients[0]


async def test_what_most_of_a_bill_is_for_is_listed_first_and_each_listing_once() -> None:
    collector, client = ordered(Cloud({EU: [], US: []}), "thing/heavy")
    await collector.refresh()
    assert client.order[:2] == [("ListHeavy", EU), ("ListHeavy", US)]
    assert len(client.order) == len(set(client.order)) == 4
    await collector.close()


async def test_a_heavy_kind_that_hangs_holds_up_the_others_for_a_while_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(target_sweeps, "HEAD_START_SECONDS", 0.05)
    cloud = Cloud({EU: [vm()], US: []}, hang={US})
    collector, client = ordered(cloud, "thing/heavy")
    running = asyncio.create_task(collector.run())
    await until(lambda: len(client.order) == 4)
    assert {operation for operation, _ in client.order[2:]} == {"ListThings"}
    await collector.end(running)


async def test_regions_that_an_earlier_process_counted_in_are_listed_before_others() -> None:
    collector, client = ordered(Cloud({EU: [vm()], US: [vm("i-us")]}), "thing/heavy")
    collector.runs[0].look_first_in({(ACCOUNT, US)})
    await collector.runs[0].refresh()
    assert client.order[:2] == [("ListHeavy", US), ("ListHeavy", EU)]
    await collector.close()


async def test_one_target_is_counted_while_anothers_first_collection_goes_on() -> None:
    """So its state is to be kept: what a killed process has shown must not be shown lower."""
    collector = new_collector(
        Clock(), Cloud({EU: [vm()]}), Cloud({US: [vm("i-us")]}, hang={"connect"})
    )
    running = asyncio.create_task(collector.run())
    await until(lambda: collector.snapshot.counted)
    assert not collector.snapshot.first_collection_done
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    await collector.end(running)
