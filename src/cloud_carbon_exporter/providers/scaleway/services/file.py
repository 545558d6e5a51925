"""File Storage: shared file systems."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, stored
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# The size is provisioned, not what is written; Cockpit has no series of this product.
STATES = states(running="available updating error", gone="creating")


def _filesystem(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(kept=[stored("file", "file", gib(raw.get("size")))])


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
    describe=_filesystem,
    states=STATES,
    reason="The provisioned size.",
)
