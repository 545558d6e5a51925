"""SQS queues, by the messages sent to them."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sqs/queue"
REQUESTS_PER_MESSAGE = 3
"""SQS developer guide: a message is sent, received and deleted: three requests without batches."""
# SQS API reference: ListQueues pages only when asked for at most so many.
_PAGE = 1000


def _arn(raw: Raw, scope: Scope) -> str:
    """The ARN; a queue's URL ends in its account and its name."""
    # https://sqs.eu-west-3.amazonaws.com/123456789012/jobs
    account_id, name = raw["Name"].split("/")[-2:]
    return arn("sqs", scope.region, account_id, name)


async def queues(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The queues with their tags."""
    return await tagged(client, scope, page, "sqs:queue", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One queue."""
    queue = parse(raw, scope, _arn(raw, scope), raw["Name"].rpartition("/")[2])
    unknown = "AWS does not say what a message draws"
    return queue.described(
        running=(
            Component("requests", "message", REQUESTS_PER_MESSAGE, per="requests", assumed=unknown),
        ),
        monitor={"QueueName": queue.name},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sqs",
        operation="ListQueues",
        scope="region",
        items="QueueUrls[]",
        params={"MaxResults": _PAGE},
        kind_of=lambda raw: KIND,
        permissions=("sqs:ListQueues",),
        expand=queues,
    ),
    describe=describe,
    metrics=(hourly("requests", "AWS/SQS", "NumberOfMessagesSent", {"QueueName": "QueueName"}),),
    reason=(
        "Three requests a message at an assumed energy each, as none is published; "
        "empty receives are left out."
    ),
)
