"""What one Target says of sweeps that wait, never ended, or fail in more ways than one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import (
    Collector,
    CollectSettings,
    Target,
    attempts,
    concurrency,
    target_run,
)
from cloud_carbon_exporter.collect.failure_log import MOST_SAID, FailureLog
from cloud_carbon_exporter.errors import PermissionMissing, Throttled
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Listing, Provider, Raw, Scope
from tests.fakes.cloud import SERVICES, Clock, Cloud, FakeClient

EU, US = "eu-west-1", "us-east-1"
DENIED = PermissionMissing("not allowed", provider="aws", region=EU, operation="ListThings")
THROTTLED = Throttled("rate exceeded", provider="aws", region=EU, operation="ListThings")


def new_collector(provider: Provider, **settings: Any) -> Collector[int]:
    clock = Clock()
    target = Target("target", provider, TargetSettings(provider="aws", **settings))
    return Collector(
        [target], CollectSettings(), Budget(clock), lambda snapshot: len(snapshot.rows), clock
    )


def vm(name: str) -> dict[str, Any]:
    return {"type": "machine", "id": name, "state": "running"}


async def test_two_causes_that_take_turns_are_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    cloud = Cloud({EU: [vm("i-1")]})
    collector = new_collector(cloud.provider())
    for error in (DENIED, THROTTLED, DENIED, THROTTLED, DENIED):
        cloud.fail[EU] = error
        await collector.refresh()
    cloud.fail.clear()
    await collector.refresh()
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "INFO"]
    await collector.close()


async def test_what_is_optional_and_refused_is_one_line_and_one_when_it_is_granted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    cloud = Cloud({EU: []})
    collector = new_collector(cloud.provider())
    with pytest.raises(PermissionMissing), cloud.refusals.asking("1", "vm:History"):
        raise DENIED
    for _ in range(3):
        await collector.refresh()
    [refusal] = collector.snapshot.refused
    assert (refusal.permission, refusal.error) == ("vm:History", str(DENIED))
    with cloud.refusals.asking("1", "vm:History"):
        pass
    await collector.refresh()
    assert collector.snapshot.refused == ()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert all("when things ended" in record.getMessage() for record in caplog.records)
    await collector.close()


def test_messages_that_are_never_the_same_do_not_flood(caplog: pytest.LogCaptureFixture) -> None:
    failures = FailureLog()
    for request in range(MOST_SAID * 3):
        failures.failed("thing", f"failed, request {request}")
    assert len(caplog.records) == MOST_SAID
    failures.well("thing", "thing")
    failures.failed("thing", "failed, request 0")
    assert len(caplog.records) == MOST_SAID + 1


@pytest.mark.slow
async def test_a_sweep_that_has_not_ended_is_neither_up_nor_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "MIN_DEADLINE_SECONDS", 0.5)
    monkeypatch.setattr(target_run, "FIRST_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(concurrency, "CALLS_PER_TARGET", 1)
    cloud = Cloud({EU: [vm("i-1")], US: [vm("i-us")]}, hang={EU, US})
    collector = new_collector(cloud.provider(), interval_seconds=0.05)
    await collector.refresh()
    assert {outcome.region for outcome in collector.snapshot.listings} <= {
        EU
    }  # the other one still waits for its turn
    cloud.hang.clear()
    await collector.refresh()
    await collector.refresh()
    assert {(outcome.region, outcome.error) for outcome in collector.snapshot.listings} == {
        (EU, ""),
        (US, ""),
    }
    await collector.close()


class OneApiHangs(FakeClient):
    """A client whose API "vm" never answers, and all others do."""

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        await self._pass(listing.api)
        yield self.cloud.estate[scope.region]


async def test_an_api_that_hangs_takes_no_place_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "MIN_DEADLINE_SECONDS", 0.5)
    monkeypatch.setattr(concurrency, "CALLS_PER_TARGET", 2)
    monkeypatch.setattr(concurrency, "CALLS_PER_API", 1)
    vms, volumes, *_ = SERVICES
    hanging = [
        replace(
            volumes,
            kind=f"vm/volume{rank}",
            listing=replace(volumes.listing, operation=f"List{rank}"),
        )
        for rank in range(4)
    ]
    answering = replace(vms, listing=replace(vms.listing, api="db"))
    cloud = Cloud({EU: [vm("i-1")]}, hang={"vm"})
    provider = replace(
        cloud.provider(),
        services=(*hanging, answering),
        client=lambda settings, meter: OneApiHangs(cloud, meter),
    )
    collector = new_collector(provider, interval_seconds=0.05)
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    await collector.close()


async def test_a_look_up_that_fails_for_every_page_is_one_line_and_one_when_it_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    denied = True

    async def lookup(client: Any, scope: Scope, page: Sequence[Raw]) -> dict[str, Any]:
        if denied:
            raise DENIED
        return {}

    machines = replace(SERVICES[0], listing=replace(SERVICES[0].listing, lookup=lookup))
    cloud = Cloud({EU: [vm("i-1"), vm("i-2"), vm("i-3")]})
    provider = replace(
        cloud.provider(),
        services=(machines,),
        client=lambda settings, meter: OnePageEach(cloud, meter),
    )
    collector = new_collector(provider)
    await collector.refresh()
    await collector.refresh()
    assert len(collector.snapshot.rows) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert sum(collector.snapshot.api.errors.values()) == 6
    denied = False
    await collector.refresh()
    await collector.refresh()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    await collector.close()


class OnePageEach(FakeClient):
    """A client whose pages hold one object."""

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        for raw in self.cloud.estate[scope.region]:
            yield [raw]


async def test_what_no_series_can_be_read_of_is_not_waited_for() -> None:
    def nameless(raw: Raw, scope: Scope) -> Any:
        described = SERVICES[0].describe(raw, scope)
        assert described is not None
        return replace(described, monitor={})

    cloud = Cloud({EU: [vm("i-1")]})
    provider = replace(cloud.provider(), services=(replace(SERVICES[0], describe=nameless),))
    clock = Clock()
    target = Target("target", provider, TargetSettings(provider="aws"))
    collector = Collector(
        [target], CollectSettings(), Budget(clock), lambda snapshot: len(snapshot.rows), clock
    )
    await collector.refresh()
    assert cloud.reads == []
    clock.now += 300
    await collector.refresh()
    (row,) = collector.snapshot.rows
    assert row.totals is not None
    assert row.totals.energy_joules == pytest.approx(300 * row.footprint.power_watts.value)
    await collector.close()


@pytest.mark.slow
async def test_what_fails_slowly_does_not_hold_up_what_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempts, "MIN_DEADLINE_SECONDS", 0.8)
    monkeypatch.setattr(target_run, "MIN_PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(concurrency, "CALLS_PER_TARGET", 2)
    regions = [f"region-{number}" for number in range(6)]
    cloud = Cloud({region: [vm(f"i-{region}")] for region in [*regions, EU]}, hang=set(regions))
    collector = new_collector(cloud.provider(), interval_seconds=0.05)
    await collector.refresh()
    seen = cloud.sweeps.count(EU)
    for _ in range(4):
        await collector.refresh()
    assert cloud.sweeps.count(EU) >= seen + 3
    await collector.close()
