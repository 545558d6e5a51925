"""Client of the fake for the tests of Scaleway, and the kinds and sizes it lists there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.fakes.scaleway import FakeScaleway, routes
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.model.hosts import names
from cloud_carbon_exporter.model.memory import DRAM, is_dram
from cloud_carbon_exporter.model.server import Server, parse
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway import PROVIDER, SEARCH_TYPES
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.spec import Listing, Scope, ServiceSpec


@dataclass(slots=True)
class CountingMeter:
    """The Meter, kept as a count by (api, operation, outcome)."""

    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        self.calls[api, operation, outcome] += 1


@asynccontextmanager
async def connected(
    fake: FakeScaleway,
    *,
    environ: Mapping[str, str] | None = None,
    meter: CountingMeter | None = None,
    **settings: Any,
) -> AsyncIterator[ScalewayClient]:
    """A client of the fake, connected; it never waits between attempts."""
    client = ScalewayClient(
        target_settings("scw", **settings),
        meter or CountingMeter(),
        search_types=SEARCH_TYPES,
        environ=fake.environment if environ is None else environ,
        pause_seconds=0,
    )
    try:
        await client.connect()
        yield client
    finally:
        await client.close()


def listing_of(kind: str) -> Listing:
    """The Listing that brings a kind."""
    return next(spec.listing for spec in PROVIDER.services if spec.kind == kind)


async def swept(client: ScalewayClient, listing: Listing, scope: Scope) -> Swept:
    """One sweep, with every spec of the listing."""
    specs = [spec for spec in PROVIDER.services if spec.listing is listing]
    return await sweep(client, listing, specs, scope)


async def by_name(client: ScalewayClient, kind: str) -> dict[str, Resource]:
    """All resources of a kind by name, over all its scopes."""
    listing = listing_of(kind)
    sweeps = [await swept(client, listing, scope) for scope in await client.scopes(listing)]
    assert not any(result.skipped for result in sweeps)
    named: dict[str, Resource] = {}
    for result in sweeps:
        for resource in result.resources:
            if resource.kind == kind:
                named[resource.name] = resource
    return named


async def everything(client: ScalewayClient) -> list[Resource]:
    """All resources of all kinds."""
    listings = {id(spec.listing): spec.listing for spec in PROVIDER.services}.values()
    resources: list[Resource] = []
    for listing in listings:
        for scope in await client.scopes(listing):
            resources += (await swept(client, listing, scope)).resources
    return resources


def recorded(spec: ServiceSpec) -> dict[str, Any]:
    """First recorded object of a kind, with what describing it is given besides."""
    return all_recorded(spec)[0]


def all_recorded(spec: ServiceSpec) -> Sequence[dict[str, Any]]:
    """Recorded objects of a kind, none of which another owns."""
    if spec.listing.api == "s3":
        return [{"id": "photos", "name": "photos", "region": "fr-par", "project_id": "p"}]
    # A local disk that a server holds is no resource.
    listed = [{**raw, "server": None} for raw in _objects(path_of(spec))]
    if spec.kind == "jobs/run":  # runs are joined to their definition
        listed = [{**raw, "definition": {"name": "report"}} for raw in listed]
    if spec.listing.api == "instance":  # it shows the block API's volumes too
        listed = [raw for raw in listed if not str(raw.get("volume_type")).startswith("sbs_")]
    assert listed, f"{spec.kind} has no recorded object"
    return listed


def path_of(spec: ServiceSpec) -> str:
    """Path of the list call that brings the objects of a kind."""
    if spec.kind == "functions/function":  # it is listed by its namespaces
        return "functions/v1beta1/regions/{region}/functions"
    if spec.kind == "jobs/run":  # and these by their definitions
        return "serverless-jobs/v1alpha2/regions/{region}/job-runs"
    return spec.listing.path


@cache
def _objects(path: str) -> Sequence[Mapping[str, Any]]:
    route = next(route for route in routes() if route.path == path)
    objects: list[Mapping[str, Any]] = []
    for in_place in route.places.values():
        assert isinstance(in_place, list)
        objects += in_place
    return objects


OF_COCKPIT = frozenset({"generative_apis/model"})
"""Kinds of which there is nothing but where a Cockpit has series."""


def described(resource: Resource) -> Server:
    """The whole server a resource is."""
    (server,) = [parse(part.part) for part in resource.components if part.kind == "vcpu"]
    assert server is not None
    return server


def held(resource: Resource) -> dict[tuple[str, str], float]:
    """What a resource holds: (kind, part) -> amount, rounded.

    Hosts go by their processors, and memory without the size of its modules.
    """
    amounts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for component in resource.components:
        part = DRAM if is_dram(component.part) else names(component.part)
        amounts[component.kind, part] += component.amount
    return {key: round(amount, 3) for key, amount in amounts.items()}
