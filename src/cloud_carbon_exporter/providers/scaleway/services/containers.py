"""Serverless Containers."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import namespaces
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib
from cloud_carbon_exporter.providers.scaleway.describing.metrics import instances
from cloud_carbon_exporter.providers.scaleway.describing.serverless import copies
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "ContainersReadOnly"

# A container in error may still serve from its last good version; Cockpit counts its copies.
STATES = states(running="ready updating upgrading locking locked error", gone="creating deleting")


def _container(raw: Raw, scope: Scope) -> Description:
    # Since v1 of the API memory is in bytes; CPU is in thousandths of a vCPU.
    memory_gib = gib(raw.get("memory_limit_bytes"))
    return copies(raw, scope, raw.get("mvcpu_limit") or 0, memory_gib)


SPEC = ServiceSpec(
    kind="containers/container",
    listing=listing(
        "ListContainers",
        "containers/v1/regions/{region}/containers",
        "containers",
        kind="containers/container",
        permission=PERMISSION,
        lookup=namespaces("containers/v1/regions/{region}/namespaces", PERMISSION),
    ),
    describe=_container,
    states=STATES,
    searched_as="serverless_containers_container",
    reason="The limits of one copy for every copy that runs, which Cockpit tells.",
    metrics=instances("serverless_container"),
)
