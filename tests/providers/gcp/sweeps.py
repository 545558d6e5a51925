"""Sweeping the fake as collect.py does: the one listing, every service."""

from __future__ import annotations

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING


async def swept(client: GcpClient) -> Swept:
    """One pass over what the client explores."""
    await client.connect()
    [scope] = await client.scopes(LISTING)
    return await sweep(client, LISTING, PROVIDER.services, scope)


async def found(client: GcpClient) -> dict[tuple[str, str], Resource]:
    """(kind, name) -> the resource; of two of one name the one that comes later."""
    return {
        (resource.kind, resource.name): resource for resource in (await swept(client)).resources
    }


def held(resource: Resource, kind: str) -> Component:
    """Its one component of a kind."""
    [component] = [component for component in resource.components if component.kind == kind]
    return component
