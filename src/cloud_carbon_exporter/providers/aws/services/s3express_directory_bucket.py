"""S3 directory buckets (Express One Zone): their bytes, on SSDs of one zone."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import daily_bytes
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "s3express/directory_bucket"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One bucket. Its name ends in the id of its zone, which is not the zone's name."""
    name = raw["Name"]
    id_ = raw.get("BucketArn") or arn("s3express", scope.region, scope.account_id, f"bucket/{name}")
    return parse(raw, scope, id_, name, region=raw.get("BucketRegion") or "").described(
        kept=(Component("object", "aws/s3express", 1.0, per="stored_gib"),),
        monitor={"BucketName": name},
        started=raw.get("CreationDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="s3",
        operation="ListDirectoryBuckets",
        scope="region",
        items="Buckets[]",
        kind_of=lambda raw: KIND,
        permissions=("s3express:ListAllMyDirectoryBuckets",),
    ),
    describe=describe,
    metrics=(
        daily_bytes("AWS/S3", "BucketSizeBytes", {"BucketName": "BucketName"}, apart="StorageType"),
    ),
    permissions=("cloudwatch:ListMetrics",),
    lasting=True,
    reason="Bytes held, read daily, in the shards that one zone keeps of them.",
)
