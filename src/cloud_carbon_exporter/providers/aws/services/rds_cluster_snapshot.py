"""Backups of clusters that RDS lists: of Aurora, DocumentDB, Neptune, and Multi-AZ clusters.

Aurora keeps a continuous backup for the days of its retention, which monitoring tells, and whole
snapshots taken by hand or by AWS Backup. Its automated snapshots are points of the continuous one.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.databases import owner_of
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import level
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import held, with_first
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

SNAPSHOT, CONTINUOUS = "cluster_snapshot", "cluster_automated_backup"
PART = "aws/rds-snapshot"
UNTOLD_GIB = 1
"""What stands as allocated where nothing is: a shared volume grows by itself."""
STATES = states(running="available copying creating", gone="deleting failed")
# RDS API reference, DBClusterAutomatedBackup: retained is what a deleted cluster left behind.
CONTINUOUS_STATES = states(running="active retained", gone="creating")
NAMESPACES = {"rds": "AWS/RDS", "docdb": "AWS/DocDB", "neptune": "AWS/Neptune"}


def _owner(raw: Raw) -> str:
    return owner_of(raw.get("Engine", ""))


def _shares_volume(raw: Raw) -> bool:
    """Whether its members have one volume, and one continuous backup, as Aurora's have."""
    return _owner(raw) != "rds" or str(raw.get("Engine", "")).startswith("aurora")


def snapshots(everything: Sequence[Raw]) -> Sequence[Raw]:
    """Snapshots of all pages, the oldest of each cluster marked."""
    return with_first(
        everything,
        lambda raw: str(raw.get("DbClusterResourceId") or raw.get("DBClusterIdentifier")),
        lambda raw: str(raw.get("SnapshotCreateTime", "")),
    )


def _stored(raw: Raw, *, shared: bool) -> Component:
    """Bytes of a snapshot: of a shared volume all it held, as Aurora's user guide has it."""
    # API reference, DBClusterSnapshot: in gibibytes.
    size_gib = float(raw.get("AllocatedStorage") or 0)
    if not shared:
        return held(PART, size_gib, raw.get("First", True))
    if size_gib > UNTOLD_GIB:
        return held(PART, size_gib, first=True)
    unknown = "the bytes it keeps are not told"
    return Component("snapshot", PART, 1.0, per="stored_gib", assumed=unknown)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One snapshot; an automated one of a shared volume is part of its continuous backup."""
    shared = _shares_volume(raw)
    if shared and raw.get("SnapshotType") == "automated":
        return None
    name = raw["DBClusterSnapshotIdentifier"]
    return parse(raw, scope, raw["DBClusterSnapshotArn"], name).described(
        kept=(_stored(raw, shared=shared),),
        state=raw.get("Status", ""),
        info={"engine": raw.get("Engine"), "host_type": raw.get("SnapshotType")},
        started=raw.get("SnapshotCreateTime"),
    )


def describe_continuous(raw: Raw, scope: Scope) -> Description | None:
    """Continuous backup of one shared volume, by the bytes monitoring tells."""
    if not _shares_volume(raw):
        return None
    cluster = raw["DBClusterIdentifier"]
    return parse(raw, scope, raw["DBClusterAutomatedBackupsArn"], cluster).described(
        kept=(Component("snapshot", PART, 1.0, per="stored_gib"),),
        state=raw.get("Status", ""),
        monitor={"DBClusterIdentifier": cluster},
        info={"engine": raw.get("Engine")},
        started=raw.get("ClusterCreateTime"),
    )


SNAPSHOTS = Listing(
    api="rds",
    operation="DescribeDBClusterSnapshots",
    scope="region",
    items="DBClusterSnapshots[]",
    kind_of=lambda raw: f"{_owner(raw)}/{SNAPSHOT}",
    permissions=("rds:DescribeDBClusterSnapshots",),
    whole=snapshots,
)
BACKUPS = Listing(
    api="rds",
    operation="DescribeDBClusterAutomatedBackups",
    scope="region",
    items="DBClusterAutomatedBackups[]",
    kind_of=lambda raw: f"{_owner(raw)}/{CONTINUOUS}",
    permissions=("rds:DescribeDBClusterAutomatedBackups",),
)


def _snapshot_spec(service: str) -> ServiceSpec:
    return ServiceSpec(
        kind=f"{service}/{SNAPSHOT}",
        listing=SNAPSHOTS,
        accepts=lambda raw: _owner(raw) == service,
        states=STATES,
        describe=describe,
        reason=(
            "The size its volume had, in full; of a Multi-AZ cluster's only the oldest. "
            "Automated ones are part of the continuous backup."
        ),
    )


def _continuous_spec(service: str) -> ServiceSpec:
    return ServiceSpec(
        kind=f"{service}/{CONTINUOUS}",
        listing=BACKUPS,
        accepts=lambda raw: _owner(raw) == service,
        states=CONTINUOUS_STATES,
        describe=describe_continuous,
        metrics=(
            level(
                "stored_gib",
                NAMESPACES[service],
                "BackupRetentionPeriodStorageUsed",
                {"DBClusterIdentifier": "DBClusterIdentifier"},
                scale=1 / BYTES_PER_GIB,
            ),
        ),
        reason="The bytes that the continuous backup holds for the days of its retention.",
    )


SPECS = (*map(_snapshot_spec, NAMESPACES), *map(_continuous_spec, NAMESPACES))
