"""Lists of the products one by one, where Asset Inventory is disabled or forbidden.

One that fails costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    Incomplete,
    Malformed,
    NoList,
    NotThere,
    Unreachable,
)
from cloud_carbon_exporter.providers.gcp.client.asset_types import PROJECT
from cloud_carbon_exporter.providers.gcp.client.http import Call, Rest
from cloud_carbon_exporter.providers.gcp.client.product import Product
from cloud_carbon_exporter.providers.gcp.client.products import PRODUCTS
from cloud_carbon_exporter.providers.spec import Raw

_SILENT = ("unreachable", "unreachables", "failedLocations", "failedLocation", "missingZones")
"""Names the products give the places that did not answer: what is there is missing from a list."""

Answer = Mapping[str, Any]


async def pages(rest: Rest, project: str) -> AsyncIterator[Sequence[Raw]]:
    """What a project holds. A product that is not enabled here holds nothing.

    Raises Incomplete at the end, with the kinds of those that failed: what they had before stays.
    A product that says nothing at all fails by NoList: most leave an empty list out.
    """
    name = f"//cloudresourcemanager.googleapis.com/projects/{project}"
    yield [{"name": name, "assetType": PROJECT, "resource": {"data": {"projectId": project}}}]
    failures: dict[str, CollectError] = {}
    for product in PRODUCTS:
        said = asked = False
        try:
            async for answer in _answers(rest, product, project):
                asked, said = True, said or bool(answer)
                yield list(product.assets(answer, project))
                _check_whole(product.call(project), answer)
        except NotThere:
            continue
        except CollectError as error:
            failures |= dict.fromkeys(product.kinds, error)
        else:
            if asked and not said:
                silence = product.call(project).named(NoList("the answer says nothing"))
                failures |= dict.fromkeys(product.kinds, silence)
    if failures:
        raise Incomplete(failures)


def _check_whole(call: Call, answer: Answer) -> None:
    silent: list[str] = []
    for key in _SILENT:
        silent.extend(map(str, call.listed(answer, key)))
    if silent:
        raise call.named(Unreachable(f"no answer from {', '.join(silent)}"[:200]))


async def _answers(rest: Rest, product: Product, project: str) -> AsyncIterator[Answer]:
    """All pages of a product.

    Of locations asked one by one, those that fail come last, as the error of the first.
    """
    if not product.located and product.parents is None:
        async for page in rest.pages(product.call(project)):
            yield page
        return
    places = [""]
    if product.located:
        places = [*product.places, *await _places(rest, product.locations_call(project))]
    calls = (_all(rest, product, project, place) for place in places)
    failure: BaseException | None = None
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, NotThere):
            continue
        if isinstance(outcome, BaseException):
            failure = failure or outcome
            continue
        for answer in outcome:
            yield answer
    if failure is not None:
        raise failure


async def _places(rest: Rest, call: Call) -> list[str]:
    """Locations of a product, or the regions of Compute Engine, as the call asks for.

    Raises NoList where there is none: what was there before is not gone for it.
    """
    items, key = ("items", "name") if call.api == "compute" else ("locations", "locationId")
    places: list[str] = []
    async for page in rest.pages(call):
        places.extend(str(place[key]) for place in call.listed(page, items) if key in place)
    if not places:
        raise call.named(NoList("the answer names no place"))
    return places


async def _all(rest: Rest, product: Product, project: str, place: str) -> list[Answer]:
    """All pages of a product in one location, or of one that has none."""
    listing_parents = product.parents_call(project, place)
    if listing_parents is None or product.parents is None:
        return [answer async for answer in rest.pages(product.call(project, place))]
    answers: list[Answer] = []
    async for page in rest.pages(listing_parents):
        _check_whole(listing_parents, page)
        if not page:  # it says nothing, and so do the lists below it that are not asked for
            answers.append(page)
        for parent in listing_parents.listed(page, product.parents.items):
            if not isinstance(parent, Mapping) or not parent.get("name"):
                raise listing_parents.named(Malformed("something without a name"))
            call = product.call(project, place, str(parent["name"]))
            answers += [answer async for answer in rest.pages(call)]
    return answers
