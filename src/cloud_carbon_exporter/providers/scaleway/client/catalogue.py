"""Catalogue of Scaleway's products, which is public: processors of Instances, and their impact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.scaleway.client import lookups
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.spec import Raw, Scope

# The catalogue holds some 5,500 products, and is the one list that gives so many at once.
PAGE_SIZE = 1000

GRAMS_PER_KILOGRAM = 1000


class ProductKey(NamedTuple):
    """Key of a product: its name in upper case, and its zone."""

    name: str
    zone: str


Products = Mapping[ProductKey, Mapping[str, str]]
"""What the catalogue says of each product: `cpu`, `catalogue_gco2e_per_hour`."""


async def server_types(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
    """Look-up for Instances: the types of the zone, and what the public catalogue adds to them."""
    return {
        "types": await lookups.server_types(api, scope),
        "products": await products(api),
        **await lookups.projects(api, scope, raws),
    }


async def products(api: Api) -> Products:
    """Instance products of the catalogue; none where it does not answer, as it is an extra."""

    async def ask() -> Products:
        by_key: dict[ProductKey, Mapping[str, str]] = {}
        async for page in api.list(
            "ListPublicCatalogProducts",
            "product-catalog/v2alpha1/public-catalog/products",
            "products",
            params={"product_types": "instance"},
            size=PAGE_SIZE,
        ):
            for product in page:
                by_key[_key(product)] = _told(product)
        return by_key

    nothing: Products = {}
    return await api.memory.get_extra("products", lookups.CATALOGUE_SECONDS, ask, nothing)


def _key(product: Raw) -> ProductKey:
    locality = product.get("locality") or {}
    return ProductKey(str(product.get("product")).upper(), locality.get("zone") or "")


def _told(product: Raw) -> Mapping[str, str]:
    """What a product says that info shows; the impact only where it is that of an hour."""
    # The impact is Scaleway's own estimate, made with a load of 30 % whatever the server does.
    told: dict[str, str] = {}
    hardware = (product.get("properties") or {}).get("hardware") or {}
    if processor := (hardware.get("cpu") or {}).get("type"):
        told["cpu"] = str(processor)
    kilograms = (product.get("environmental_impact_estimation") or {}).get("kg_co2_equivalent")
    unit = product.get("unit_of_measure") or {}
    if kilograms is not None and unit.get("unit") == "hour" and unit.get("size"):
        told["catalogue_gco2e_per_hour"] = f"{kilograms * GRAMS_PER_KILOGRAM / unit['size']:.6g}"
    return told
