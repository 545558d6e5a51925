"""Kendra indexes: capacity that is held for documents and queries, asked or not."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "kendra/index"
STATES = states(running="ACTIVE UPDATING SYSTEM_UPDATING", gone="CREATING DELETING FAILED")
# Capacity is changed by hand, and takes a call an index to tell.
_DAY = 86400.0
_DESCRIBE = "kendra:DescribeIndex"
WHY = "unseen machines of a capacity unit"


async def indexes(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The indexes with the capacity that was added to each."""
    details = await one_by_one(
        client,
        scope,
        "kendra",
        "DescribeIndex",
        {str(raw["Id"]): {"Id": raw["Id"]} for raw in page},
        seconds=_DAY,
        permission=_DESCRIBE,
    )
    return [
        {**raw, "CapacityUnits": details.get(str(raw["Id"]), {}).get("CapacityUnits")}
        for raw in page
    ]


def describe(raw: Raw, scope: Scope) -> Description:
    """One index as its capacity units: one it comes with, and those that were added."""
    added = raw.get("CapacityUnits") or {}
    # API reference, CapacityUnitsConfiguration: a unit of storage is 30 GB or 100,000 documents,
    # one of queries 0.1 a second.
    units = 1 + added.get("StorageCapacityUnits", 0) + added.get("QueryCapacityUnits", 0)
    edition = raw.get("Edition") or "ENTERPRISE_EDITION"
    part = "aws/kendra/" + edition.removesuffix("_EDITION").lower().replace("_", "-")
    identity = arn("kendra", scope.region, scope.account_id, f"index/{raw['Id']}")
    return parse(raw, scope, identity, raw.get("Name") or raw["Id"]).described(
        running=(Component("fixed", part, units, assumed=WHY),),
        state=raw["Status"],
        info={"engine": edition},
        started=raw.get("CreatedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="kendra",
        operation="ListIndices",
        scope="region",
        items="IndexConfigurationSummaryItems[]",
        kind_of=lambda raw: KIND,
        permissions=("kendra:ListIndices", _DESCRIBE),
        expand=indexes,
    ),
    describe=describe,
    states=STATES,
    lasting=True,
    reason="A fixed draw for each capacity unit of its edition; what holds it is not published.",
)
