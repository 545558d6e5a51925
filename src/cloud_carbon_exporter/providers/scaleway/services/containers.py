"""Serverless Containers."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.cpu import instances
from cloud_carbon_exporter.providers.scaleway.describing.describe import gib
from cloud_carbon_exporter.providers.scaleway.describing.serverless import copies, namespaces
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "ContainersReadOnly"


def _container(raw: Raw, scope: Scope) -> Resource | None:
    return copies(
        raw,
        scope,
        "containers/container",
        raw.get("mvcpu_limit") or 0,
        gib(raw.get("memory_limit_bytes")),
    )


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
    reason="The limits of one copy for every copy that runs, which Cockpit tells.",
    metrics=instances("serverless_container"),
)
