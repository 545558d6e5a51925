"""Managed PostgreSQL and MySQL: nodes, standby and read replicas with a volume each, snapshots and
backups.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import entries, projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.cpu import node_cpu
from cloud_carbon_exporter.providers.scaleway.describing.describe import (
    described,
    gib,
    node_machine,
    resource,
    stored,
    times,
    volume,
)
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "RelationalDatabasesReadOnly"
NOT_YET = frozenset({"provisioning", "deleting"})


def _instance(raw: Raw, scope: Scope) -> Resource | None:
    """High availability is a second node of the same size; so is every read replica."""
    if str(raw.get("status")) in NOT_YET:
        return None
    nodes = (2 if raw.get("is_ha_cluster") else 1) + len(raw.get("read_replicas") or ())
    of = node_machine(raw, scope)
    parts = (*times(components(of), nodes), *volume(raw, nodes))
    info = {
        **described(of),
        "host_type": str(raw.get("node_type") or ""),
        "engine": str(raw.get("engine") or ""),
    }
    return resource(raw, scope, "rdb/instance", parts, info=info)


def _snapshot(raw: Raw, scope: Scope) -> Resource | None:
    return resource(
        raw, scope, "rdb/snapshot", [stored("snapshot", "snapshot", gib(raw.get("size")))]
    )


def _backup(raw: Raw, scope: Scope) -> Resource | None:
    return resource(raw, scope, "rdb/backup", [stored("snapshot", "backup", gib(raw.get("size")))])


SPECS = (
    ServiceSpec(
        kind="rdb/instance",
        listing=listing(
            "ListInstances",
            "rdb/v1/regions/{region}/instances",
            "instances",
            kind="rdb/instance",
            permission=PERMISSION,
            lookup=entries(
                "node_types",
                "ListNodeTypes",
                "rdb/v1/regions/{region}/node-types",
                "node_types",
                permission=PERMISSION,
                params={"include_disabled_types": "true"},
            ),
        ),
        describe=_instance,
        reason="The node type's vCPUs and memory and the volume, for each node: twice with high availability, once "
        "more for every read replica.",
        metrics=(node_cpu("rdb_instance_(postgresql|mysql)_node_cpu_seconds_total"),),
    ),
    ServiceSpec(
        kind="rdb/snapshot",
        listing=listing(
            "ListSnapshots",
            "rdb/v1/regions/{region}/snapshots",
            "snapshots",
            kind="rdb/snapshot",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_snapshot,
        reason="The stored size.",
    ),
    ServiceSpec(
        kind="rdb/backup",
        listing=listing(
            "ListDatabaseBackups",
            "rdb/v1/regions/{region}/backups",
            "database_backups",
            kind="rdb/backup",
            permission=PERMISSION,
            lookup=projects,
        ),
        describe=_backup,
        reason="The stored size; backups lie on object storage.",
    ),
)
