"""An empty listing rests for the sake of calls only: what may be brief never, all else not long."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.concurrency import CALLS_PER_API
from cloud_carbon_exporter.collect.rest import LONGEST_REFRESHES, UNUSED_SECONDS, Rest, rest_of
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers import aws, gcp, scaleway
from cloud_carbon_exporter.providers.lasting import LASTING_TYPES, may_be_brief
from cloud_carbon_exporter.providers.quotas import QUOTAS, UNPUBLISHED, quota_of
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Provider, ServiceSpec
from tests.collect.test_collector import EU, REFUSED, listing, new_collector, vm
from tests.fakes.cloud import SERVICES, Clock, Cloud
from tests.over_all import over_all

US = "us-east-1"
INTERVAL = 300.0
BUCKETS = replace(SERVICES[2], kind="vm/bucket", accepts=lambda raw: True)


@dataclass
class LastingCloud(Cloud):
    """A Cloud of buckets alone."""

    def provider(self) -> Provider:
        return replace(super().provider(), services=(BUCKETS,))


def ids(snapshot: Snapshot) -> set[str]:
    return {row.resource.id for row in snapshot.rows}


async def test_an_empty_listing_marked_failed_is_well_within_two_refreshes_of_the_fault() -> None:
    clock, cloud = Clock(), LastingCloud({EU: []})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.fail["connect"] = REFUSED
    await collector.refresh()
    assert "expired" in listing(collector.snapshot, "vm/bucket").error
    del cloud.fail["connect"]
    for _ in range(2):
        await collector.refresh()
    assert listing(collector.snapshot, "vm/bucket").error == ""
    await collector.close()


async def test_a_job_that_lives_for_one_refresh_in_an_empty_region_is_seen() -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    collector = new_collector(clock, cloud)
    for number in range(12):
        cloud.estate[EU] = [vm("i-job")] if number == 7 else []
        await collector.refresh()
        assert ids(collector.snapshot) == ({"i-job"} if number == 7 else set())
        clock.now += INTERVAL
    assert cloud.sweeps == [EU] * 12
    await collector.close()


async def test_a_lasting_thing_in_an_unused_region_is_seen_within_a_quarter_of_an_hour() -> None:
    clock, cloud = Clock(), LastingCloud({EU: []})
    collector = new_collector(clock, cloud)
    for _ in range(6):
        await collector.refresh()
    assert cloud.sweeps == [EU] * 2
    cloud.estate[EU] = [{"type": "bucket", "id": "b"}]
    waited = 0.0
    while not ids(collector.snapshot):
        await collector.refresh()
        waited += INTERVAL
    assert waited <= UNUSED_SECONDS
    await collector.close()


@pytest.mark.parametrize("in_use", [False, True])
async def test_a_region_that_comes_into_use_wakes_what_rests_in_it(in_use: bool) -> None:
    clock, cloud = Clock(), Cloud({EU: []})
    other = replace(SERVICES[0], listing=replace(SERVICES[0].listing, operation="ListMachines"))
    provider = replace(cloud.provider(), services=(BUCKETS, other))
    targets = [Target("t", provider, TargetSettings(provider="aws"))]
    collector = Collector(targets, CollectSettings(), Budget(clock), lambda _: None, clock)
    await collector.refresh()
    cloud.estate[EU] = [vm()] if in_use else []
    asked = len(cloud.sweeps)
    for _ in range(2):
        await collector.refresh()
    # The machines are asked for twice; the buckets, once a machine was seen, with the next refresh.
    assert len(cloud.sweeps) - asked == (3 if in_use else 2)
    await collector.close()


async def test_what_was_once_inhabited_is_always_asked() -> None:
    clock, cloud = Clock(), LastingCloud({EU: [{"type": "bucket", "id": "b"}]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.estate[EU] = []
    for _ in range(3):
        await collector.refresh()
    assert cloud.sweeps == [EU] * 4
    await collector.close()


def test_resting_listings_take_our_share_of_the_quota_and_no_more() -> None:
    assets = quota_of("gcp", "cloudasset", "assets.list")
    for quota in (assets, UNPUBLISHED):
        for interval in (1.0, 10.0, 300.0, 3600.0):
            for listings in (1, 7, 40):
                rest = rest_of([BUCKETS], quota, listings, interval)
                calls = listings / (rest.used + 1)
                assert calls <= quota.our_calls(interval) or rest.used == LONGEST_REFRESHES
                assert rest.used <= rest.unused <= LONGEST_REFRESHES
    assert rest_of([BUCKETS], UNPUBLISHED, 10, INTERVAL) == Rest(0, 2)
    assert rest_of([BUCKETS, SERVICES[0]], UNPUBLISHED, 10, INTERVAL) == Rest()


def test_no_more_sweeps_run_at_once_than_any_quota_allows() -> None:
    assert min(quota.burst for quota in (*QUOTAS, UNPUBLISHED)) >= CALLS_PER_API


SPECS = (*aws.PROVIDER.services, *gcp.PROVIDER.services, *scaleway.PROVIDER.services)


def test_every_lasting_type_is_one_of_ours() -> None:
    assert {spec.kind.partition("/")[2] for spec in SPECS} >= LASTING_TYPES


@over_all("spec", SPECS, ids=lambda spec: spec.kind)
def test_what_computes_by_the_minute_may_be_brief(spec: ServiceSpec) -> None:
    words = ("instance", "task", "job", "run", "function", "cluster", "node", "server", "volume")
    computes = any(word in spec.kind.partition("/")[2] for word in words)
    rented = spec.kind in ("apple_silicon/server", "dedibox/server")
    if computes and not rented:
        assert may_be_brief(spec)
    if rented:
        assert not may_be_brief(spec)
