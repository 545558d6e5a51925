"""Managed MongoDB: nodes with a volume each, and snapshots."""

from __future__ import annotations

from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.cluster_listing import cluster_listing
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.cluster import cluster
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, stored
from cloud_carbon_exporter.providers.scaleway.describing.metrics import node_cpu
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "MongoDBReadOnly"

INSTANCE_STATES = states(
    running="ready configuring initializing snapshotting error locked",
    stopped="stopped",
    gone="provisioning deleting",
)
SNAPSHOT_STATES = states(running="ready restoring error locked", gone="creating deleting")


def _snapshot(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(
        kept=[stored("snapshot", "snapshot", gib(raw.get("size_bytes")))]
    )


SPECS = (
    cluster(
        "mongodb/instance",
        cluster_listing(
            "mongodb/instance",
            "ListInstances",
            "mongodb/v1/regions/{region}/instances",
            permission=PERMISSION,
        ),
        states=INSTANCE_STATES,
        searched_as="mgdb_instance",
        metrics=(node_cpu("mgdb_instance_.*node_cpu_seconds_total"),),
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
        states=SNAPSHOT_STATES,
        searched_as="mgdb_snapshot",
        reason="The stored size.",
    ),
)
