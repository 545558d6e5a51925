"""Containers and functions: copies that come and go, in namespaces that say whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.describing.describe import per_unit, resource
from cloud_carbon_exporter.providers.spec import Raw, Scope

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient
    from cloud_carbon_exporter.providers.scaleway.client.rest import Lookup

NAMESPACES_SECONDS = 600.0
MILLI = 1000


def copies(raw: Raw, scope: Scope, kind: str, millicpus: float, memory_gib: float) -> Resource:
    """One copy's vCPUs and memory for each that runs; how many run only the monitoring knows."""
    namespace = scope.catalogue.get("namespaces", {}).get(raw.get("namespace_id"), {})
    of = machine(
        "scaleway", "serverless", vcpus=millicpus / MILLI or None, memory_gib=memory_gib or None
    )
    info = {"namespace": str(namespace.get("name") or ""), "state": str(raw.get("status") or "")}
    project = str(namespace.get("project_id") or "")
    return resource(raw, scope, kind, per_unit(components(of)), project=project, info=info)


def namespaces(path: str, permission: str) -> Lookup:
    """A look-up of a product's namespaces of the region by id."""

    async def look(client: ScalewayClient, scope: Scope, raws: Sequence[Raw]) -> Mapping[str, Any]:
        async def ask() -> Mapping[str, Raw]:
            found: dict[str, Raw] = {}
            async for page in client.list(
                "ListNamespaces",
                path,
                "namespaces",
                scope=scope,
                permission=permission,
                params={"organization_id": client.organization_id},
            ):
                found.update((str(one["id"]), one) for one in page)
            return found

        known = await client.memory.get((path, scope.region), NAMESPACES_SECONDS, ask)
        return {"namespaces": known, **await projects(client, scope, raws)}

    return look
