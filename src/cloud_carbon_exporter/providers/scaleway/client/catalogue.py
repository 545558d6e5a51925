"""Catalogue of Scaleway's products, which is public: processors of machines, and their impact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.providers.scaleway.client import lookups
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import Lookup
from cloud_carbon_exporter.providers.spec import Raw, Scope

# The catalogue holds some 5,500 products, and is the one list that gives so many at once.
PAGE_SIZE = 1000

GRAMS_PER_KILOGRAM = 1000

# What has a price by the minute or the month has its impact by them too: a server of 27.27 g an
# hour has 19.906 kg a month.
HOURS = {"minute": 1 / 60, "hour": 1.0, "month": 730.0}


MACHINES = ("instance", "elastic_metal", "dedibox", "apple_silicon")
APPLE = "apple-silicon"

IMPACT = "catalogue_gco2e_per_hour"
"""What info calls Scaleway's own estimate of an hour."""


class ProductKey(NamedTuple):
    """Key of a product: what its own API calls it, in upper case, and its zone."""

    name: str
    zone: str


Products = Mapping[ProductKey, Mapping[str, str]]
"""What the catalogue says of each product: `cpu`, and its impact."""


async def server_types(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
    """Look-up for Instances: the types of the zone, and what the public catalogue adds to them."""
    return {
        "types": await lookups.server_types(api, scope),
        "products": await products(api),
        **await lookups.projects(api, scope, raws),
    }


def beside(look: Lookup) -> Lookup:
    """Look-up with what the public catalogue says of the product's offers."""

    async def both(api: Api, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
        looked_up = await look(api, scope, raws)
        return {**looked_up, "products": await products(api)}

    return both


async def products(api: Api) -> Products:
    """Machines of the catalogue; none where it does not answer, as it is an extra."""

    async def ask() -> Products:
        by_key: dict[ProductKey, dict[str, str]] = {}
        async for page in api.list(
            "ListPublicCatalogProducts",
            "product-catalog/v2alpha1/public-catalog/products",
            "products",
            params={"product_types": MACHINES},
            size=PAGE_SIZE,
        ):
            for product in page:
                # One offer is several products: by the hour, by the month, and its setup fee.
                told = by_key.setdefault(_key(product), {})
                told.update({**_told(product), **told})
        return by_key

    nothing: Products = {}
    return await api.memory.get_extra("products", lookups.CATALOGUE_SECONDS, ask, nothing)


def _key(product: Raw) -> ProductKey:
    locality = product.get("locality") or {}
    return ProductKey(_offer(product).upper(), locality.get("zone") or "")


def _offer(product: Raw) -> str:
    """Offer a product is of: the type of an Instance, a server's offer id, the type of a Mac."""
    properties = product.get("properties") or {}
    for machine in MACHINES:
        told = properties.get(machine) or {}
        if offer := told.get("offer_id") or told.get("server_type"):
            return str(offer)
    # A Mac's type stands in the SKU alone: /apple-silicon/m4-s/run_par1.
    sku = str(product.get("sku") or "").split("/")
    return sku[2] if APPLE in sku else str(product.get("product"))


def _told(product: Raw) -> Mapping[str, str]:
    """What a product says that info shows; the impact as that of an hour."""
    # The impact is Scaleway's own estimate, made with a load of 30 % whatever the server does.
    told: dict[str, str] = {}
    hardware = (product.get("properties") or {}).get("hardware") or {}
    if processor := (hardware.get("cpu") or {}).get("type"):
        told["cpu"] = str(processor)
    kilograms = (product.get("environmental_impact_estimation") or {}).get("kg_co2_equivalent")
    unit = product.get("unit_of_measure") or {}
    hours = HOURS.get(str(unit.get("unit")), 0) * (unit.get("size") or 0)
    if kilograms is not None and hours:
        told[IMPACT] = f"{kilograms * GRAMS_PER_KILOGRAM / hours:.6g}"
    return told


def impact(scope: Scope, offer: Any, zone: str) -> dict[str, str]:
    """Scaleway's own estimate of an hour of an offer, as info; empty where it has none."""
    key = ProductKey(str(offer).upper(), zone)
    told: Mapping[str, str] = scope.catalogue.get("products", {}).get(key, {})
    return {IMPACT: told[IMPACT]} if IMPACT in told else {}
