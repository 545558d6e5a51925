"""Look-ups that describing needs beside a list: project names, node types, offers, namespaces.

Catalogues change rarely and are kept for a day. A product without its catalogue is described from
our own tables.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import NotThere
from cloud_carbon_exporter.providers.scaleway.client.account import project_names
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import Lookup
from cloud_carbon_exporter.providers.scaleway.client.paging import PAGE_SIZE
from cloud_carbon_exporter.providers.spec import Raw, Scope

# New types come a few times a year.
CATALOGUE_SECONDS = 86400.0
NAMESPACES_SECONDS = 600.0


async def projects(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
    """Project names, which every kind shows."""
    return {"projects": await project_names(api)}


def entries(
    key: str,
    operation: str,
    path: str,
    items: str,
    *,
    permission: str,
    name: str = "name",
    params: Mapping[str, str] | None = None,
    paged: bool = True,
) -> Lookup:
    """Look-up of a product's catalogue, by the entries' names in lower case, as `catalogue[key]`.

    Raises CollectError when it cannot be read, so that it is counted; what is there is described
    nevertheless.
    """

    async def read(api: Api, scope: Scope) -> Sequence[Raw]:
        if not paged:
            document = await api.ask(operation, path, scope=scope, permission=permission)
            return document.fields.get(items) or ()
        return await _whole(
            api.list(operation, path, items, scope=scope, permission=permission, params=params)
        )

    async def look(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
        async def ask() -> Mapping[str, Any]:
            # A product may be listed in a region that knows no types of it.
            try:
                return {str(entry[name]).lower(): entry for entry in await read(api, scope)}
            except NotThere:
                return {}

        place = scope.zone if "{zone}" in path else scope.region
        table = await api.memory.get((operation, path, place), CATALOGUE_SECONDS, ask)
        return {key: table, **await projects(api, scope, raws)}

    return look


async def _whole(pages: AsyncIterator[Sequence[Raw]]) -> Sequence[Raw]:
    objects: list[Raw] = []
    async for page in pages:
        objects += page
    return objects


def namespaces(path: str, permission: str) -> Lookup:
    """Look-up of a product's namespaces of the region by id."""

    async def look(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
        async def ask() -> Mapping[str, Raw]:
            by_id: dict[str, Raw] = {}
            async for page in api.list(
                "ListNamespaces",
                path,
                "namespaces",
                scope=scope,
                permission=permission,
                params={"organization_id": api.organization_id},
            ):
                for namespace in page:
                    by_id[str(namespace["id"])] = namespace
            return by_id

        table = await api.memory.get((path, scope.region), NAMESPACES_SECONDS, ask)
        return {"namespaces": table, **await projects(api, scope, raws)}

    return look


async def server_types(api: Api, scope: Scope) -> Mapping[str, Any]:
    """Instance types of a zone by name, the one of Scaleway's lists that is a mapping."""

    # They say vCPUs, bytes of memory, GPUs and architecture, but not the model of the CPU.
    async def ask() -> Mapping[str, Any]:
        types: dict[str, Any] = {}
        for number in range(1, 100):
            document = await api.ask(
                "ListServersTypes",
                "instance/v1/zones/{zone}/products/servers",
                scope=scope,
                permission="InstancesReadOnly",
                params={"per_page": PAGE_SIZE, "page": number},
            )
            page = document.fields.get("servers") or {}
            before = len(types)
            types = {**page, **types}
            if len(types) == before or len(page) < PAGE_SIZE or len(types) >= document.total:
                break
        return types

    return await api.memory.get(("instance", "types", scope.zone), CATALOGUE_SECONDS, ask)
