"""Firehose: delivery streams by the bytes they take in, buffer and hand on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "kinesisfirehose/delivery_stream"
# Firehose developer guide, metrics: what is put in directly, read from a Kinesis stream, and read
# from MSK. A stream has one of these sources.
TAKEN_IN = ("IncomingBytes", "DataReadFromKinesisStream.Bytes", "DataReadFromSource.Bytes")


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("firehose", scope.region, scope.account_id, f"deliverystream/{raw['Name']}")


async def streams(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The streams with their tags."""
    return await tagged(
        client, scope, page, "firehose:deliverystream", lambda raw: _arn(raw, scope)
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One stream, which draws nothing while nothing comes."""
    stream = parse(raw, scope, _arn(raw, scope), raw["Name"])
    unknown = "AWS does not say what a byte handed on draws"
    per_byte = 1 / BYTES_PER_GIB
    return stream.described(
        running=(Component("requests", "delivered-gib", per_byte, per="bytes", assumed=unknown),),
        monitor={"DeliveryStreamName": stream.name},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="firehose",
        operation="ListDeliveryStreams",
        scope="region",
        items="DeliveryStreamNames[]",
        kind_of=lambda raw: KIND,
        # More than an account may have in a region (5,000): the operation gives no token.
        params={"Limit": 10000},
        permissions=("firehose:ListDeliveryStreams",),
        expand=streams,
    ),
    describe=describe,
    metrics=tuple(
        hourly("bytes", "AWS/Firehose", name, {"DeliveryStreamName": "DeliveryStreamName"})
        for name in TAKEN_IN
    ),
    lasting=True,
    reason="An assumed energy for each byte it takes in; its servers are shared and not published.",
)
