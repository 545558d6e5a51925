"""RDS snapshots of instances, automated and by hand; Aurora's continuous backups show no size."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.describing.databases import is_listed_by_ec2
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import held, with_first
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "rds/db_snapshot"
# A snapshot that is being written holds what was written so far.
STATES = states(running="available copying creating", gone="deleting failed")


def snapshots(everything: Sequence[Raw]) -> Sequence[Raw]:
    """Snapshots of all pages, the oldest of each instance marked."""
    return with_first(
        everything,
        # The resource id outlives the name, which a later instance may bear again.
        lambda raw: str(raw.get("DbiResourceId") or raw.get("DBInstanceIdentifier")),
        lambda raw: str(raw.get("SnapshotCreateTime", "")),
    )


def _allocated_gib(raw: Raw) -> float:
    """GiB allocated to an instance, on further volumes of Oracle and SQL Server among them."""
    further = raw.get("AdditionalStorageVolumes") or ()
    return float(raw["AllocatedStorage"]) + sum(
        float(volume.get("AllocatedStorage") or 0) for volume in further
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One snapshot, at most as large as the storage allocated to its instance."""
    if is_listed_by_ec2(raw):
        return None
    # API reference, DBSnapshot: all blocks that were written by then, and not its increment.
    told_bytes = raw.get("FullSnapshotSizeInBytes")
    size_gib = told_bytes / BYTES_PER_GIB if told_bytes else _allocated_gib(raw)
    name = raw["DBSnapshotIdentifier"]
    id_ = raw.get("DBSnapshotArn") or arn("rds", scope.region, scope.account_id, f"snapshot:{name}")
    # AvailabilityZone is where the instance stood; this is told of Dedicated Local Zones alone.
    zone = raw.get("SnapshotAvailabilityZone")
    outpost = "its own" if raw.get("SnapshotTarget") == "outposts" else ""
    return parse(raw, scope, id_, name, zone=zone, outpost=outpost).described(
        kept=(held("aws/rds-snapshot", size_gib, raw.get("First", True)),),
        state=raw.get("Status", ""),
        info={"engine": raw.get("Engine"), "host_type": raw.get("SnapshotType")},
        started=raw.get("SnapshotCreateTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="rds",
        operation="DescribeDBSnapshots",
        scope="region",
        items="DBSnapshots[]",
        kind_of=lambda raw: KIND,
        permissions=("rds:DescribeDBSnapshots",),
        whole=snapshots,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The oldest of an instance in full, later ones as a share of it; "
        "Aurora's continuous backups show no size."
    ),
)
