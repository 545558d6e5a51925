"""DynamoDB tables: bytes with their indexes, and the read and write units consumed."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "dynamodb/table"
# Without its key no table can be read, and after a week it is archived; its bytes are kept.
STATES = states(
    running="CREATING ACTIVE UPDATING ARCHIVING REPLICATION_NOT_AUTHORIZED",
    stopped="INACCESSIBLE_ENCRYPTION_CREDENTIALS ARCHIVED",
    gone="DELETING",
)
# DynamoDB API reference: it updates a table's size approximately every six hours.
_SIZE_SECONDS = 6 * 3600.0
_UNKNOWN = "energy of a capacity unit is not published"


def _arn(raw: Raw, scope: Scope) -> str:
    path = f"table/{raw['TableName']}"
    return raw.get("TableArn") or arn("dynamodb", scope.region, scope.account_id, path)


async def tables(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
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
    described = [answer["Table"] for answer in answers.values()]
    return await tagged(client, scope, described, "dynamodb:table", lambda raw: _arn(raw, scope))


def _stored_bytes(raw: Raw) -> float:
    """Bytes of a table, its global and its vector indexes; a local one is part of its table."""
    # The bytes of a replica are told where it stands.
    # DynamoDB updates it and those of the indexes about every six hours (TableDescription).
    stored: float = raw.get("TableSizeBytes", 0)
    for indexes in ("GlobalSecondaryIndexes", "VectorIndexes"):
        for index in raw.get(indexes) or ():
            stored += index.get("IndexSizeBytes", 0)
    return stored


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One table of one region; a replica in another region is listed there."""
    table = parse(raw, scope, _arn(raw, scope), raw["TableName"])
    # A table that was never on demand has no such summary.
    mode = (raw.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    return table.described(
        running=(Component("requests", "database", 1, per="requests", assumed=_UNKNOWN),),
        kept=(Component("block", "aws/dynamodb", _stored_bytes(raw) / BYTES_PER_GIB),),
        state=raw.get("TableStatus", ""),
        monitor={"TableName": table.name},
        info={"host_type": mode},
        started=raw.get("CreationDateTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="dynamodb",
        operation="ListTables",
        scope="region",
        items="TableNames[]",
        kind_of=lambda raw: KIND,
        permissions=("dynamodb:ListTables", "dynamodb:DescribeTable"),
        expand=tables,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        hourly("requests", "AWS/DynamoDB", "ConsumedReadCapacityUnits", {"TableName": "TableName"}),
        hourly(
            "requests", "AWS/DynamoDB", "ConsumedWriteCapacityUnits", {"TableName": "TableName"}
        ),
    ),
    reason=(
        "Bytes held in three copies, and an assumed energy for each read and write unit consumed."
    ),
)
