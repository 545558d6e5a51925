"""Serverless Functions, which are listed by namespace."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import namespaces
from cloud_carbon_exporter.providers.scaleway.describing.metrics import instances
from cloud_carbon_exporter.providers.scaleway.describing.serverless import copies
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "FunctionsReadOnly"
# ListFunctions wants a namespace, so the listing is that of namespaces.
NAMESPACES = "functions/v1beta1/regions/{region}/namespaces"
MIB_PER_GIB = 1024

# `created` is a function to which no code was deployed yet. While a new version is `pending` the
# one before it may still serve.
STATES = states(running="ready pending locked error", stopped="created", gone="creating deleting")


async def _functions_of(api: Api, scope: Scope, raws: Sequence[Raw]) -> Sequence[Raw]:
    """Functions of a page of namespaces, asked for all at once."""
    lists = await asyncio.gather(*(_functions_in(api, scope, namespace) for namespace in raws))
    functions: list[Raw] = []
    for of_namespace in lists:
        functions += of_namespace
    return functions


async def _functions_in(api: Api, scope: Scope, namespace: Raw) -> Sequence[Raw]:
    functions: list[Raw] = []
    async for page in api.list(
        "ListFunctions",
        "functions/v1beta1/regions/{region}/functions",
        "functions",
        scope=scope,
        permission=PERMISSION,
        params={"namespace_id": str(namespace["id"])},
    ):
        functions += page
    return functions


def _function(raw: Raw, scope: Scope) -> Description:
    """Function by its limits, in millicpus and MiB."""
    memory_gib = (raw.get("memory_limit") or 0) / MIB_PER_GIB
    return copies(raw, scope, raw.get("cpu_limit") or 0, memory_gib)


SPEC = ServiceSpec(
    kind="functions/function",
    listing=listing(
        "ListNamespaces",
        NAMESPACES,
        "namespaces",
        kind="functions/function",
        permission=PERMISSION,
        lookup=namespaces(NAMESPACES, PERMISSION),
        expand=_functions_of,
    ),
    describe=_function,
    states=STATES,
    searched_as="serverless_functions_function",
    reason="The limits of one copy for every copy that runs, which Cockpit tells.",
    metrics=instances("serverless_function"),
)
