"""Snapshots of Redshift clusters: the bytes each of them added to those before it."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import added_or_all
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "redshift/snapshot"
# Redshift API reference, Snapshot.
STATES = states(running=("creating", "available", "final snapshot"), gone=("failed", "deleted"))


def describe(raw: Raw, scope: Scope) -> Description:
    """One snapshot of a cluster, automated or by hand."""
    stored = added_or_all(
        "aws/redshift-snapshot",
        raw.get("ActualIncrementalBackupSizeInMegaBytes"),
        raw.get("TotalBackupSizeInMegaBytes"),
    )
    return parse(raw, scope, raw["SnapshotArn"], raw["SnapshotIdentifier"]).described(
        kept=(stored,),
        state=raw.get("Status", ""),
        info={"host_type": raw.get("SnapshotType")},
        started=raw.get("SnapshotCreateTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="redshift",
        operation="DescribeClusterSnapshots",
        scope="region",
        items="Snapshots[]",
        kind_of=lambda raw: KIND,
        permissions=("redshift:DescribeClusterSnapshots",),
    ),
    states=STATES,
    describe=describe,
    reason="The bytes each snapshot added, as it tells them.",
)
