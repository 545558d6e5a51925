"""Changes a cloud tells of: what has changed is listed at once, and shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from cloud_carbon_exporter.collect import Collector, target_run
from cloud_carbon_exporter.errors import Throttled
from cloud_carbon_exporter.providers.changes import Change
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope
from tests.collect.test_target_run import EU, US, new_collector, vm
from tests.fakes.cloud import SERVICES, Cloud, FakeClient
from tests.patience import PATIENCE_SECONDS

(LISTING, *_) = [service.listing for service in SERVICES]


def change(region: str, operation: str = LISTING.operation) -> Change:
    return Change("111111111111", region, LISTING.api, operation)


class Told:
    """Changes that the test tells of, or a failure."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Change | Exception] = asyncio.Queue()

    async def __call__(self, client: Any) -> AsyncIterator[Sequence[Change]]:
        while True:
            told = await self.queue.get()
            if isinstance(told, Exception):
                raise told
            yield (told,)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.01)


def watched(cloud: Cloud, told: Any, **settings: Any) -> Collector[int]:
    return new_collector(replace(cloud.provider(), changes=told), **settings)


async def test_what_has_changed_is_listed_and_shown_before_the_next_refresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(target_run, "EVENTS_PAUSE_SECONDS", 0.01)
    cloud, told = Cloud({EU: [vm("i-1")], US: []}), Told()
    collector = watched(cloud, told)
    running = asyncio.create_task(collector.run())
    await until(lambda: collector.exposition == 1)
    listed = len(cloud.sweeps)
    cloud.estate[EU] = [vm("i-1"), vm("i-2")]
    await told.queue.put(change(EU, "ListOthers"))
    await told.queue.put(change(EU))
    await until(lambda: collector.exposition == 2)
    assert cloud.sweeps[listed:] == [EU], "this listing in this place, and no other"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await collector.close()


async def test_events_that_fail_are_said_once_and_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    monkeypatch.setattr(target_run, "EVENTS_PAUSE_SECONDS", 0.01)
    cloud, told = Cloud({EU: [vm("i-1")]}), Told()
    collector = watched(cloud, told, interval_seconds=0.05)
    running = asyncio.create_task(collector.run())
    for _ in range(3):
        await told.queue.put(Throttled("slow down", provider="aws"))
    await told.queue.put(change(EU))
    await until(lambda: any("works again" in record.message for record in caplog.records))
    warned = [record for record in caplog.records if "slow down" in record.message]
    assert len(warned) == 1
    assert collector.snapshot.targets[0].up
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await collector.close()


class Gated(FakeClient):
    """Client whose lists answer once the gate is open."""

    gate: asyncio.Event

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        async for page in super().pages(listing, scope):
            await self.gate.wait()
            yield page


async def test_a_listing_under_way_is_waited_for_and_read_again() -> None:
    """What it lists may be from before the change."""
    cloud, gate = Cloud({EU: [vm("i-1")]}), asyncio.Event()

    def client(_: Any, meter: Any) -> Gated:
        gated = Gated(cloud, meter)
        gated.gate = gate
        return gated

    collector = new_collector(replace(cloud.provider(), client=client, changes=Told()))
    (run,) = collector.runs
    first = asyncio.create_task(run.refresh())
    await until(lambda: cloud.sweeps == [EU])
    again = asyncio.create_task(run._sweeps.look_again([change(EU)]))
    await asyncio.sleep(0.05)
    assert cloud.sweeps == [EU]
    gate.set()
    await asyncio.gather(first, again)
    assert cloud.sweeps == [EU, EU]
    await collector.close()
