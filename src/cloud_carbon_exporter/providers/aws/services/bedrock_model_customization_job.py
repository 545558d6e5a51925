"""Bedrock's customisation jobs: machines nobody sees that train a model for an account."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.bedrock import name_of
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "bedrock/model_customization_job"
STATES = states(running="InProgress Stopping", gone="Completed Failed Stopped")
WHY = "the machines that train are not told"


def describe(raw: Raw, scope: Scope) -> Description:
    """One job, as long as it trains."""
    model = name_of(raw["baseModelArn"])
    return parse(raw, scope, raw["jobArn"], raw["jobName"]).described(
        running=(Component("fixed", "aws/model-customization", 1, assumed=WHY),),
        state=raw["status"],
        info={"host_type": model, "engine": raw.get("customizationType")},
        started=raw.get("creationTime"),
        ended=raw.get("endTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="bedrock",
        operation="ListModelCustomizationJobs",
        scope="region",
        items="modelCustomizationJobSummaries[]",
        # what has ended stays in the list for good: the newest page of it is not worth the rest
        params={"statusEquals": "InProgress"},
        kind_of=lambda raw: KIND,
        permissions=("bedrock:ListModelCustomizationJobs",),
    ),
    describe=describe,
    states=STATES,
    reason="A fixed draw while it trains: how many boards do, and how hard, is not published.",
)
