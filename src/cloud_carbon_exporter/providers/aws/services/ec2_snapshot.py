"""EBS snapshots, those behind the account's AMIs included: an AMI is its snapshots and nothing
besides.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.aws.describing.snapshots import held, with_first
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_BYTES_PER_GIB = 1024**3
_COPIED = "vol-ffffffff"
"""EC2 API reference: the volume id of a copied snapshot is arbitrary and means nothing; AWS writes
this one.
"""


async def snapshots(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The snapshots, the oldest of each volume marked; a copy stands alone."""

    def source(raw: Raw) -> str:
        volume = str(raw.get("VolumeId") or "")
        return raw["SnapshotId"] if not volume or volume == _COPIED else volume

    return with_first(page, source, lambda raw: str(raw.get("StartTime", "")))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One snapshot, at most as large as its volume; archived, a full copy of its own. Those of
    others are theirs.
    """
    if raw.get("State") == "error" or raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    name, labels = raw["SnapshotId"], tags(raw.get("Tags"))
    told_bytes = raw.get("FullSnapshotSizeInBytes")
    size_gib = told_bytes / _BYTES_PER_GIB if told_bytes else float(raw["VolumeSize"])
    if raw.get("StorageTier") == "archive":
        component = Component("snapshot", "aws/ebs-snapshot/archive", size_gib)
    else:
        component = held("aws/ebs-snapshot", size_gib, raw["First"])
    return Resource(
        id=arn(
            "ec2", scope.region, scope.account_id, f"snapshot/{name}"
        ),  # as the tagging API names it
        kind="ec2/snapshot",
        name=labels.get("Name") or name,
        location=scope.location(),
        components=(component,),
        tags=labels,
        info=told(
            host_type=raw.get("StorageTier"), state=raw.get("State"), volume=raw.get("VolumeId")
        ),
    )


SPEC = ServiceSpec(
    kind="ec2/snapshot",
    listing=Listing(
        api="ec2",
        operation="DescribeSnapshots",
        scope="region",
        items="Snapshots[]",
        kind_of=lambda raw: "ec2/snapshot",
        params={"OwnerIds": ["self"]},
        permissions=("ec2:DescribeSnapshots",),
        expand=snapshots,
    ),
    describe=describe,
    reason="The oldest of a volume in full, later ones as a share of it up to the whole; an AMI is its snapshots.",
)
