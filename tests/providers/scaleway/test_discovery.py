"""Zones, pages, projects; nothing twice; and how long a whole refresh takes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine

import pytest
from tests.fakes.scaleway import (
    ACCESS_KEY,
    ORGANIZATION,
    OTHER_PROJECT,
    PROJECT,
    FakeScaleway,
    Fault,
)
from tests.providers.scaleway.support import by_name, connected, everything, listing_of, swept

from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.errors import Incomplete, Malformed, PermissionMissing
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place, zones
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.http import CONNECTIONS
from cloud_carbon_exporter.providers.spec import Scope

ZONES = {
    *(f"fr-par-{number}" for number in (1, 2, 3)),
    *(f"nl-ams-{number}" for number in (1, 2, 3)),
    *(f"pl-waw-{number}" for number in (1, 2, 3)),
}


async def test_every_zone_and_region_is_swept() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        zonal = await client.scopes(listing_of("instance/server"))
        assert {scope.zone for scope in zonal} == set(zones("scaleway")) >= ZONES
        assert {scope.account_id for scope in zonal} == {ORGANIZATION}
        regional = await client.scopes(listing_of("rdb/instance"))
        assert {scope.region for scope in regional} >= {"fr-par", "nl-ams", "pl-waw"}
        assert len(regional) == len({scope.region for scope in regional})
        assert len(await client.scopes(listing_of("object/bucket"))) == len(regional)


async def test_regions_may_be_chosen() -> None:
    async with FakeScaleway() as fake, connected(fake, regions=("nl-ams", "fr-par-2")) as client:
        zonal = await client.scopes(listing_of("instance/server"))
        assert [scope.zone for scope in zonal] == ["fr-par-2", "nl-ams-1", "nl-ams-2", "nl-ams-3"]
        assert [scope.region for scope in await client.scopes(listing_of("rdb/instance"))] == [
            "fr-par",
            "nl-ams",
        ]


@pytest.mark.parametrize("count", [100, 250])
async def test_pages_bring_every_server_once(count: int) -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        places = fake.route("instance/v1/zones/{zone}/servers").places
        assert isinstance(places["fr-par-1"], list)
        model = places["fr-par-1"][0]
        places["fr-par-1"] = [{**model, "id": f"server-{number}"} for number in range(count)]
        scope = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
        result = await swept(client, listing_of("instance/server"), scope)
        assert {resource.id for resource in result.resources} == {
            f"server-{number}" for number in range(count)
        }
        assert len(result.resources) == count
        assert fake.calls["instance/v1/zones/fr-par-1/servers"] == -(-count // 100)


async def test_pages_without_a_count_end_with_the_first_short_one() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        pages = client.list(
            "ListServerTypes", "apple-silicon/v1alpha1/zones/fr-par-3/server-types", "server_types"
        )
        assert [len(page) async for page in pages] == [1]
        assert fake.calls["apple-silicon/v1alpha1/zones/fr-par-3/server-types"] == 1


async def test_pages_that_repeat_are_an_error() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        body = '{"lbs": [{"id": "1"}], "total_count": 7}'
        fake.faults["lb/v1/zones/fr-par-1"] = Fault(status=200, body=body)
        with pytest.raises(Malformed, match="page 2 repeats"):
            await by_name(client, "lb/lb")


async def test_buckets_are_asked_of_every_project() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.buckets = {
            ("fr-par", PROJECT): ["photos"],
            ("fr-par", OTHER_PROJECT): ["lake"],
            ("nl-ams", OTHER_PROJECT): ["copies"],
        }
        buckets = await by_name(client, "object/bucket")
        assert {resource.id: resource.info["project"] for resource in buckets.values()} == {
            "fr-par/photos": "default",
            "fr-par/lake": "data",
            "nl-ams/copies": "data",
        }
        assert buckets["lake"].monitor == {"resource_id": "lake", "project_id": OTHER_PROJECT}


@pytest.mark.slow
async def test_a_bucket_two_projects_show_is_one() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.buckets = {("fr-par", PROJECT): ["photos"], ("fr-par", OTHER_PROJECT): ["photos"]}
        assert [
            resource.id for resource in await everything(client) if resource.kind == "object/bucket"
        ] == ["fr-par/photos"]


async def test_one_projects_refusal_leaves_the_others_buckets_listed() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.buckets = {("fr-par", PROJECT): ["photos"], ("fr-par", OTHER_PROJECT): ["lake"]}
        fake.faults["s3/fr-par"] = Fault(status=403, body="<Error/>", times=1)
        pages = client.pages(listing_of("object/bucket"), Scope("scaleway", ORGANIZATION, "fr-par"))
        assert [bucket["name"] for bucket in await anext(pages)] in (["photos"], ["lake"])
        with pytest.raises(Incomplete, match="ObjectStorageReadOnly") as raised:
            await anext(pages)
        assert isinstance(raised.value.failures["object/bucket"], PermissionMissing), (
            "so that what they had stays"
        )


async def test_where_no_project_shows_its_buckets_the_list_fails() -> None:
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.faults["s3/fr-par"] = Fault(status=403, body="<Error/>")
        pages = client.pages(listing_of("object/bucket"), Scope("scaleway", ORGANIZATION, "fr-par"))
        with pytest.raises(PermissionMissing, match="ObjectStorageReadOnly"):
            await anext(pages)


async def test_a_bucket_list_wants_an_access_key() -> None:
    async with FakeScaleway() as fake:
        environ = {**fake.environment, "SCW_ACCESS_KEY": ""}
        async with connected(fake, environ=environ) as client:
            with pytest.raises(Exception, match="SCW_ACCESS_KEY") as raised:
                await by_name(client, "object/bucket")
            assert ACCESS_KEY not in str(raised.value)


@pytest.mark.slow
async def test_nothing_is_counted_twice() -> None:
    """Each gigabyte and thread of the recorded estate stands in one resource, whoever shows it."""
    async with FakeScaleway() as fake, connected(fake) as client:
        resources = await everything(client)
    assert max(Counter(resource.id for resource in resources).values()) == 1
    volumes = {
        resource.name: resource.kind for resource in resources if resource.kind.endswith("/volume")
    }
    assert volumes == {
        "web-1-root": "block/volume",
        "fast": "block/volume",
        "train-1-root": "block/volume",
        "build-1-data": "instance/volume",
        "orphan": "instance/volume",
    }
    snapshots = Counter(
        resource.name for resource in resources if resource.kind.endswith("/snapshot")
    )
    assert max(snapshots.values()) == 1
    nodes = [resource for resource in resources if resource.name == "scw-k8s-main-pool-1"]
    assert [resource.kind for resource in nodes] == ["instance/server"]
    for resource in resources:
        if resource.kind == "k8s/cluster":
            assert [part.kind for part in resource.components] == ["fixed"]


async def test_peers_defect_11_resources_have_a_place_hardware_and_embodied_emissions() -> None:
    """The original sets no location, so drops all impact; its CPU is a placeholder."""
    async with FakeScaleway() as fake, connected(fake) as client:
        servers = await by_name(client, "instance/server")
    sizes = {name: server for name, server in servers.items() if server.info["state"] == "running"}
    assert len(sizes) == 5
    watts = {}
    for name, server in sizes.items():
        at = place("scaleway", server.location.zone)
        footprint = estimate(server, {"cpu_ratio": 0.5}, at, at.intensities[0])
        assert server.location.region == "fr-par"
        assert next(part.part for part in server.components if part.kind == "vcpu") not in (
            "",
            "default",
        )
        assert footprint.operational_grams_per_second is not None
        assert footprint.operational_grams_per_second.value > 0
        assert footprint.embodied_grams_per_second.value > 0
        watts[name] = footprint.power_watts.value
    assert watts["web-1"] > watts["build-1"]
    assert watts["train-1"] > 10 * watts["web-1"], (
        "a server is not one vCPU and 4 GB, whatever its size"
    )


@pytest.mark.slow
async def test_a_whole_refresh_keeps_every_connection_at_work() -> None:
    """Every listing in every scope, as many at once as the client lets through."""
    async with FakeScaleway(latency_seconds=0.1) as fake, connected(fake) as client:
        listings = {id(spec.listing): spec.listing for spec in PROVIDER.services}.values()
        sweeps: list[Coroutine[None, None, Swept]] = []
        for listing in listings:
            sweeps += (swept(client, listing, scope) for scope in await client.scopes(listing))
        results = await asyncio.gather(*sweeps)
    assert sum(len(result.resources) for result in results) > 40
    assert fake.most_at_once == CONNECTIONS
