"""S3 buckets: bytes held, by storage class, as S3 itself reports them to CloudWatch once a day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.describing.metrics import DAY, daily_bytes
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.partitions import partition
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "s3/bucket"
# What GetBucketLocation answers for the oldest regions, says its reference.
_LEGACY_LOCATIONS = {"": "us-east-1", "EU": "eu-west-1"}


async def located(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The buckets with their region, of the regions wanted, and with their tags where wanted.

    ListBuckets tells the region when any parameter is sent, and MaxBuckets always is;
    GetBucketLocation is for endpoints that do not.
    """
    regions = await client.cache.get_many(
        f"bucket locations of {scope.account_id}",
        {raw["Name"] for raw in page if not raw.get("BucketRegion")},
        DAY,
        lambda names: _ask_location(client, scope, names),
    )
    buckets: list[Raw] = []
    for raw in page:
        region = raw.get("BucketRegion") or regions.get(raw["Name"]) or ""
        if client.wants(region):
            buckets.append({**raw, "BucketRegion": region})
    if not client.settings.tags:
        return buckets
    # The tagging API answers for one region at a time.
    inhabited = {raw["BucketRegion"] for raw in buckets}
    labels = await tagging.by_arn(client, scope.account_id, inhabited, "s3")
    return [{**raw, "Tags": labels.get(_arn(raw), ())} for raw in buckets]


async def _ask_location(client: AwsApi, scope: Scope, names: list[str]) -> dict[str, str]:
    regions: dict[str, str] = {}

    async def ask(name: str) -> None:
        try:
            answer = await client.call(scope, "s3", "GetBucketLocation", {"Bucket": name})
        except CollectError:
            return  # one bucket's policy may forbid it: that bucket's region stays unknown
        location = answer.get("LocationConstraint") or ""
        regions[name] = _LEGACY_LOCATIONS.get(location, location)

    await asyncio.gather(*map(ask, names))
    return regions


def _arn(raw: Raw) -> str:
    return raw.get("BucketArn") or f"arn:{partition(raw['BucketRegion'])}:s3:::{raw['Name']}"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One bucket: every GiB it holds, of whatever class."""
    bucket = parse(raw, scope, _arn(raw), raw["Name"], region=raw["BucketRegion"])
    return bucket.described(
        kept=(Component("object", "aws/s3", 1.0, per="stored_gib"),),
        monitor={"BucketName": bucket.name},
        started=raw.get("CreationDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="s3",
        operation="ListBuckets",
        scope="global",
        items="Buckets[]",
        kind_of=lambda raw: KIND,
        permissions=("s3:ListAllMyBuckets", "s3:GetBucketLocation"),
        expand=located,
    ),
    describe=describe,
    metrics=(
        daily_bytes("AWS/S3", "BucketSizeBytes", {"BucketName": "BucketName"}, apart="StorageType"),
    ),
    permissions=("cloudwatch:ListMetrics", "tag:GetResources"),
    reason=(
        "Bytes held in each storage class, read daily, in the copies or shards that class keeps."
    ),
)
