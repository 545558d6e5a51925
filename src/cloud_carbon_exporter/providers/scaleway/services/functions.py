"""Serverless Functions, which are listed by namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.cpu import instances
from cloud_carbon_exporter.providers.scaleway.describing.serverless import copies, namespaces
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

PERMISSION = "FunctionsReadOnly"
NAMESPACES = "functions/v1beta1/regions/{region}/namespaces"
MIB_PER_GIB = 1024


async def _of_namespaces(
    client: ScalewayClient, scope: Scope, raws: Sequence[Raw]
) -> Sequence[Raw]:
    """The functions of a page of namespaces."""

    async def of_one(namespace: Raw) -> list[Raw]:
        pages = client.list(
            "ListFunctions",
            "functions/v1beta1/regions/{region}/functions",
            "functions",
            scope=scope,
            permission=PERMISSION,
            params={"namespace_id": str(namespace["id"])},
        )
        return [one async for page in pages for one in page]

    return [one for found in await asyncio.gather(*map(of_one, raws)) for one in found]


def _function(raw: Raw, scope: Scope) -> Resource | None:
    """Limits are in millicpus and MiB."""
    return copies(
        raw,
        scope,
        "functions/function",
        raw.get("cpu_limit") or 0,
        (raw.get("memory_limit") or 0) / MIB_PER_GIB,
    )


SPEC = ServiceSpec(
    kind="functions/function",
    listing=listing(
        "ListNamespaces",
        NAMESPACES,
        "namespaces",
        kind="functions/function",
        permission=PERMISSION,
        lookup=namespaces(NAMESPACES, PERMISSION),
        expand=_of_namespaces,
    ),
    describe=_function,
    reason="The limits of one copy for every copy that runs, which Cockpit tells.",
    metrics=instances("serverless_function"),
)
