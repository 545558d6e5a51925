"""Endpoints of Route 53 Resolver: an interface for each address, answered by hidden hosts."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "route53resolver/resolver_endpoint"
# Route 53 API reference: one that needs action is unhealthy, and still there.
STATES = states(
    running="CREATING OPERATIONAL UPDATING AUTO_RECOVERING ACTION_NEEDED", gone="DELETING"
)
FEWEST_ADDRESSES = 2
"""Route 53 developer guide: an endpoint has addresses in two zones at least."""
WHY = "AWS does not show what answers at an endpoint"


async def endpoints(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The endpoints with their tags."""
    return await tagged(
        client, scope, page, "route53resolver:resolver-endpoint", lambda raw: str(raw["Arn"])
    )


def describe(raw: Raw, scope: Scope) -> Description:
    """One endpoint. On an Outpost it runs on an instance of the rack, which is counted there."""
    endpoint = parse(raw, scope, raw["Arn"], raw.get("Name") or raw["Id"])
    addresses = raw.get("IpAddressCount") or FEWEST_ADDRESSES
    held = Component("fixed", "aws/resolver-address", addresses, assumed=WHY)
    return endpoint.described(
        running=() if raw.get("OutpostArn") else (held,),
        state=raw.get("Status", ""),
        info={"host_type": raw.get("Direction")},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="route53resolver",
        operation="ListResolverEndpoints",
        scope="region",
        items="ResolverEndpoints[]",
        kind_of=lambda raw: KIND,
        permissions=("route53resolver:ListResolverEndpoints",),
        expand=endpoints,
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for each address it answers at; who answers is not shown.",
)
