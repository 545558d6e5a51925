"""Services of VPC Lattice: a share of the proxies of a region, which nobody shows."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "vpclattice/service"
STATES = states(
    running="ACTIVE CREATE_IN_PROGRESS DELETE_FAILED", gone="DELETE_IN_PROGRESS CREATE_FAILED"
)
WHY = "AWS does not show the proxies of a service"


async def services(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The services with their tags."""
    return await tagged(client, scope, page, "vpc-lattice:service", lambda raw: str(raw["arn"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One service; none of one that another account shares with this one."""
    if raw["arn"].split(":")[4] != scope.account_id:
        return None
    return parse(raw, scope, raw["arn"], raw["name"]).described(
        running=(Component("fixed", "aws/lattice-service", 1.0, assumed=WHY),),
        state=raw.get("status", ""),
        started=raw.get("createdAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="vpc-lattice",
        operation="ListServices",
        scope="region",
        items="items[]",
        kind_of=lambda raw: KIND,
        permissions=("vpc-lattice:ListServices",),
        expand=services,
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for each service; what passes through it is not read.",
)
