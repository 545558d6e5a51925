"""Personalize: requests a second that campaigns and recommenders hold capacity for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

CAMPAIGN, RECOMMENDER = "personalize/campaign", "personalize/recommender"
# States, with a line where the API has a space ("CREATE IN_PROGRESS").
_GONE = "CREATE_PENDING CREATE_IN_PROGRESS CREATE_FAILED DELETE_PENDING DELETE_IN_PROGRESS"
_CAMPAIGN_STATES = states(running="ACTIVE", gone=_GONE)
_RECOMMENDER_STATES = states(
    running="ACTIVE STOP_PENDING STOP_IN_PROGRESS",
    stopped="INACTIVE START_PENDING START_IN_PROGRESS",
    gone=_GONE,
)
# Capacity is changed by hand, and takes a call a campaign to tell.
_DAY = 86400.0
_DESCRIBE = "personalize:DescribeCampaign"
WHY = "unseen machines of a request a second"
REASON = (
    "A fixed draw for each request a second that it holds capacity for, which is billed "
    "whether it is asked or not."
)


async def campaigns(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The campaigns with the least each holds."""
    details = await one_by_one(
        client,
        scope,
        "personalize",
        "DescribeCampaign",
        {str(raw["campaignArn"]): {"campaignArn": raw["campaignArn"]} for raw in page},
        seconds=_DAY,
        permission=_DESCRIBE,
    )
    return [
        {**raw, **details.get(str(raw["campaignArn"]), {}).get("campaign", {}), **raw}
        for raw in page
    ]


def _described(raw: Raw, scope: Scope, identity: str, held: Any) -> Description:
    # API reference: one a second is the default, and the least that is billed
    part = Component("fixed", "aws/personalize-request", held or 1, assumed=WHY)
    return parse(raw, scope, identity, raw["name"]).described(
        running=(part,),
        state=raw.get("status", "").replace(" ", "_"),
        started=raw.get("creationDateTime"),
    )


def describe_campaign(raw: Raw, scope: Scope) -> Description:
    """One campaign."""
    return _described(raw, scope, raw["campaignArn"], raw.get("minProvisionedTPS"))


def describe_recommender(raw: Raw, scope: Scope) -> Description:
    """One recommender."""
    settings = raw.get("recommenderConfig") or {}
    held = settings.get("minRecommendationRequestsPerSecond")
    return _described(raw, scope, raw["recommenderArn"], held)


SPECS = (
    ServiceSpec(
        kind=CAMPAIGN,
        listing=Listing(
            api="personalize",
            operation="ListCampaigns",
            scope="region",
            items="campaigns[]",
            kind_of=lambda raw: CAMPAIGN,
            permissions=("personalize:ListCampaigns", _DESCRIBE),
            expand=campaigns,
        ),
        describe=describe_campaign,
        states=_CAMPAIGN_STATES,
        lasting=True,
        reason=REASON,
    ),
    ServiceSpec(
        kind=RECOMMENDER,
        listing=Listing(
            api="personalize",
            operation="ListRecommenders",
            scope="region",
            items="recommenders[]",
            kind_of=lambda raw: RECOMMENDER,
            permissions=("personalize:ListRecommenders",),
        ),
        describe=describe_recommender,
        states=_RECOMMENDER_STATES,
        lasting=True,
        reason=REASON,
    ),
)
