"""What Scaleway says of its own hardware: server types, node types, offers, and the public product
catalogue.

All of it changes rarely and is kept for a day. A product without its catalogue is described from
our own tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import NotThere
from cloud_carbon_exporter.providers.spec import Raw, Scope

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
    from cloud_carbon_exporter.providers.scaleway.client.rest import Lookup

DAY_SECONDS = 86400.0
CATALOGUE_PAGE_SIZE = 1000  # the catalogue holds some 5,500 products
GRAMS_PER_KILOGRAM = 1000


async def projects(client: ScalewayClient, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
    """Project names, which every kind shows."""
    return {"projects": await client.project_names()}


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
    """A look-up of one of the catalogues of a product, by the entries' names in lower case, as
    `catalogue[key]`.

    Raises CollectError when it cannot be read, so that it is counted; what is there is described
    nevertheless.
    """

    async def read(client: ScalewayClient, scope: Scope) -> Sequence[Raw]:
        if not paged:
            document, _ = await client.ask(operation, path, scope=scope, permission=permission)
            return document.get(items) or ()
        pages = client.list(
            operation, path, items, scope=scope, permission=permission, params=params
        )
        return [one async for page in pages for one in page]

    async def look(client: ScalewayClient, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
        async def ask() -> Mapping[str, Any]:
            try:
                return {str(one[name]).lower(): one for one in await read(client, scope)}
            except NotThere:
                return {}

        place = scope.zone if "{zone}" in path else scope.region
        table = await client.memory.get((operation, path, place), DAY_SECONDS, ask)
        return {key: table, **await projects(client, scope, raws)}

    return look


async def server_types(
    client: ScalewayClient, scope: Scope, raws: Sequence[Raw]
) -> Mapping[str, Any]:
    """Instance types of a zone by name, and what the public catalogue adds: the host's CPU model,
    and its impact.
    """

    async def ask() -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for page in range(1, 100):
            document, total = await client.ask(
                "ListServersTypes",
                "instance/v1/zones/{zone}/products/servers",
                scope=scope,
                permission="InstancesReadOnly",
                params={"per_page": 100, "page": page},
            )
            types = document.get("servers") or {}
            new = {name: entry for name, entry in types.items() if name not in found}
            found.update(new)
            if not new or len(types) < 100 or len(found) >= total:
                break
        return found

    types = await client.memory.get(("instance", "types", scope.zone), DAY_SECONDS, ask)
    return {
        "types": types,
        "products": await products(client),
        **await projects(client, scope, raws),
    }


async def products(client: ScalewayClient) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Instance products of the public catalogue by (name, zone); empty where it does not answer: it
    is an extra.
    """

    async def ask() -> Mapping[tuple[str, str], Mapping[str, str]]:
        found: dict[tuple[str, str], Mapping[str, str]] = {}
        async for page in client.list(
            "ListPublicCatalogProducts",
            "product-catalog/v2alpha1/public-catalog/products",
            "products",
            params={"product_types": "instance"},
            size=CATALOGUE_PAGE_SIZE,
        ):
            found.update(_read_products(page))
        return found

    nothing: Mapping[tuple[str, str], Mapping[str, str]] = {}
    return await client.memory.get_extra("products", DAY_SECONDS, ask, nothing)


def _read_products(page: Iterable[Raw]) -> Mapping[tuple[str, str], Mapping[str, str]]:
    read: dict[tuple[str, str], Mapping[str, str]] = {}
    for product in page:
        hardware = (product.get("properties") or {}).get("hardware") or {}
        cpu = hardware.get("cpu") or {}
        impact = (product.get("environmental_impact_estimation") or {}).get("kg_co2_equivalent")
        unit = product.get("unit_of_measure") or {}
        told = {"cpu": str(cpu.get("type") or "")}
        if impact is not None and unit.get("unit") == "hour" and unit.get("size"):
            told["catalogue_gco2e_per_hour"] = f"{impact * GRAMS_PER_KILOGRAM / unit['size']:.6g}"
        zone = (product.get("locality") or {}).get("zone") or ""
        read[str(product.get("product")).upper(), zone] = {
            key: value for key, value in told.items() if value
        }
    return read
