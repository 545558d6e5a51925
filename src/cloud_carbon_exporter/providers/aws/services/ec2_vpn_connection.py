"""VPN: site-to-site connections with their two tunnels, and endpoints for people."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

CONNECTION, ENDPOINT = "ec2/vpn_connection", "ec2/client_vpn_endpoint"
CONNECTION_STATES = states(running="pending available", gone="deleting deleted")
# While no network is associated nobody can connect: nothing stands ready, and none is billed.
ENDPOINT_STATES = states(running="pending available", gone="pending-associate deleting deleted")
# The two tunnels of a connection end on two machines; of an endpoint the same is assumed.
_HELD = (
    Component("fixed", "aws/vpn", 1, assumed="AWS does not say what the end of a VPN holds"),
    Component("network", "internet", 1, per="bytes"),
)


def describe_connection(raw: Raw, scope: Scope) -> Description | None:
    """One connection: AWS ends its two tunnels on two machines."""
    connection_id = raw["VpnConnectionId"]
    return parse_ec2(raw, scope, f"vpn-connection/{connection_id}").described(
        running=_HELD, state=raw.get("State", ""), monitor={"VpnId": connection_id}
    )


def describe_endpoint(raw: Raw, scope: Scope) -> Description | None:
    """One endpoint, on two machines as well."""
    endpoint_id = raw["ClientVpnEndpointId"]
    return parse_ec2(raw, scope, f"client-vpn-endpoint/{endpoint_id}").described(
        running=_HELD,
        state=raw.get("Status", {}).get("Code", ""),
        monitor={"Endpoint": endpoint_id},
    )


SPECS = (
    ServiceSpec(
        kind=CONNECTION,
        listing=Listing(
            api="ec2",
            operation="DescribeVpnConnections",
            scope="region",
            items="VpnConnections[]",
            kind_of=lambda raw: CONNECTION,
            permissions=("ec2:DescribeVpnConnections",),
        ),
        states=CONNECTION_STATES,
        describe=describe_connection,
        metrics=(
            rate("bytes", "AWS/VPN", "TunnelDataIn", {"VpnId": "VpnId"}),
            rate("bytes", "AWS/VPN", "TunnelDataOut", {"VpnId": "VpnId"}),
        ),
        reason=(
            "Two small servers, one a tunnel, as their size is not published, "
            "and a published figure a byte."
        ),
    ),
    ServiceSpec(
        kind=ENDPOINT,
        listing=Listing(
            api="ec2",
            operation="DescribeClientVpnEndpoints",
            scope="region",
            items="ClientVpnEndpoints[]",
            kind_of=lambda raw: ENDPOINT,
            permissions=("ec2:DescribeClientVpnEndpoints",),
        ),
        states=ENDPOINT_STATES,
        describe=describe_endpoint,
        metrics=(
            rate("bytes", "AWS/ClientVPN", "IngressBytes", {"Endpoint": "Endpoint"}),
            rate("bytes", "AWS/ClientVPN", "EgressBytes", {"Endpoint": "Endpoint"}),
        ),
        reason="Two small servers, as their size is not published, and a published figure a byte.",
    ),
)
