"""The fake against what nobody here wrote: the schema of the official SDK, and the SDK itself."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from scaleway import Client
from scaleway.baremetal.v1 import BaremetalV1API
from scaleway.block.v1 import BlockV1API
from scaleway.cockpit.v1 import CockpitV1RegionalAPI
from scaleway.instance.v1 import InstanceV1API
from scaleway.k8s.v1 import K8SV1API
from scaleway.rdb.v1 import RdbV1API
from tests.fakes.scaleway import (
    ACCESS_KEY,
    ORGANIZATION,
    PROJECT,
    SECRET_KEY,
    FakeScaleway,
    Route,
    replayed,
    routes,
    source,
)
from tests.fakes.scaleway_schema import response_schema
from tests.over_all import over_all

pytestmark = pytest.mark.slow

CALLS: list[tuple[Route, str]] = []
for recorded_route in routes():
    CALLS += ((recorded_route, place) for place in recorded_route.places)


def complaints(response: str, body: Any) -> list[str]:
    errors = Draft202012Validator(response_schema(response)).iter_errors(body)
    return [f"{error.json_path} {error.message}" for error in errors]


def body_of(route: Route, place: str) -> dict[str, Any]:
    body: dict[str, Any] = {route.items: route.places[place]}
    properties = response_schema(route.response)["properties"]
    if "total_count" in properties:
        body["total_count"] = len(route.places[place])
    if "next_page_token" in properties:
        body["next_page_token"] = ""
    return body


@over_all(("route", "place"), CALLS, ids=lambda value: getattr(value, "path", value))
def test_every_answer_fits_the_sdk(route: Route, place: str) -> None:
    assert complaints(route.response, body_of(route, place)) == []


@pytest.mark.parametrize("recorded", replayed("footprint"), ids=lambda answer: answer["operation"])
def test_footprint_fits_the_sdk(recorded: dict[str, Any]) -> None:
    assert complaints(recorded["response"], recorded["body"]) == []


def test_data_sources_fit_the_sdk() -> None:
    body = {"data_sources": [source("http://localhost", PROJECT, "fr-par")], "total_count": 1}
    assert complaints("cockpit.v1.ListDataSourcesResponse", body) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "up"}, "is not one of"),
        ({"commercialType": "PRO2-S"}, "unexpected"),
        ({"tags": "prod"}, "not of type 'array'"),
    ],
)
def test_the_schema_objects_to_what_is_wrong(change: dict[str, Any], said: str) -> None:
    route = next(
        route for route in routes() if route.operation == "ListServers" and "instance" in route.path
    )
    servers = route.places["fr-par-1"]
    assert isinstance(servers, list)
    spoiled = {"servers": [servers[0] | change], "total_count": 1}
    errors = complaints(route.response, spoiled)
    assert len(errors) == 1
    assert said in errors[0]


def sdk_client(fake: FakeScaleway) -> Client:
    return Client(
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        api_url=fake.url,
        default_organization_id=ORGANIZATION,
        default_project_id=PROJECT,
        default_region="fr-par",
        default_zone="fr-par-1",
    )


def read_by_sdk(client: Client) -> dict[str, list[str]]:
    """What the SDK reads, one list of each way of paging and placing."""
    instances, metal = InstanceV1API(client), BaremetalV1API(client)
    volumes = BlockV1API(client).list_volumes_all(include_deleted=False)
    sources = CockpitV1RegionalAPI(client).list_data_sources_all(
        origin="scaleway", types=["metrics"]
    )
    return {
        "servers": [server.name for server in instances.list_servers_all()],
        "types": sorted(instances.list_servers_types().servers),
        "volumes": [volume.name for volume in volumes],
        "metal": [server.offer_name for server in metal.list_servers_all(zone="fr-par-2")],
        "databases": [database.name for database in RdbV1API(client).list_instances_all()],
        "clusters": [cluster.type_ for cluster in K8SV1API(client).list_clusters_all()],
        "sources": [source.url for source in sources],
    }


async def test_the_sdk_reads_the_fake() -> None:
    async with FakeScaleway() as fake:
        seen = await asyncio.to_thread(read_by_sdk, sdk_client(fake))
    assert seen["servers"] == ["web-1", "build-1", "old-1", "paused-1", "scw-k8s-main-pool-1"]
    assert seen["types"] == ["DEV1-M", "GP1-XS", "PLAY2-NANO", "PRO2-S", "PRO2-XS"]
    assert seen["volumes"] == ["web-1-root", "fast"]
    assert seen["metal"] == ["EM-B112X-SSD", "EM-B112X-SSD"]
    assert seen["databases"] == ["orders", "dev"]
    assert seen["clusters"] == ["kapsule", "kapsule-dedicated-8"]
    assert seen["sources"] == [f"{fake.url}/cockpit-data/{PROJECT}/fr-par"]
