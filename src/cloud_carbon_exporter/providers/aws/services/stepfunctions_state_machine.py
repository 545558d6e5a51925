"""Step Functions state machines, by executions started; what their steps call is counted there."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import hourly
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "stepfunctions/state_machine"


async def state_machines(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The state machines with their tags."""
    return await tagged(
        client, scope, page, "states:stateMachine", lambda raw: str(raw["stateMachineArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One state machine."""
    unknown = "AWS does not say what an execution draws, nor how many steps it took"
    return parse(raw, scope, raw["stateMachineArn"], raw["name"]).described(
        running=(Component("requests", "workflow", 1, per="requests", assumed=unknown),),
        monitor={"StateMachineArn": raw["stateMachineArn"]},
        info={"host_type": raw.get("type")},
        started=raw.get("creationDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="stepfunctions",
        operation="ListStateMachines",
        scope="region",
        items="stateMachines[]",
        kind_of=lambda raw: KIND,
        permissions=("states:ListStateMachines",),
        expand=state_machines,
    ),
    describe=describe,
    metrics=(
        hourly(
            "requests", "AWS/States", "ExecutionsStarted", {"StateMachineArn": "StateMachineArn"}
        ),
    ),
    reason=(
        "An assumed energy an execution, taken as ten steps written down: no figure is published."
    ),
)
