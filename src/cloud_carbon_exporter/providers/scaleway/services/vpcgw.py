"""Public Gateways of private networks."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

OFF = frozenset({"stopped", "allocating", "deleting"})


def _gateway(raw: Raw, scope: Scope) -> Resource | None:
    if str(raw.get("status")) in OFF:
        return None
    name = str(raw.get("type") or "vpc-gw-s").lower()
    machine = Component(kind="fixed", part=f"scaleway/{name}", amount=1)
    return resource(raw, scope, "vpc_gw/gateway", [machine], info={"host_type": name})


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
    reason="One small machine by the type's size.",
)
