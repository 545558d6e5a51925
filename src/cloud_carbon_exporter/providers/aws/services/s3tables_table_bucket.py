"""S3 table buckets: the bytes of all their tables."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import daily_bytes
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "s3tables/table_bucket"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One table bucket, of the customer's or one that AWS fills for them."""
    bucket = parse(raw, scope, raw["arn"], raw["name"])
    return bucket.described(
        kept=(Component("object", "aws/s3", 1.0, per="stored_gib"),),
        monitor={"TableBucketName": bucket.name},
        started=raw.get("createdAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="s3tables",
        operation="ListTableBuckets",
        scope="region",
        items="tableBuckets[]",
        kind_of=lambda raw: KIND,
        permissions=("s3tables:ListTableBuckets",),
    ),
    describe=describe,
    metrics=(
        daily_bytes("AWS/S3/Tables", "TotalBucketStorage", {"TableBucketName": "TableBucketName"}),
    ),
    lasting=True,
    reason="Bytes of its tables, read daily, in the copies or shards of S3's standard class.",
)
