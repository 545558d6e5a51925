"""File Storage: shared file systems."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import gib, resource, stored
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec


def _describe(raw: Raw, scope: Scope) -> Resource | None:
    return resource(raw, scope, "file/filesystem", [stored("file", "file", gib(raw.get("size")))])


SPEC = ServiceSpec(
    kind="file/filesystem",
    listing=listing(
        "ListFileSystems",
        "file/v1alpha1/regions/{region}/filesystems",
        "filesystems",
        kind="file/filesystem",
        permission="FileStorageReadOnly",
        lookup=projects,
    ),
    describe=_describe,
    reason="The provisioned size.",
)
