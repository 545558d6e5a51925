"""S3 vector buckets: an assumed number of bytes, as AWS tells none."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "s3vectors/vector_bucket"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One vector bucket with its indexes."""
    unknown = "AWS does not tell the bytes of vectors"
    return parse(raw, scope, raw["vectorBucketArn"], raw["vectorBucketName"]).described(
        kept=(Component("object", "aws/s3", 1.0, per="stored_gib", assumed=unknown),),
        started=raw.get("creationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="s3vectors",
        operation="ListVectorBuckets",
        scope="region",
        items="vectorBuckets[]",
        kind_of=lambda raw: KIND,
        permissions=("s3vectors:ListVectorBuckets",),
    ),
    describe=describe,
    lasting=True,
    reason="An assumed number of bytes: neither its API nor CloudWatch tells how many it holds.",
)
