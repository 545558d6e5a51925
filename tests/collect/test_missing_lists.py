"""Answers of success without their list: nothing vanishes for them, until they are believed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.last_good import NO_LIST_SECONDS
from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import CollectError, Incomplete, Malformed, NoList
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Listing, Meter, Raw, Scope
from tests.collect.test_collector import EU, listing, vm
from tests.fakes.cloud import LISTING, SERVICES, Clock, Cloud, FakeClient

INTERVAL = 300.0
VOLUME = {"type": "volume", "id": "v-1", "gib": 8}
UNKNOWN = {"type": "riddle", "id": "r-1"}


def no_list() -> NoList:
    return NoList("vm: the answer holds no list", provider="aws", region=EU, operation="ListThings")


@dataclass
class Listless(FakeClient):
    """A client whose answers lack their list, or the list of some kinds, as long as it is told."""

    missing: bool = False
    lacking: Sequence[str] = ()
    after_pages: bool = False
    asked: int = field(default=0)

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        self.asked += 1
        async for page in super().pages(listing, scope):
            if self.after_pages or not self.missing:
                yield [raw for raw in page if f"vm/{raw['type']}" not in self.lacking]
        if self.lacking:
            raise Incomplete({kind: no_list() for kind in self.lacking})
        if self.missing:
            raise no_list()


def collecting(clock: Clock, cloud: Cloud) -> tuple[Collector[None], Listless]:
    clients: list[Listless] = []

    def client(_: TargetSettings, meter: Meter) -> Listless:
        clients.append(Listless(cloud, meter))
        return clients[-1]

    provider = replace(cloud.provider(), client=client)
    target = Target("t", provider, TargetSettings(provider="aws"))
    collector = Collector([target], CollectSettings(), Budget(clock), lambda _: None, clock)
    return collector, clients[0]


def ids(snapshot: Snapshot) -> set[str]:
    return {row.resource.id for row in snapshot.rows}


async def test_nothing_vanishes_and_the_kind_is_down_until_it_was_said_for_long(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, cloud = Clock(), Cloud({EU: [vm(), VOLUME, UNKNOWN]})
    collector, client = collecting(clock, cloud)
    await collector.refresh()
    client.missing = True
    doubted = 0.0
    while doubted < NO_LIST_SECONDS:
        clock.now += INTERVAL
        await collector.refresh()
        assert ids(collector.snapshot) == {"i-1", "v-1"}
        assert "holds no list" in listing(collector.snapshot).error
        assert "holds no list" in listing(collector.snapshot, "vm/volume").error
        assert listing(collector.snapshot, "vm/bucket").error == "", "there was none to lose"
        assert collector.snapshot.ledger["aws", "111111111111", "vm/riddle", "unsupported"] == 1
        doubted += INTERVAL
    assert "holds no list" in caplog.text
    clock.now += INTERVAL
    await collector.refresh()
    assert ids(collector.snapshot) == set()
    assert listing(collector.snapshot).error == ""
    await collector.close()


async def test_an_empty_list_is_believed_at_once() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector, _ = collecting(clock, cloud)
    await collector.refresh()
    cloud.estate[EU] = []
    await collector.refresh()
    assert ids(collector.snapshot) == set()
    assert listing(collector.snapshot).error == ""
    await collector.close()


async def test_where_nothing_was_ever_listed_a_missing_list_is_an_empty_one() -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    collector, client = collecting(clock, cloud)
    client.missing = True
    await collector.refresh()
    assert listing(collector.snapshot).error == ""
    await collector.close()


async def test_a_list_that_comes_back_ends_the_doubt() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector, client = collecting(clock, cloud)
    for missing in (False, True, True, True, False, True, True, True):
        client.missing = missing
        await collector.refresh()
        assert ids(collector.snapshot) == {"i-1"}
        clock.now += INTERVAL
    await collector.close()


async def test_a_missing_list_of_one_kind_costs_that_kind_alone() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm(), VOLUME]})
    collector, client = collecting(clock, cloud)
    await collector.refresh()
    client.lacking = ["vm/machine", "vm/bucket"]
    await collector.refresh()
    assert ids(collector.snapshot) == {"i-1", "v-1"}
    assert listing(collector.snapshot).error
    assert not listing(collector.snapshot, "vm/volume").error
    assert not listing(collector.snapshot, "vm/bucket").error
    await collector.close()


async def test_a_list_that_is_missing_behind_other_pages_fails_the_sweep() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector, client = collecting(clock, cloud)
    client.missing = client.after_pages = True
    with pytest.raises(CollectError) as raised:
        await sweep(client, LISTING, SERVICES, Scope("aws", "1", EU))
    assert type(raised.value) is Malformed
    await collector.close()
