"""Listing of Scaleway: how a list call of its API is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ScopeKind

Lookup = Callable[[Api, Scope, Sequence[Raw]], Awaitable[Mapping[str, Any]]]
Expand = Callable[[Api, Scope, Sequence[Raw]], Awaitable[Sequence[Raw]]]


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
    """Listing of one list call. The path says the product, and by {zone} or {region} the scope."""
    return Listing(
        api=path.strip("/").split("/", 1)[0],
        operation=operation,
        scope=_scope(path),
        kind_of=lambda raw: kind,
        path=path,
        items=items,
        params=params or {},
        permissions=(permission,),
        lookup=lookup,
        expand=expand,
    )


def _scope(path: str) -> ScopeKind:
    if "{zone}" in path:
        return "zone"
    return "region" if "{region}" in path else "global"
