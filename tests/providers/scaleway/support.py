"""What the tests of Scaleway share: a client towards the fake, and the kinds and sizes it finds
there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.scaleway import FakeScaleway
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
from cloud_carbon_exporter.providers.spec import Listing, Scope


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


async def found(client: ScalewayClient, kind: str) -> dict[str, Resource]:
    """All resources of a kind by name, over all its scopes."""
    listing = listing_of(kind)
    sweeps = [await swept(client, listing, scope) for scope in await client.scopes(listing)]
    assert not [one.skipped for one in sweeps if one.skipped]
    return {one.name: one for each in sweeps for one in each.resources if one.kind == kind}


async def everything(client: ScalewayClient) -> list[Resource]:
    """All resources of all kinds."""
    listings = {id(spec.listing): spec.listing for spec in PROVIDER.services}.values()
    resources: list[Resource] = []
    for listing in listings:
        for scope in await client.scopes(listing):
            resources += (await swept(client, listing, scope)).resources
    return resources


def held(resource: Resource) -> dict[tuple[str, str], float]:
    """What a resource holds: (kind, part) -> amount, rounded."""
    amounts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for component in resource.components:
        amounts[component.kind, component.part] += component.amount
    return {key: round(amount, 3) for key, amount in amounts.items()}
