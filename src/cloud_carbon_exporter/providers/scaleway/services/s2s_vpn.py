"""Gateways of Site-to-Site VPN."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# Nothing says that the machine of a gateway that failed, or is locked, was given back.
STATES = states(running="active configuring failed locked", gone="provisioning deprovisioning")

WHY = "the machine of a gateway is not told"


def _gateway(raw: Raw, scope: Scope) -> Description:
    name = str(raw.get("gateway_type") or "vgw-s").lower()
    return parse(raw, scope).described(
        running=[Component("fixed", f"scaleway/{name}", 1, assumed=WHY)],
        info={"host_type": name},
    )


SPEC = ServiceSpec(
    kind="s2s_vpn/gateway",
    listing=listing(
        "ListVpnGateways",
        "s2s-vpn/v1alpha1/regions/{region}/vpn-gateways",
        "gateways",
        kind="s2s_vpn/gateway",
        permission="SiteToSiteVPNReadOnly",
        lookup=projects,
    ),
    describe=_gateway,
    states=STATES,
    searched_as="svpn_vpn_gateway",
    reason="One small machine by the type's size.",
)
