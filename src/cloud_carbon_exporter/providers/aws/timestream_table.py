"""Timestream for LiveAnalytics: the bytes of each table, in its memory store and in its magnetic one."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws._client import AwsClient
from cloud_carbon_exporter.providers.aws._expand import tagged
from cloud_carbon_exporter.providers.aws._hardware import told
from cloud_carbon_exporter.providers.aws._names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

COPIES = 3
"""Timestream developer guide: data are kept in three zones of a region."""
_BYTES_PER_GIB = 1024**3
_HOUR = 3600.0
_UNKNOWN = "what serves Timestream's memory store is not published"


async def tables(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The tables with their tags."""
    return await tagged(client, scope, page, "timestream:table", lambda raw: str(raw["Arn"]))


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
            Component("memory", "dram", COPIES, per="memory_gib", assumed=_UNKNOWN),
            Component("block", "aws/timestream", 1, per="stored_gib"),
        ),
        tags=tags(raw.get("Tags")),
        monitor={"DatabaseName": database, "TableName": name},
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
        permissions=("timestream:ListTables", "timestream:DescribeEndpoints"),
        expand=tables,
    ),
    describe=describe,
    metrics=tuple(
        Metric(
            into=into,
            namespace="AWS/Timestream",
            name=name,
            dimensions={"DatabaseName": "DatabaseName", "TableName": "TableName"},
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
    reason="Memory and disk for the bytes of its two stores, three times; what queries take is not told by table.",
)
