"""CodeBuild fleets: machines that wait for builds, and are there whether any runs or not."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import batches, told
from cloud_carbon_exporter.providers.aws.describing.codebuild import machine
from cloud_carbon_exporter.providers.aws.describing.hardware import times
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "codebuild/fleet"
# A fleet that is to be deleted keeps its machines until its builds have ended.
STATES = states(
    running="CREATING UPDATING ROTATING ACTIVE UPDATE_ROLLBACK_FAILED PENDING_DELETION",
    gone="CREATE_FAILED DELETING",
)
_DETAILS = "codebuild:BatchGetFleets"
_FLEETS_PER_CALL = 100


async def fleets(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The fleets described, a hundred at once: the list has their ARNs alone."""
    described: list[Raw] = []
    for some in batches([str(raw["Name"]) for raw in page], _FLEETS_PER_CALL):
        answer = await client.call(
            scope, "codebuild", "BatchGetFleets", {"names": list(some)}, permissions=_DETAILS
        )
        described += told(answer, "fleets", scope, "BatchGetFleets")
    return described


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One fleet: as many machines as scaling wants of it, else its base capacity."""
    wanted = (raw.get("scalingConfiguration") or {}).get("desiredCapacity")
    machines = wanted or raw.get("baseCapacity") or 0
    environment = {**raw, "type": raw.get("environmentType")}
    return parse(raw, scope, raw["arn"], raw.get("name") or raw["id"]).described(
        running=times(machine(environment), machines) if machines else (),
        state=(raw.get("status") or {}).get("statusCode", ""),
        info={"host_type": raw.get("computeType")},
        started=raw.get("created"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="codebuild",
        operation="ListFleets",
        scope="region",
        items="fleets[]",
        kind_of=lambda raw: KIND,
        permissions=("codebuild:ListFleets", _DETAILS),
        expand=fleets,
    ),
    states=STATES,
    describe=describe,
    lasting=True,
    reason=(
        "The vCPUs, memory and disk of its compute type, for each machine it has or wants, "
        "whether a build runs or not."
    ),
)
