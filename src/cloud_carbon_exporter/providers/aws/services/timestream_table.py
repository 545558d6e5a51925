"""Timestream for LiveAnalytics: the bytes of its memory store and of its magnetic one.

CloudWatch tells them for all tables of a region together; each table is given an equal share.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

COPIES = 3
"""Timestream developer guide: data are kept in three zones of a region."""
_BYTES_PER_GIB = 1024**3
_LIST = "timestream:ListTables"
_HOUR = 3600.0
_SHARED = "bytes are told for all tables of the region together"


async def tables(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The tables with their tags, each knowing how many there are in the region."""

    async def count() -> int:
        found = 0
        async for answer in client.answers(
            scope, "timestream-write", "ListTables", {}, permissions=_LIST
        ):
            found += sum(raw.get("TableStatus") != "DELETING" for raw in answer.get("Tables", ()))
        return found

    key = ("timestream tables", scope.account_id, scope.region)
    tables = await client.cache.get(key, _HOUR, count) if page else 0
    found = [{**raw, "Tables": max(1, tables)} for raw in page]
    return await tagged(client, scope, found, "timestream:table", lambda raw: str(raw["Arn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One table."""
    if raw.get("TableStatus") == "DELETING":
        return None
    name, database = raw["TableName"], raw["DatabaseName"]
    return Resource(
        id=raw["Arn"],
        kind="timestream/table",
        name=f"{database}/{name}",
        location=scope.location(),
        components=(
            Component("memory", "dram", COPIES / raw["Tables"], per="memory_gib", assumed=_SHARED),
            Component(
                "block", "aws/timestream", 1 / raw["Tables"], per="stored_gib", assumed=_SHARED
            ),
        ),
        tags=tags(raw.get("Tags")),
        info=told(state=raw.get("TableStatus")),
    )


SPEC = ServiceSpec(
    kind="timestream/table",
    listing=Listing(
        api="timestream-write",
        operation="ListTables",
        scope="region",
        items="Tables[]",
        kind_of=lambda raw: "timestream/table",
        permissions=(_LIST, "timestream:DescribeEndpoints"),
        expand=tables,
    ),
    describe=describe,
    metrics=tuple(
        Metric(
            into=into,
            namespace="AWS/Timestream",
            name=name,
            fixed={"Operation": "Storage"},
            scale=1 / _BYTES_PER_GIB,
            period_seconds=_HOUR,
            valid_seconds=6 * _HOUR,
            every_seconds=_HOUR,
        )
        for into, name in (
            ("memory_gib", "MemoryCumulativeBytesMetered"),
            ("stored_gib", "MagneticCumulativeBytesMetered"),
        )
    ),
    reason="An equal share of the region's bytes, in memory and on disk, three times; what queries take is not told.",
)
