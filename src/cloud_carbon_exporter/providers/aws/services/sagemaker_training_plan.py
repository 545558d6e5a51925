"""SageMaker training plans: the machines they hold and no job or cluster uses."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import nodes
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sagemaker/training_plan"
# SageMaker developer guide, "View training plan details": between two reserved capacities a plan is
# Scheduled again, and holds nothing.
STATES = states(running="Active", gone="Pending Scheduled Expired Failed")


async def plans(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The plans with their tags."""
    return await tagged(
        client, scope, page, "sagemaker:training-plan", lambda raw: str(raw["TrainingPlanArn"])
    )


def _unused(raw: Raw) -> tuple[float, str]:
    """Machines of the plan nobody uses, and why that is a guess where it is not told."""
    available = raw.get("AvailableInstanceCount")
    if available is not None:
        return float(available), ""
    total, used = raw.get("TotalInstanceCount") or 0, raw.get("InUseInstanceCount") or 0
    return max(0.0, float(total - used)), "what is unused of the plan is not told"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One plan. What is unused is told of all its capacities together: of each in proportion."""
    told = raw.get("ReservedCapacitySummaries") or ()
    active = [capacity for capacity in told if capacity.get("Status", "Active") == "Active"]
    total = sum(capacity["TotalInstanceCount"] for capacity in active)
    unused, doubt = _unused(raw)
    held: list[Component] = []
    for capacity in active if unused else ():
        count = unused * capacity["TotalInstanceCount"] / total
        held += idle(nodes(capacity["InstanceType"]), count, doubt)
    types = dict.fromkeys(capacity["InstanceType"] for capacity in active)
    zones = {capacity.get("AvailabilityZone") or "" for capacity in active}
    arn, name = raw["TrainingPlanArn"], raw["TrainingPlanName"]
    zone = zones.pop() if len(zones) == 1 else ""
    return parse(raw, scope, arn, name, zone=zone).described(
        running=tuple(held),
        state=raw["Status"],
        info={
            "host_type": " ".join(types),
            "reserved": str(raw.get("TotalInstanceCount", "")),
            "unused": f"{unused:g}",
        },
        started=raw.get("StartTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sagemaker",
        operation="ListTrainingPlans",
        scope="region",
        items="TrainingPlanSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("sagemaker:ListTrainingPlans",),
        expand=plans,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "The machines it holds and nothing uses, at rest; "
        "those in use are jobs, clusters and endpoints."
    ),
)
