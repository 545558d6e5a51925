"""OpenSearch Serverless: collections share an account's capacity in a region; each bears a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, times
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "opensearchserverless/collection"
STATES = states(running="CREATING ACTIVE UPDATING UPDATE_FAILED", gone="DELETING FAILED")
GIB_PER_OCU = 6.0
"""OpenSearch Service developer guide: an OCU is 6 GiB of memory and the virtual CPU it needs."""
GIB_PER_VCPU = 8.0
"""Of memory-optimised instances OpenSearch recommends (r6g, r7g): an OCU's are not published."""


async def collections(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The collections with their tags."""
    return await tagged(client, scope, page, "aoss:collection", lambda raw: str(raw["arn"]))


def shared(everything: Sequence[Raw]) -> Sequence[Raw]:
    """Collections of all pages, each with how many share the capacity."""
    return [{**raw, "Sharers": len(everything)} for raw in everything]


def _unit(sharers: int) -> tuple[Component, ...]:
    """Part of a capacity unit that each of so many collections bears."""
    part_of_unit = times(hidden(GIB_PER_OCU / GIB_PER_VCPU, GIB_PER_OCU), 1 / sharers)
    why = "capacity is told for the account as a whole"
    doubted = (replace(part, assumed=f"{why}; {part.assumed}") for part in part_of_unit)
    return per(doubted, "capacity_units")


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One collection: its part of the units that search and of those that index."""
    return parse(raw, scope, raw["arn"], raw["name"]).described(
        running=_unit(raw.get("Sharers", 1)),
        state=raw.get("status", ""),
        monitor={"ClientId": scope.account_id},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="opensearchserverless",
        operation="ListCollections",
        scope="region",
        items="collectionSummaries[]",
        kind_of=lambda raw: KIND,
        # More than an account may have: the operation has no paginator.
        params={"maxResults": 100},
        permissions=("aoss:ListCollections",),
        expand=collections,
        whole=shared,
    ),
    states=STATES,
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
    reason=(
        "An equal part of the account's search and indexing units, 6 GiB each; "
        "who took what is not told."
    ),
)
