"""S3 buckets: bytes held, by storage class, as S3 itself reports them to CloudWatch once a day."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.names import partition, tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_DAY = 86400.0
_LEGACY_LOCATIONS = {"": "us-east-1", "EU": "eu-west-1"}
"""What GetBucketLocation answers for the oldest regions, says its reference."""


async def located(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The buckets with their region, of the regions wanted, and with their tags where tags are to
    be exported.

    ListBuckets tells the region when any parameter is sent, and MaxBuckets always is;
    GetBucketLocation is for endpoints that do not.
    """
    regions = await client.cache.get_many(
        f"bucket locations of {scope.account_id}",
        {raw["Name"] for raw in page if not raw.get("BucketRegion")},
        _DAY,
        lambda names: _ask_location(client, scope, names),
    )
    buckets = [
        {**raw, "BucketRegion": raw.get("BucketRegion") or regions.get(raw["Name"]) or ""}
        for raw in page
    ]
    buckets = [raw for raw in buckets if client.wants(raw["BucketRegion"])]
    if not client.settings.tags:
        return buckets
    labels = await tagging.by_arn(
        client, scope.account_id, {raw["BucketRegion"] for raw in buckets}, "s3"
    )
    return [{**raw, "Tags": labels.get(_arn(raw), ())} for raw in buckets]


async def _ask_location(client: AwsClient, scope: Scope, names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        try:
            answer = await client.call(scope, "s3", "GetBucketLocation", {"Bucket": name})
        except (
            CollectError
        ):  # one bucket's policy may forbid it: that bucket's region stays unknown
            continue
        location = answer.get("LocationConstraint") or ""
        found[name] = _LEGACY_LOCATIONS.get(location, location)
    return found


def _arn(raw: Raw) -> str:
    return raw.get("BucketArn") or f"arn:{partition(raw['BucketRegion'])}:s3:::{raw['Name']}"


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One bucket: every GiB it holds, of whatever class."""
    return Resource(
        id=_arn(raw),
        kind="s3/bucket",
        name=raw["Name"],
        location=scope.location(region=raw["BucketRegion"]),
        components=(Component("object", "aws/s3", 1.0, per="stored_gib"),),
        tags=tags(raw.get("Tags")),
        monitor={"BucketName": raw["Name"]},
    )


SPEC = ServiceSpec(
    kind="s3/bucket",
    listing=Listing(
        api="s3",
        operation="ListBuckets",
        scope="global",
        items="Buckets[]",
        kind_of=lambda raw: "s3/bucket",
        permissions=("s3:ListAllMyBuckets", "s3:GetBucketLocation"),
        expand=located,
    ),
    describe=describe,
    metrics=(
        Metric(
            into="stored_gib",
            namespace="AWS/S3",
            name="BucketSizeBytes",
            dimensions={"BucketName": "BucketName"},
            class_dimension="StorageType",
            scale=1 / 1024**3,
            period_seconds=_DAY,
            valid_seconds=3 * _DAY,
            every_seconds=_DAY,
        ),
    ),
    permissions=("cloudwatch:ListMetrics", "tag:GetResources"),
    reason="Bytes held in each storage class, read daily, in the copies or shards that class keeps.",
)
