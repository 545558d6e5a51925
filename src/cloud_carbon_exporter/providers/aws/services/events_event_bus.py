"""EventBridge buses, by how often they tried to hand an event on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "events/event_bus"


async def buses(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The buses with their tags."""
    return await tagged(client, scope, page, "events:event-bus", lambda raw: str(raw["Arn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One bus; every region has a default one."""
    unknown = "AWS does not say what an event draws"
    return parse(raw, scope, raw["Arn"], raw["Name"]).described(
        running=(Component("requests", "message", 1, per="requests", assumed=unknown),),
        monitor={"EventBusName": raw["Name"]},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="events",
        operation="ListEventBuses",
        scope="region",
        items="EventBuses[]",
        kind_of=lambda raw: KIND,
        permissions=("events:ListEventBuses",),
        expand=buses,
    ),
    describe=describe,
    metrics=(
        hourly("requests", "AWS/Events", "InvocationAttempts", {"EventBusName": "EventBusName"}),
    ),
    reason=(
        "An assumed energy for each event handed on; "
        "those that match no rule are not counted by bus."
    ),
)
