"""SNS topics, by the messages published and delivered."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sns/topic"


async def topics(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The topics with their tags."""
    return await tagged(client, scope, page, "sns", lambda raw: str(raw["TopicArn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One topic."""
    topic = parse(raw, scope, raw["TopicArn"], raw["TopicArn"].rpartition(":")[2])
    unknown = "AWS does not say what a message draws"
    return topic.described(
        running=(Component("requests", "message", 1, per="requests", assumed=unknown),),
        monitor={"TopicName": topic.name},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sns",
        operation="ListTopics",
        scope="region",
        items="Topics[]",
        kind_of=lambda raw: KIND,
        permissions=("sns:ListTopics",),
        expand=topics,
    ),
    describe=describe,
    metrics=(
        hourly("requests", "AWS/SNS", "NumberOfMessagesPublished", {"TopicName": "TopicName"}),
        hourly("requests", "AWS/SNS", "NumberOfNotificationsDelivered", {"TopicName": "TopicName"}),
    ),
    reason=(
        "An assumed energy for each message published and each delivered: no figure is published."
    ),
)
