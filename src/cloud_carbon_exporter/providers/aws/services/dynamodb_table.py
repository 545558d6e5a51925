"""DynamoDB tables: bytes with their indexes, and the read and write units consumed."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_SIZE_SECONDS = 6 * 3600.0
"""DynamoDB API reference: it updates a table's size approximately every six hours."""
_BYTES_PER_GIB = 1024**3
_UNKNOWN = "energy of a capacity unit is not published"


async def tables(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The tables described, each as often as its size is renewed."""
    params = {str(raw["Name"]): {"TableName": raw["Name"]} for raw in page}
    answers = await one_by_one(
        client,
        scope,
        "dynamodb",
        "DescribeTable",
        params,
        seconds=_SIZE_SECONDS,
        permission="dynamodb:DescribeTable",
    )
    found = [answer["Table"] for answer in answers.values()]
    return await tagged(client, scope, found, "dynamodb:table", lambda raw: str(raw["TableArn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One table of one region; a replica in another region is listed there."""
    if raw.get("TableStatus") == "DELETING":
        return None
    name = raw["TableName"]
    indexes = raw.get("GlobalSecondaryIndexes") or ()  # a local index is part of its table's size
    size = raw.get("TableSizeBytes", 0) + sum(index.get("IndexSizeBytes", 0) for index in indexes)
    mode = (raw.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    return Resource(
        id=raw["TableArn"],
        kind="dynamodb/table",
        name=name,
        location=scope.location(),
        components=(
            Component("block", "aws/dynamodb", size / _BYTES_PER_GIB),
            Component("requests", "database", 1, per="requests", assumed=_UNKNOWN),
        ),
        tags=tags(raw.get("Tags")),
        monitor={"TableName": name},
        info=told(host_type=mode, state=raw.get("TableStatus")),
    )


SPEC = ServiceSpec(
    kind="dynamodb/table",
    listing=Listing(
        api="dynamodb",
        operation="ListTables",
        scope="region",
        items="TableNames[]",
        kind_of=lambda raw: "dynamodb/table",
        permissions=("dynamodb:ListTables", "dynamodb:DescribeTable"),
        expand=tables,
    ),
    describe=describe,
    metrics=tuple(
        hourly("requests", "AWS/DynamoDB", name, {"TableName": "TableName"})
        for name in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    ),
    reason="Bytes held in three copies, and an assumed energy for each read and write unit consumed.",
)
