"""Timestream for LiveAnalytics: the bytes of its memory store and of its magnetic one.

CloudWatch tells them for all tables of a region together; each table is given an equal share.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.metrics import level
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "timestream/table"
STATES = states(running="ACTIVE RESTORING", gone="DELETING")
COPIES = 3
"""Timestream developer guide: data are kept in three zones of a region."""
_LIST = "timestream:ListTables"
_HOUR = 3600.0
_SHARED = "bytes are told for all tables of the region together"
_STORAGE = {"Operation": "Storage"}


async def tables(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The tables with their tags, each with how many there are in the region."""

    async def count() -> int:
        tables_there = 0
        async for answer in client.answers(
            scope, "timestream-write", "ListTables", {}, permissions=_LIST
        ):
            for raw in answer.get("Tables", ()):
                tables_there += STATES.phase(raw.get("TableStatus") or "") != "gone"
        return tables_there

    # ListTables without a database lists those of all.
    key = ("timestream tables", scope.account_id, scope.region)
    sharers = await client.cache.get(key, _HOUR, count) if page else 0
    shared = [{**raw, "Tables": max(1, sharers)} for raw in page]
    return await tagged(client, scope, shared, "timestream:table", lambda raw: str(raw["Arn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One table."""
    share = 1 / raw["Tables"]
    name = f"{raw['DatabaseName']}/{raw['TableName']}"
    return parse(raw, scope, raw["Arn"], name).described(
        running=(
            Component(
                "memory",
                "dram",
                COPIES * share,
                load="cpu_ratio",
                per="memory_gib",
                assumed=_SHARED,
            ),
        ),
        kept=(Component("block", "aws/timestream", share, per="stored_gib", assumed=_SHARED),),
        state=raw.get("TableStatus", ""),
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="timestream-write",
        operation="ListTables",
        scope="region",
        items="Tables[]",
        kind_of=lambda raw: KIND,
        permissions=(_LIST, "timestream:DescribeEndpoints"),
        expand=tables,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        level(
            "memory_gib",
            "AWS/Timestream",
            "MemoryCumulativeBytesMetered",
            {},
            fixed=_STORAGE,
            scale=1 / BYTES_PER_GIB,
        ),
        level(
            "stored_gib",
            "AWS/Timestream",
            "MagneticCumulativeBytesMetered",
            {},
            fixed=_STORAGE,
            scale=1 / BYTES_PER_GIB,
        ),
    ),
    reason=(
        "An equal share of the region's bytes, in memory and on disk, three times; "
        "what queries take is not told."
    ),
)
