"""Sweeps of the fake as collect/ makes them, and single recordings: what comes out as resources."""

from __future__ import annotations

import copy
from typing import Any

from tests.fakes.gcp_estate import recorded

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.model.hosts import names
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.spec import Scope

Estate = dict[tuple[str, str], Resource]
"""Kind and name -> the resource."""


NOT_LISTED = frozenset({"aiplatform/publisher_model"})
"""Kinds that no list has, so that there is no recorded asset: Monitoring names them."""


async def swept(client: GcpClient) -> Swept:
    """One pass over what the client explores."""
    await client.connect()
    [scope] = await client.scopes(LISTING)
    return await sweep(client, LISTING, PROVIDER.services, scope)


async def by_kind_and_name(client: GcpClient) -> Estate:
    """The resources of one pass; of two with one name the one that comes later."""
    resources = (await swept(client)).resources
    return {(resource.kind, resource.name): resource for resource in resources}


def held(resource: Resource, kind: str) -> Component:
    """Its one component of a kind."""
    [component] = [component for component in resource.components if component.kind == kind]
    return component


def parts(resource: Resource) -> dict[str, tuple[str, float]]:
    """Kind of component -> its part, of a host its processor, and amount."""
    return {part.kind: (names(part.part), part.amount) for part in resource.components}


def amounts(resource: Resource) -> dict[str, float]:
    """Kind of component -> its amount."""
    return {component.kind: component.amount for component in resource.components}


def changed(asset_type: str, without: str = "", **data: Any) -> Resource | None:
    """The first recorded asset of a type with other data and without one field, described."""
    asset = copy.deepcopy(next(a for a in recorded() if a["assetType"] == asset_type))
    asset["resource"]["data"] |= data
    asset["resource"]["data"].pop(without, None)
    spec = next(spec for spec in PROVIDER.services if spec.accepts(asset))
    return spec.resource(asset, Scope("gcp", "shop-prod"))
