"""Container Registry: namespaces of images."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import gib, resource, stored
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def _describe(raw: Raw, scope: Scope) -> Resource | None:
    return resource(
        raw, scope, "registry/namespace", [stored("object", "registry", gib(raw.get("size")))]
    )


SPEC = ServiceSpec(
    kind="registry/namespace",
    listing=listing(
        "ListNamespaces",
        "registry/v1/regions/{region}/namespaces",
        "namespaces",
        kind="registry/namespace",
        permission="ContainerRegistryReadOnly",
        lookup=projects,
    ),
    describe=_describe,
    reason="The stored size of all layers, on object storage.",
)
