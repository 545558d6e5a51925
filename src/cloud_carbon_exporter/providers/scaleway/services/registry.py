"""Container Registry: namespaces of images."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, stored
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# The API sums the sizes of all images: a layer that several of them share is in it several times.
# Cockpit has no series of this product.
STATES = states(running="ready error locked", gone="deleting")


def _namespace(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(kept=[stored("object", "registry", gib(raw.get("size")))])


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
    describe=_namespace,
    states=STATES,
    reason="The stored size of all layers, on object storage.",
)
