"""RDS snapshots of instances, automated and by hand. Aurora's backups are continuous and show no
size.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.aws.describing.snapshots import held, with_first
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_BYTES_PER_GIB = 1024**3


async def snapshots(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The snapshots, the oldest of each instance marked."""
    return with_first(
        page,
        lambda raw: str(raw.get("DbiResourceId") or raw["DBInstanceIdentifier"]),
        lambda raw: str(raw.get("SnapshotCreateTime", "")),
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One snapshot, at most as large as the storage allocated to its instance."""
    if raw.get("Status") in ("deleting", "failed"):
        return None
    told_bytes = raw.get("FullSnapshotSizeInBytes")
    size_gib = told_bytes / _BYTES_PER_GIB if told_bytes else float(raw["AllocatedStorage"])
    return Resource(
        id=raw["DBSnapshotArn"],
        kind="rds/db_snapshot",
        name=raw["DBSnapshotIdentifier"],
        location=scope.location(),
        components=(held("aws/rds-snapshot", size_gib, raw["First"]),),
        tags=tags(raw.get("TagList")),
        info=told(
            engine=raw.get("Engine"), host_type=raw.get("SnapshotType"), state=raw.get("Status")
        ),
    )


SPEC = ServiceSpec(
    kind="rds/db_snapshot",
    listing=Listing(
        api="rds",
        operation="DescribeDBSnapshots",
        scope="region",
        items="DBSnapshots[]",
        kind_of=lambda raw: "rds/db_snapshot",
        permissions=("rds:DescribeDBSnapshots",),
        expand=snapshots,
    ),
    describe=describe,
    reason="The oldest of an instance in full, later ones as a share of it; Aurora's continuous backups show no size.",
)
