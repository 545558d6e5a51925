"""The whole way: a fake organisation through the collector into a Snapshot, faults and all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.fakes.scaleway import (
    COCKPIT_TOKEN,
    ORGANIZATION,
    PROJECT,
    SECRET_KEY,
    FakeScaleway,
    Fault,
)
from tests.fakes.target_settings import target_settings
from tests.providers.scaleway.support import OF_COCKPIT

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.scaleway import PROVIDER, SEARCH_TYPES
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Client, Meter

pytestmark = pytest.mark.slow

NOW = 1_795_521_600.0  # 2026-11-24 12:00 UTC


@asynccontextmanager
async def collecting(fake: FakeScaleway, **environment: str) -> AsyncIterator[Collector[Snapshot]]:
    environ = {**fake.environment, **environment}

    def client(settings: TargetSettings, meter: Meter) -> Client:
        return ScalewayClient(
            settings, meter, search_types=SEARCH_TYPES, environ=environ, pause_seconds=0
        )

    settings = target_settings("scw", cockpit_token=COCKPIT_TOKEN)
    target = Target("mine", replace(PROVIDER, client=client), settings)
    collector = Collector(
        [target], CollectSettings(), Budget(lambda: NOW), lambda snapshot: snapshot, lambda: NOW
    )
    try:
        yield collector
    finally:
        await collector.close()


def busy(fake: FakeScaleway, value: float) -> None:
    """Every server is that busy."""
    places = fake.route("instance/v1/zones/{zone}/servers").places
    cpu = fake.series["instance_server_cpu_seconds_total"] = []
    vcpus = fake.series["instance_server_vcpu_count"] = []
    for servers in places.values():
        assert isinstance(servers, list)
        for server in servers:
            cpu.append(({"resource_id": server["id"]}, value))
            vcpus.append(({"resource_id": server["id"]}, 1))


async def test_an_organisation_becomes_a_snapshot() -> None:
    async with FakeScaleway() as fake:
        busy(fake, 0.5)
        async with collecting(fake) as collector:
            await collector.refresh()
            snapshot = collector.snapshot
    assert [state.up for state in snapshot.targets] == [True]
    rows = {row.resource.name: row for row in snapshot.rows}
    kinds = {spec.kind for spec in PROVIDER.services}
    assert {row.resource.kind for row in snapshot.rows} == kinds - OF_COCKPIT
    assert all(row.resource.location.account_id == ORGANIZATION for row in snapshot.rows)
    web = rows["web-1"]
    assert web.loads == {"cpu_ratio": 0.5}
    assert web.footprint.basis == "measured"
    assert web.measured_at is not None and NOW - web.measured_at < 600
    assert rows["metal-1"].footprint.basis == "default", (
        "no utilisation is published of whole servers"
    )
    assert web.footprint.operational_grams_per_second is not None
    assert web.footprint.operational_grams_per_second.value > 0
    assert snapshot.ledger["scaleway", ORGANIZATION, "tem/domain", "unsupported"] == 2
    assert snapshot.listed == {("scaleway", ORGANIZATION, "search"): 3}
    assert sum(row.grams for row in snapshot.reported) == pytest.approx(17_250)
    assert all(outcome.error == "" for outcome in (*snapshot.listings, *snapshot.measurements))
    assert snapshot.api.errors == {}
    assert snapshot.api.dollars == {}, "Cockpit is read free of charge"


async def test_the_same_hardware_is_dirtier_in_poland_and_its_zone_has_its_own_pue() -> None:
    async with FakeScaleway() as fake:
        places = fake.route("instance/v1/zones/{zone}/servers").places
        assert isinstance(places["fr-par-1"], list)
        model = places["fr-par-1"][0]
        for zone in ("fr-par-2", "pl-waw-3"):
            places[zone] = [{**model, "id": zone, "name": zone, "zone": zone}]
        async with collecting(fake) as collector:
            await collector.refresh()
            rows = {row.resource.name: row for row in collector.snapshot.rows}
    watts = {
        name: rows[name].footprint.power_watts.value for name in ("web-1", "fr-par-2", "pl-waw-3")
    }
    assert watts["fr-par-2"] < watts["web-1"] < watts["pl-waw-3"], "PUE 1.16, 1.45 and 1.5"
    france, poland = (
        rows[name].footprint.operational_grams_per_second for name in ("fr-par-2", "pl-waw-3")
    )
    assert france is not None and poland is not None
    assert poland.value > 5 * france.value
    assert rows["pl-waw-3"].resource.location.region == "pl-waw"


async def test_faults_cost_their_own_part_alone() -> None:
    async with FakeScaleway() as fake:
        fake.faults["rdb/v1"] = Fault(
            status=403, body='{"type":"permissions_denied","message":"no"}'
        )
        fake.faults["block/v1/zones/fr-par-1"] = Fault(status=500)
        fake.faults["redis/v1/zones/nl-ams-1/clusters"] = Fault(status=200, body='{"clusters": [')
        fake.absent.append(("kafka/", 404))
        async with collecting(fake) as collector:
            await collector.refresh()
            snapshot = collector.snapshot
    kinds = {row.resource.kind for row in snapshot.rows}
    assert {spec.kind for spec in PROVIDER.services} - OF_COCKPIT - kinds == {
        *("rdb/instance", "rdb/snapshot", "rdb/backup"),
        *("block/snapshot", "redis/cluster", "kafka/cluster"),
    }
    failed = {outcome.kind: outcome.error for outcome in snapshot.listings if outcome.error}
    assert set(failed) == {
        "rdb/instance",
        "rdb/snapshot",
        "rdb/backup",
        "block/volume",
        "block/snapshot",
        "redis/cluster",
    }
    assert "RelationalDatabasesReadOnly" in failed["rdb/instance"]
    assert "fr-par-1" in failed["block/volume"]
    reasons = {(operation, reason) for _, operation, reason in snapshot.api.errors}
    assert reasons >= {
        ("ListInstances", "permission_missing"),
        ("ListClusters", "malformed"),
        ("ListVolumes", "unreachable"),
    }
    assert SECRET_KEY not in repr(snapshot)


async def test_the_zones_of_a_region_stand_together_and_one_that_failed_shows() -> None:
    async with FakeScaleway() as fake:
        fake.faults["instance/v1/zones/fr-par-3/servers"] = Fault(status=500)
        async with collecting(fake) as collector:
            await collector.refresh()
            listings = collector.snapshot.listings
    keys = [
        (outcome.provider, outcome.account_id, outcome.region, outcome.kind) for outcome in listings
    ]
    assert len(keys) == len(set(keys))
    paris = next(
        outcome
        for outcome in listings
        if (outcome.region, outcome.kind) == ("fr-par", "instance/server")
    )
    assert "fr-par-3" in paris.error
    assert paris.resources == 7, "those of the zones that answered"
    assert paris.last_success is None, "not all of it has been seen yet"


async def test_a_cockpit_that_fails_costs_its_own_region_alone() -> None:
    async with FakeScaleway() as fake:
        places = fake.route("instance/v1/zones/{zone}/servers").places
        assert isinstance(places["fr-par-1"], list)
        places["pl-waw-3"] = [
            {**places["fr-par-1"][0], "id": "pl-waw-3", "name": "east", "zone": "pl-waw-3"}
        ]
        fake.cockpits.add((PROJECT, "pl-waw"))
        busy(fake, 0.5)
        fake.faults["pl-waw/prometheus"] = Fault(status=500)
        async with collecting(fake) as collector:
            await collector.refresh()
            snapshot = collector.snapshot
    errors = {
        outcome.region: outcome.error
        for outcome in snapshot.measurements
        if outcome.kind == "instance/server"
    }
    assert "500" in errors["pl-waw"]
    assert errors["fr-par"] == ""
    bases = {row.resource.name: row.footprint.basis for row in snapshot.rows}
    assert (bases["web-1"], bases["east"]) == ("measured", "default")


async def test_a_refused_key_takes_the_target_down_until_it_works() -> None:
    async with FakeScaleway() as fake:
        fake.faults["account/"] = Fault(status=401)
        async with collecting(fake) as collector:
            await collector.refresh()
            assert [state.up for state in collector.snapshot.targets] == [False]
            assert collector.snapshot.rows == ()
            del fake.faults["account/"]
            await collector.refresh()
            assert [state.up for state in collector.snapshot.targets] == [True]
            assert collector.snapshot.rows


async def test_a_refresh_over_a_slow_wire_waits_for_many_calls_at_once() -> None:
    """At 100 ms a call a refresh takes as long as its calls make rounds, and it makes few."""
    async with FakeScaleway(latency_seconds=0.1) as fake:
        busy(fake, 0.5)
        rounds = []
        async with collecting(fake) as collector:
            for _ in range(2):
                before = fake.calls.total()
                fake.most_at_once = 0
                await collector.refresh()
                rounds.append((fake.calls.total() - before) / fake.most_at_once)
    assert len(collector.snapshot.rows) > 40
    assert max(rounds) < 25, rounds
    assert rounds[1] < rounds[0], "catalogues and what is absent are not asked again"
