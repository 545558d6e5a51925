"""Scaleway's list calls: how a Listing is written down, and how its pages are walked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.providers.scaleway.client.http import Answer, Call, Http
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ScopeKind

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

    Lookup = Callable[[ScalewayClient, Scope, Sequence[Raw]], Awaitable[Mapping[str, Any]]]
    Expand = Callable[[ScalewayClient, Scope, Sequence[Raw]], Awaitable[Sequence[Raw]]]

PAGE_SIZE = 100
MOST_PAGES = 1000


def listing(
    operation: str,
    path: str,
    items: str,
    *,
    kind: str,
    permission: str,
    params: Mapping[str, Any] | None = None,
    lookup: Lookup | None = None,
    expand: Expand | None = None,
) -> Listing:
    """A Listing of one list call. The path says the product, and by {zone} or {region} the scope."""
    scope: ScopeKind = "zone" if "{zone}" in path else "region" if "{region}" in path else "global"
    return Listing(
        api=path.strip("/").split("/", 1)[0],
        operation=operation,
        scope=scope,
        kind_of=lambda raw: kind,
        path=path,
        items=items,
        params=params or {},
        permissions=(permission,),
        lookup=lookup,
        expand=expand,
    )


async def pages(
    http: Http, call: Call, items: str, *, size_name: str = "page_size", size: int = PAGE_SIZE
) -> AsyncIterator[Sequence[Any]]:
    """The pages of one list call, until as many objects came as the API counts.

    Without a count the first page that is not full is the last. Raises Malformed when an answer
    lacks its list, or pages repeat themselves.
    """
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        answer = await http.send(_numbered(call, number, size_name, size))
        found, total = _read(answer, call, items)
        marks = {_mark(one) for one in found}
        if found and marks <= seen:
            raise Malformed(
                f"{call.api}: page {number} repeats earlier pages",
                provider="scaleway",
                region=call.place,
                operation=call.operation,
            )
        seen |= marks
        if found:
            yield found
        if not found or (len(seen) >= total if total is not None else len(found) < size):
            return


def _numbered(call: Call, number: int, size_name: str, size: int) -> Call:
    return replace(call, params={**(call.params or {}), size_name: size, "page": number})


def _read(answer: Answer, call: Call, items: str) -> tuple[Sequence[Any], int | None]:
    document = answer.document
    found = document.get(items) if isinstance(document, dict) else None
    if found is None and isinstance(document, dict) and document.get("total_count") == 0:
        found = []
    if not isinstance(found, list):
        raise Malformed(
            f"{call.api}: the answer holds no list {items!r}",
            provider="scaleway",
            region=call.place,
            operation=call.operation,
        )
    counted = answer.headers.get("X-Total-Count", document.get("total_count"))
    try:
        return found, int(counted)
    except (TypeError, ValueError):
        return found, None


def _mark(one: Any) -> str:
    identity = one.get("id", one.get("sku", one.get("name"))) if isinstance(one, dict) else None
    return repr(one) if identity is None else str(identity)
