"""EventBridge buses, by how often they tried to hand an event on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec


async def buses(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The buses with their tags."""
    return await tagged(client, scope, page, "events:event-bus", lambda raw: str(raw["Arn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One bus; every region has a default one."""
    unknown = "AWS does not say what an event draws"
    return Resource(
        id=raw["Arn"],
        kind="events/event_bus",
        name=raw["Name"],
        location=scope.location(),
        components=(Component("requests", "message", 1, per="requests", assumed=unknown),),
        tags=tags(raw.get("Tags")),
        monitor={"EventBusName": raw["Name"]},
    )


SPEC = ServiceSpec(
    kind="events/event_bus",
    listing=Listing(
        api="events",
        operation="ListEventBuses",
        scope="region",
        items="EventBuses[]",
        kind_of=lambda raw: "events/event_bus",
        permissions=("events:ListEventBuses",),
        expand=buses,
    ),
    describe=describe,
    metrics=(
        hourly("requests", "AWS/Events", "InvocationAttempts", {"EventBusName": "EventBusName"}),
    ),
    reason="An assumed energy for each event handed on; those that match no rule are not counted by bus.",
)
