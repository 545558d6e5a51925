"""Plans of Kendra's Intelligent Ranking: capacity that is held to rank what others found."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "kendraranking/execution_plan"
STATES = states(running="ACTIVE UPDATING", gone="CREATING DELETING FAILED")
# Capacity is changed by hand, and takes a call a plan to tell.
_DAY = 86400.0
_DESCRIBE = "kendra-ranking:DescribeRescoreExecutionPlan"
WHY = "unseen machines of a capacity unit"


async def plans(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The plans with the capacity of each."""
    details = await one_by_one(
        client,
        scope,
        "kendra-ranking",
        "DescribeRescoreExecutionPlan",
        {str(raw["Id"]): {"Id": raw["Id"]} for raw in page},
        seconds=_DAY,
        permission=_DESCRIBE,
    )
    return [{**details.get(str(raw["Id"]), {}), **raw} for raw in page]


def describe(raw: Raw, scope: Scope) -> Description:
    """One plan as its capacity units: one it comes with, and those that were added."""
    units = 1 + (raw.get("CapacityUnits") or {}).get("RescoreCapacityUnits", 0)
    path = f"rescore-execution-plan/{raw['Id']}"
    identity = arn("kendra-ranking", scope.region, scope.account_id, path)
    return parse(raw, scope, identity, raw.get("Name") or raw["Id"]).described(
        running=(Component("fixed", "aws/kendra-ranking-unit", units, assumed=WHY),),
        state=raw["Status"],
        started=raw.get("CreatedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="kendra-ranking",
        operation="ListRescoreExecutionPlans",
        scope="region",
        items="SummaryItems[]",
        kind_of=lambda raw: KIND,
        permissions=("kendra-ranking:ListRescoreExecutionPlans", _DESCRIBE),
        expand=plans,
    ),
    describe=describe,
    states=STATES,
    lasting=True,
    reason="A fixed draw for each capacity unit; what holds it is not published.",
)
