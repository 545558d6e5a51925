"""OpenSearch Serverless: collections share the capacity of an account in a region; each bears an
equal part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, times, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

GIB_PER_OCU = 6.0
"""OpenSearch Service developer guide: an OCU is 6 GiB of memory and the virtual CPU that goes with
it.
"""
GIB_PER_VCPU = 8.0
"""The memory-optimised instances OpenSearch recommends (r6g, r7g); the vCPUs of an OCU are not
published.
"""


async def collections(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The collections, each knowing how many share the capacity."""
    found = [{**raw, "Sharers": len(page)} for raw in page]
    return await tagged(client, scope, found, "aoss:collection", lambda raw: str(raw["arn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One collection: its part of the units that search and of those that index."""
    if raw.get("status") in ("DELETING", "FAILED"):
        return None
    unit = times(hidden(GIB_PER_OCU / GIB_PER_VCPU, GIB_PER_OCU), 1 / raw["Sharers"])
    why = "capacity is told for the account as a whole"
    unit = tuple(replace(part, assumed=f"{why}; {part.assumed}") for part in unit)
    return Resource(
        id=raw["arn"],
        kind="opensearchserverless/collection",
        name=raw["name"],
        location=scope.location(),
        components=per(unit, "capacity_units"),
        tags=tags(raw.get("Tags")),
        monitor={"ClientId": scope.account_id},
        info=told(state=raw.get("status")),
    )


SPEC = ServiceSpec(
    kind="opensearchserverless/collection",
    listing=Listing(
        api="opensearchserverless",
        operation="ListCollections",
        scope="region",
        items="collectionSummaries[]",
        kind_of=lambda raw: "opensearchserverless/collection",
        params={"maxResults": 100},  # more than an account may have; the operation has no paginator
        permissions=("aoss:ListCollections",),
        expand=collections,
    ),
    describe=describe,
    metrics=tuple(
        Metric(
            into="capacity_units",
            namespace="AWS/AOSS",
            name=name,
            dimensions={"ClientId": "ClientId"},
        )
        for name in ("SearchOCU", "IndexingOCU")
    ),
    reason="An equal part of the account's search and indexing units, 6 GiB each; who took what is not told.",
)
