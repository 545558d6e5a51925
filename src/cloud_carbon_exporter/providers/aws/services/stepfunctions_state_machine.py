"""Step Functions state machines, by the executions started. What their steps call is counted where
it runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec


async def state_machines(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The state machines with their tags."""
    return await tagged(
        client, scope, page, "states:stateMachine", lambda raw: str(raw["stateMachineArn"])
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One state machine."""
    unknown = "AWS does not say what an execution draws, nor how many steps it took"
    return Resource(
        id=raw["stateMachineArn"],
        kind="stepfunctions/state_machine",
        name=raw["name"],
        location=scope.location(),
        components=(Component("requests", "workflow", 1, per="requests", assumed=unknown),),
        tags=tags(raw.get("Tags")),
        monitor={"StateMachineArn": raw["stateMachineArn"]},
        info=told(host_type=raw.get("type")),
    )


SPEC = ServiceSpec(
    kind="stepfunctions/state_machine",
    listing=Listing(
        api="stepfunctions",
        operation="ListStateMachines",
        scope="region",
        items="stateMachines[]",
        kind_of=lambda raw: "stepfunctions/state_machine",
        permissions=("states:ListStateMachines",),
        expand=state_machines,
    ),
    describe=describe,
    metrics=(
        hourly(
            "requests", "AWS/States", "ExecutionsStarted", {"StateMachineArn": "StateMachineArn"}
        ),
    ),
    reason="An assumed energy an execution, taken as ten steps written down: no figure is published.",
)
