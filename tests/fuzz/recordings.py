"""Every recorded object of the three clouds, as a sweep hands it to its service."""

from __future__ import annotations

import asyncio
import functools
import importlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.providers import aws, gcp, scaleway
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Provider, Raw, Scope, ServiceSpec
from tests.fakes import aws_replay, gcp_estate
from tests.fakes import scaleway as scaleway_fake
from tests.fakes.aws import ACCOUNT


@dataclass(frozen=True, slots=True, repr=False)
class Recorded:
    """One object, the listing that brought it, and the services that share that listing."""

    raw: Any
    scope: Scope
    listing: Listing
    specs: tuple[ServiceSpec, ...]

    def __repr__(self) -> str:
        return f"Recorded({self.specs[0].kind}, {str(self.raw)[:200]})"


class Pages:
    """The one method of a Client a sweep without look-ups calls."""

    def __init__(self, page: Sequence[Raw]) -> None:
        self._page = page

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        yield self._page


def swept(of: Recorded, page: Sequence[Raw]) -> Swept:
    """Sweep of a page; what was looked up and expanded for the recording still holds."""
    listing = replace(of.listing, lookup=None, expand=None)
    client: Any = Pages(page)
    return asyncio.run(sweep(client, listing, of.specs, of.scope))


def of_listing(provider: Provider, listing: Listing) -> tuple[ServiceSpec, ...]:
    return tuple(spec for spec in provider.services if spec.listing is listing)


async def _aws(module: str) -> list[Recorded]:
    """Objects of one recording, expanded and with what was looked up, on their way to `accepts`."""
    loaded = importlib.import_module(f"cloud_carbon_exporter.providers.aws.services.{module}")
    specs: Sequence[ServiceSpec] = getattr(loaded, "SPECS", None) or (loaded.SPEC,)
    listing = specs[0].listing
    where = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else aws_replay.REGION)
    records: list[Recorded] = []
    shared = of_listing(aws.PROVIDER, listing)

    def catching(spec: ServiceSpec) -> ServiceSpec:
        def describe(raw: Raw, scope: Scope) -> Description | None:
            records.append(Recorded(raw, scope, listing, shared))
            return spec.describe(raw, scope)

        return replace(spec, describe=describe)

    client = aws_replay.ReplayClient(aws_replay.recording(module))
    await sweep(client, listing, [catching(spec) for spec in shared], where)
    return records


def _gcp() -> list[Recorded]:
    listing = gcp.PROVIDER.services[0].listing
    scope = Scope("gcp", gcp_estate.PROJECT)
    return [
        Recorded(raw, scope, listing, of_listing(gcp.PROVIDER, listing))
        for raw in gcp_estate.recorded()
    ]


def _scaleway() -> list[Recorded]:
    routes = {route.path: route for route in scaleway_fake.routes()}
    records = []
    for listing in {id(spec.listing): spec.listing for spec in scaleway.PROVIDER.services}.values():
        route = (
            None if listing.expand else routes.get(listing.path)
        )  # what is expanded is not recorded as a sweep sees it
        for place, objects in route.places.items() if route else ():
            region = place if place.count("-") == 1 else place.rpartition("-")[0]
            scope = Scope(
                "scaleway",
                scaleway_fake.ORGANIZATION,
                region or "global",
                place if region != place else "",
            )
            specs = of_listing(scaleway.PROVIDER, listing)
            raws = objects if isinstance(objects, list) else []
            records += [Recorded(raw, scope, listing, specs) for raw in raws]
    return records


async def _all_of_aws() -> list[Recorded]:
    return [record for module in aws_replay.recordings() for record in await _aws(module)]


SOURCES: dict[str, Callable[[], list[Recorded]]] = {
    "aws": lambda: asyncio.run(_all_of_aws()),
    "gcp": _gcp,
    "scaleway": _scaleway,
}


@functools.cache
def recorded(provider: str) -> tuple[Recorded, ...]:
    """The objects of one cloud."""
    return tuple(SOURCES[provider]())
