"""Kinesis data streams: a share of servers for each shard, and the bytes kept."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "kinesis/stream"
STATES = states(running="CREATING ACTIVE UPDATING", gone="DELETING")
# A stream on demand adds shards by itself, as traffic grows.
_SHARDS_SECONDS = 900.0
_HOUR = 3600.0


async def streams(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
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
    summaries = [answer["StreamDescriptionSummary"] for answer in answers.values()]
    return await tagged(
        client, scope, summaries, "kinesis:stream", lambda raw: str(raw["StreamARN"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One stream. What it holds is what came in over its retention."""
    stream = parse(raw, scope, raw["StreamARN"], raw["StreamName"])
    # Bytes a second that come in, times the seconds each is kept, are the bytes held.
    retention_seconds = raw["RetentionPeriodHours"] * _HOUR
    unknown = "AWS does not say what a shard is"
    return stream.described(
        running=(Component("fixed", "aws/kinesis-shard", raw["OpenShardCount"], assumed=unknown),),
        kept=(Component("block", "aws/kinesis", retention_seconds / BYTES_PER_GIB, per="bytes"),),
        state=raw.get("StreamStatus", ""),
        monitor={"StreamName": stream.name},
        info={"host_type": (raw.get("StreamModeDetails") or {}).get("StreamMode")},
        started=raw.get("StreamCreationTimestamp"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="kinesis",
        operation="ListStreams",
        scope="region",
        items="StreamSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("kinesis:ListStreams", "kinesis:DescribeStreamSummary"),
        expand=streams,
    ),
    states=STATES,
    describe=describe,
    metrics=(hourly("bytes", "AWS/Kinesis", "IncomingBytes", {"StreamName": "StreamName"}),),
    reason=(
        "An assumed share of servers for each shard, "
        "and the bytes written times how long they are kept."
    ),
)
