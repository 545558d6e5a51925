"""Kinesis data streams: a share of servers for each shard, and the bytes kept."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_SHARDS_SECONDS = 900.0
_HOUR = 3600.0
_BYTES_PER_GIB = 1024**3


async def streams(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The streams described: shards and retention are not in the list."""
    params = {str(raw["StreamName"]): {"StreamName": raw["StreamName"]} for raw in page}
    answers = await one_by_one(
        client,
        scope,
        "kinesis",
        "DescribeStreamSummary",
        params,
        seconds=_SHARDS_SECONDS,
        permission="kinesis:DescribeStreamSummary",
    )
    found = [answer["StreamDescriptionSummary"] for answer in answers.values()]
    return await tagged(client, scope, found, "kinesis:stream", lambda raw: str(raw["StreamARN"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One stream. What it holds is what came in over its retention."""
    if raw.get("StreamStatus") == "DELETING":
        return None
    name, kept_seconds = raw["StreamName"], raw["RetentionPeriodHours"] * _HOUR
    return Resource(
        id=raw["StreamARN"],
        kind="kinesis/stream",
        name=name,
        location=scope.location(),
        components=(
            Component(
                "fixed",
                "aws/kinesis-shard",
                raw["OpenShardCount"],
                assumed="AWS does not say what a shard is",
            ),
            Component("block", "aws/kinesis", kept_seconds / _BYTES_PER_GIB, per="bytes"),
        ),
        tags=tags(raw.get("Tags")),
        monitor={"StreamName": name},
        info=told(
            host_type=(raw.get("StreamModeDetails") or {}).get("StreamMode"),
            state=raw.get("StreamStatus"),
        ),
    )


SPEC = ServiceSpec(
    kind="kinesis/stream",
    listing=Listing(
        api="kinesis",
        operation="ListStreams",
        scope="region",
        items="StreamSummaries[]",
        kind_of=lambda raw: "kinesis/stream",
        permissions=("kinesis:ListStreams", "kinesis:DescribeStreamSummary"),
        expand=streams,
    ),
    describe=describe,
    metrics=(hourly("bytes", "AWS/Kinesis", "IncomingBytes", {"StreamName": "StreamName"}),),
    reason="An assumed share of servers for each shard, and the bytes written times how long they are kept.",
)
