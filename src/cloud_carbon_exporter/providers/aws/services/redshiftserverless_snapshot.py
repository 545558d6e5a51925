"""Snapshots of Redshift Serverless: the bytes each of them added to those before it."""

from __future__ import annotations

from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.snapshots import added_or_all
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "redshiftserverless/snapshot"
STATES = states(running="AVAILABLE CREATING COPYING", gone="DELETED CANCELLED FAILED")


def describe(raw: Raw, scope: Scope) -> Description:
    """One snapshot of a namespace."""
    stored = added_or_all(
        "aws/redshift-snapshot",
        raw.get("actualIncrementalBackupSizeInMegaBytes"),
        raw.get("totalBackupSizeInMegaBytes"),
    )
    return parse(raw, scope, raw["snapshotArn"], raw["snapshotName"]).described(
        kept=(stored,),
        state=raw.get("status", ""),
        started=raw.get("snapshotCreateTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="redshift-serverless",
        operation="ListSnapshots",
        scope="region",
        items="snapshots[]",
        kind_of=lambda raw: KIND,
        permissions=("redshift-serverless:ListSnapshots",),
    ),
    states=STATES,
    describe=describe,
    reason="The bytes each snapshot added, as it tells them.",
)
