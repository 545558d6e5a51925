"""Search of Scaleway over the organisation: what there is beyond our kinds, for the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.spec import Extras

# An alpha API, and a cross-check alone: it tells type and place of a thing, but no size.
PERMISSION = "OrganizationReadOnly"
HOUR_SECONDS = 3600.0
MOST_PAGES = 500

# Products of which nothing holds hardware for a customer: names, keys, people, rules, and networks
# that are settings of routers. The search calls a type `product_thing`; it tells IAM's although the
# list of types in its own definition lacks them.
NO_HARDWARE_PRODUCTS = frozenset({"dns", "domain", "iam", "kms", "obs", "sm", "vpc"})


def holds_hardware(search_type: str) -> bool:
    """Whether things of this type of the search may draw anything of their own."""
    product = search_type.partition("_")[0]
    return product not in NO_HARDWARE_PRODUCTS and _kind(search_type) not in OWNERS["scaleway"]


async def count_resources(api: Api, our_types: frozenset[str]) -> Extras:
    """Count of our kinds by the search, and by type of what no listing of ours brings.

    our_types: what the search calls our kinds. Nothing when it does not answer.
    """
    nothing: Counter[str] = Counter()
    counts = await api.memory.get_extra("search", HOUR_SECONDS, lambda: _allowed(api), nothing)
    return _ledger(counts, our_types, api.organization_id) if counts else Extras()


def _ledger(counts: Mapping[str, int], our_types: frozenset[str], account_id: str) -> Extras:
    listed = 0
    unsupported: dict[tuple[str, str], int] = {}
    for search_type, count in counts.items():
        if search_type in our_types:
            listed += count
        elif holds_hardware(search_type):
            unsupported[account_id, _kind(search_type)] = count
    return Extras(listed={("scaleway", account_id, "search"): listed}, unsupported=unsupported)


def _kind(search_type: str) -> str:
    """Kind of a type of the search: `wbh_hosting` is wbh/hosting."""
    product, _, thing = search_type.partition("_")
    return f"{product}/{thing or 'unknown'}"


async def _allowed(api: Api) -> Counter[str]:
    with api.refusals.asking(api.organization_id, PERMISSION):
        return await _count(api)


async def _count(api: Api) -> Counter[str]:
    counts: Counter[str] = Counter()
    params: dict[str, str | int] = {
        # The API wants a query; this one matches all.
        "query": "*",
        "organization_id": api.organization_id,
        "page_size": 100,
    }
    for _ in range(MOST_PAGES):
        document = await api.ask(
            "SearchResources",
            "search/v1alpha1/resources",
            permission=PERMISSION,
            params=params,
        )
        counts.update(str(thing.get("type")) for thing in document.fields.get("resources") or ())
        token = str(document.fields.get("next_page_token") or "")
        if not token or token == params.get("page_token"):
            break
        params = {**params, "page_token": token}
    return counts
