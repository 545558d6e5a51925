"""EBS snapshots, those behind the account's AMIs included: an AMI is nothing but snapshots."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.aws.describing.snapshots import held, with_first
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/snapshot"
# Pending, its bytes are being written; recoverable, they lie in the Recycle Bin, billed.
STATES = states(running="pending completed recoverable recovering", gone="error")
# EC2 API reference: the volume id of a copy is arbitrary and means nothing; AWS writes this.
_COPIED = "vol-ffffffff"


def _source(raw: Raw) -> str:
    """What a snapshot was taken of: its volume, or itself where it is a copy and stands alone."""
    volume = str(raw.get("VolumeId") or "")
    return str(raw.get("SnapshotId")) if not volume or volume == _COPIED else volume


def snapshots(everything: Sequence[Raw]) -> Sequence[Raw]:
    """Snapshots of all pages, the oldest of each volume marked; a copy stands alone."""
    return with_first(everything, _source, lambda raw: str(raw.get("StartTime", "")))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One snapshot, at most as large as its volume; archived, a full copy of its own.

    Those of others are theirs.
    """
    if raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    # API reference, Snapshot: the full size is of all blocks written when it was made, not of what
    # it adds to the snapshot before.
    told_bytes, tier = raw.get("FullSnapshotSizeInBytes"), raw.get("StorageTier")
    size_gib = told_bytes / BYTES_PER_GIB if told_bytes else float(raw["VolumeSize"])
    # Moved to the archive tier, a snapshot becomes a full one, whatever it was before.
    if tier == "archive":
        component = Component("snapshot", "aws/ebs-snapshot/archive", size_gib)
    else:
        component = held("aws/ebs-snapshot", size_gib, raw.get("First", True))
    # The tagging API writes the account into a snapshot's ARN, and so does this one. The zone is
    # told of local snapshots alone, which stay in a Local Zone.
    path, zone = f"snapshot/{raw['SnapshotId']}", raw.get("AvailabilityZone")
    return parse_ec2(raw, scope, path, zone=zone).described(
        kept=(component,),
        state=raw.get("State", ""),
        info={"host_type": tier, "volume": raw.get("VolumeId")},
        started=raw.get("StartTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeSnapshots",
        scope="region",
        items="Snapshots[]",
        kind_of=lambda raw: KIND,
        params={"OwnerIds": ["self"]},
        permissions=("ec2:DescribeSnapshots",),
        whole=snapshots,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The oldest of a volume in full, later ones as a share of it up to the whole; "
        "an AMI is its snapshots."
    ),
)
