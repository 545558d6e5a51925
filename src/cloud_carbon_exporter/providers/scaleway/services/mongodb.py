"""Managed MongoDB: nodes with a volume each, and snapshots."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster
from cloud_carbon_exporter.providers.scaleway.describing.cpu import node_cpu
from cloud_carbon_exporter.providers.scaleway.describing.describe import gib, resource, stored
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "MongoDBReadOnly"


def _snapshot(raw: Raw, scope: Scope) -> Resource | None:
    return resource(
        raw, scope, "mongodb/snapshot", [stored("snapshot", "snapshot", gib(raw.get("size_bytes")))]
    )


SPECS = (
    cluster(
        "mongodb/instance",
        "ListInstances",
        "mongodb/v1/regions/{region}/instances",
        permission=PERMISSION,
        metrics=(node_cpu("mongodb_.*node_cpu_seconds_total"),),
    ),
    ServiceSpec(
        kind="mongodb/snapshot",
        listing=listing(
            "ListSnapshots",
            "mongodb/v1/regions/{region}/snapshots",
            "snapshots",
            kind="mongodb/snapshot",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_snapshot,
        reason="The stored size.",
    ),
)
