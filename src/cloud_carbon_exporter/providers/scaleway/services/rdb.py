"""Managed PostgreSQL and MySQL: nodes, standby and read replicas, snapshots and backups."""

from __future__ import annotations

from cloud_carbon_exporter.model.machines import components
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import entries, projects
from cloud_carbon_exporter.providers.scaleway.describing.hardware import (
    gib,
    machine_info,
    node_machine,
    node_volumes,
    stored,
    times,
)
from cloud_carbon_exporter.providers.scaleway.describing.metrics import node_cpu
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "RelationalDatabasesReadOnly"

# RDB cannot be stopped: an instance has its nodes until it is deleted.
INSTANCE_STATES = states(
    running="ready configuring error autohealing locked initializing disk_full backuping "
    "snapshotting restarting",
    gone="provisioning deleting",
)
# A snapshot is a copy of the block volume in its region, a backup an export of one database.
SNAPSHOT_STATES = states(running="ready restoring error locked", gone="creating deleting")
BACKUP_STATES = states(running="ready restoring exporting error locked", gone="creating deleting")


def _instance(raw: Raw, scope: Scope) -> Description:
    """Instance: high availability is a second node of the same size; so is every read replica."""
    # The standby stands on another hypervisor, and is in step with the primary.
    nodes = (2 if raw.get("is_ha_cluster") else 1) + len(raw.get("read_replicas") or ())
    node = node_machine(raw, scope)
    info = {
        **machine_info(node),
        "host_type": str(raw.get("node_type") or ""),
        "engine": str(raw.get("engine") or ""),
    }
    return parse(raw, scope).described(
        running=times(components(node), nodes), kept=node_volumes(raw, nodes), info=info
    )


def _snapshot(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(kept=[stored("snapshot", "snapshot", gib(raw.get("size")))])


def _backup(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described(kept=[stored("snapshot", "backup", gib(raw.get("size")))])


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
                # What is no longer sold still runs where it was ordered.
                params={"include_disabled_types": "true"},
            ),
        ),
        describe=_instance,
        states=INSTANCE_STATES,
        searched_as="rdb_instance",
        reason="The node type's vCPUs and memory and the volume, for each node: twice with high "
        "availability, once more for every read replica.",
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
        states=SNAPSHOT_STATES,
        searched_as="rdb_snapshot",
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
        states=BACKUP_STATES,
        searched_as="rdb_backup",
        reason="The stored size; backups lie on object storage.",
    ),
)
