"""Keyspaces (Cassandra): tables by the bytes they hold and the units read and written."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly, level
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "cassandra/table"
# One call a keyspace; tables are made and dropped rarely.
_SECONDS = 3600.0
_TABLES = "cassandra:Select"
# Every account has these in every region, and they are AWS' own.
_SYSTEM = frozenset({"system", "system_schema", "system_schema_mcs", "system_multiregion_info"})
_BY_TABLE = {"Keyspace": "Keyspace", "TableName": "TableName"}


async def tables(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The tables of the keyspaces of a page."""

    async def ask(keyspace: str) -> list[Raw]:
        listed: list[Raw] = []
        async for answer in client.answers(
            scope, "keyspaces", "ListTables", {"keyspaceName": keyspace}, permissions=_TABLES
        ):
            listed += answer.get("tables", ())
        return listed

    keyspaces = [str(raw["keyspaceName"]) for raw in page]
    own = [name for name in keyspaces if name not in _SYSTEM]
    what = ("keyspaces", "ListTables", scope.account_id, scope.region)
    own_tables: list[Raw] = []
    for listed in (await by_name(client, what, own, _SECONDS, ask)).values():
        own_tables += listed
    return await tagged(
        client, scope, own_tables, "cassandra:table", lambda raw: str(raw["resourceArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One table of one region; a replica in another region is listed there."""
    keyspace, table = raw["keyspaceName"], raw["tableName"]
    unknown = "energy of a capacity unit is not published"
    return parse(raw, scope, raw["resourceArn"], f"{keyspace}.{table}").described(
        running=(Component("requests", "database", 1, per="requests", assumed=unknown),),
        kept=(Component("block", "aws/keyspaces", 1.0, per="stored_gib"),),
        monitor={"Keyspace": keyspace, "TableName": table},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="keyspaces",
        operation="ListKeyspaces",
        scope="region",
        items="keyspaces[]",
        kind_of=lambda raw: KIND,
        permissions=(_TABLES,),
        expand=tables,
    ),
    describe=describe,
    metrics=(
        hourly("requests", "AWS/Cassandra", "ConsumedReadCapacityUnits", _BY_TABLE),
        hourly("requests", "AWS/Cassandra", "ConsumedWriteCapacityUnits", _BY_TABLE),
        level(
            "stored_gib",
            "AWS/Cassandra",
            "BillableTableSizeInBytes",
            _BY_TABLE,
            scale=1 / BYTES_PER_GIB,
        ),
    ),
    reason=(
        "Bytes held in three copies, and an assumed energy for each read and write unit consumed."
    ),
)
