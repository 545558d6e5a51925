"""Public Gateways of private networks."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Nothing says that the machine of a gateway that failed, or is locked, was given back.
STATES = states(
    running="running configuring stopping failed locked",
    stopped="stopped",
    gone="allocating deleting",
)

WHY = "the machine of a gateway is not told"


def _gateway(raw: Raw, scope: Scope) -> Description:
    name = str(raw.get("type") or "vpc-gw-s").lower()
    return parse(raw, scope).described(
        running=[Component("fixed", f"scaleway/{name}", 1, assumed=WHY)],
        info={"host_type": name},
    )


SPEC = ServiceSpec(
    kind="vpc_gw/gateway",
    listing=listing(
        "ListGateways",
        "vpc-gw/v2/zones/{zone}/gateways",
        "gateways",
        kind="vpc_gw/gateway",
        permission="VPCGatewayReadOnly",
        lookup=projects,
    ),
    describe=_gateway,
    states=STATES,
    searched_as="vpg_gateway",
    reason="One small machine by the type's size.",
)
