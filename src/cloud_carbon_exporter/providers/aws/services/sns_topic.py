"""SNS topics, by the messages published and delivered."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec


async def topics(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The topics with their tags."""
    return await tagged(client, scope, page, "sns", lambda raw: str(raw["TopicArn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One topic."""
    name = raw["TopicArn"].rpartition(":")[2]
    unknown = "AWS does not say what a message draws"
    return Resource(
        id=raw["TopicArn"],
        kind="sns/topic",
        name=name,
        location=scope.location(),
        components=(Component("requests", "message", 1, per="requests", assumed=unknown),),
        tags=tags(raw.get("Tags")),
        monitor={"TopicName": name},
    )


SPEC = ServiceSpec(
    kind="sns/topic",
    listing=Listing(
        api="sns",
        operation="ListTopics",
        scope="region",
        items="Topics[]",
        kind_of=lambda raw: "sns/topic",
        permissions=("sns:ListTopics",),
        expand=topics,
    ),
    describe=describe,
    metrics=tuple(
        hourly("requests", "AWS/SNS", name, {"TopicName": "TopicName"})
        for name in ("NumberOfMessagesPublished", "NumberOfNotificationsDelivered")
    ),
    reason="An assumed energy for each message published and each delivered: no figure is published.",
)
