"""The made-up estate at a fixed hour: its clients, what they list, describe and read."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.collect.due_reads import signals
from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.demo import PROVIDER, DemoClient
from cloud_carbon_exporter.providers.spec import (
    Listing,
    Raw,
    Read,
    Reading,
    Scope,
    ServiceSpec,
)

WEDNESDAY = datetime(2026, 11, 25, tzinfo=UTC).timestamp()
HOUR = 3600.0
METRICS = {spec.kind: spec.metrics for spec in PROVIDER.services}
_BY_IDENTITY = {id(spec.listing): spec.listing for spec in PROVIDER.services}
LISTINGS: Sequence[Listing] = list(_BY_IDENTITY.values())


class CountingMeter:
    """A Meter that remembers what it was told."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str, str, str]] = Counter()

    def call(
        self, *, account_id: str, api: str, operation: str, outcome: str = "success", units: int = 0
    ) -> None:
        self.calls[account_id, api, operation, outcome] += 1


class Listed(NamedTuple):
    """A raw object, and the sweep that brought it."""

    listing: Listing
    scope: Scope
    raw: Raw


@dataclass(frozen=True, slots=True)
class Everything:
    """All that the listings of an estate bring, and those that were refused."""

    objects: Sequence[Listed]
    failures: Sequence[PermissionMissing]


def client(
    resources: int = 200, seed: int = 0, at: float = WEDNESDAY, meter: CountingMeter | None = None
) -> DemoClient:
    target = target_settings("demo", resources=resources, seed=seed)
    return DemoClient(target, meter or CountingMeter(), lambda: at)


async def sweeps(of: DemoClient) -> Sequence[tuple[Listing, Scope]]:
    pairs: list[tuple[Listing, Scope]] = []
    for listing in LISTINGS:
        pairs += [(listing, scope) for scope in await of.scopes(listing)]
    return pairs


async def listed(of: DemoClient) -> Everything:
    objects: list[Listed] = []
    failures: list[PermissionMissing] = []
    for listing, scope in await sweeps(of):
        try:
            async for page in of.pages(listing, scope):
                objects += [Listed(listing, scope, raw) for raw in page]
        except PermissionMissing as failure:
            failures.append(failure)
    return Everything(objects, failures)


def takers(listing: Listing, raw: Raw) -> list[ServiceSpec]:
    """The services that take an object of a listing."""
    specs = [spec for spec in PROVIDER.services if spec.listing is listing]
    return [spec for spec in specs if spec.accepts(raw)]


def described(of: DemoClient) -> list[Resource]:
    resources = []
    for listing, scope, raw in asyncio.run(listed(of)).objects:
        for spec in takers(listing, raw):
            resource = spec.resource(raw, scope)
            if resource is not None:  # what has ended is listed for an hour
                resources.append(resource)
    return resources


def part_kinds(resource: Resource) -> set[str]:
    """The kinds of component a resource holds."""
    return {part.kind for part in resource.components}


def reads(resources: Iterable[Resource], start: float) -> list[Read]:
    """The reads that a collection would make: of signals that the resource's hardware follows."""
    asked = []
    for resource in resources:
        wanted = signals(resource)
        metrics = [metric for metric in METRICS[resource.kind] if metric.into in wanted]
        asked += [Read(resource, metric, start) for metric in metrics]
    return asked


def series(of: DemoClient, resources: Iterable[Resource], start: float, until: float) -> Reading:
    return asyncio.run(of.series(reads(resources, start), until))
