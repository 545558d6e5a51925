"""VPN: site-to-site connections with their two tunnels, and endpoints for people."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_GONE = frozenset({"deleted", "deleting"})
_HELD = (
    Component("fixed", "aws/vpn", 1, assumed="AWS does not say what the end of a VPN holds"),
    Component("network", "internet", 1, per="bytes"),
)


def _resource(
    raw: Raw, scope: Scope, kind: str, name: str, state: str, monitor: str
) -> Resource | None:
    if state in _GONE:
        return None
    labels = tags(raw.get("Tags"))
    return Resource(
        id=arn("ec2", scope.region, scope.account_id, f"{kind.replace('_', '-')}/{name}"),
        kind=f"ec2/{kind}",
        name=labels.get("Name") or name,
        location=scope.location(),
        components=_HELD,
        tags=labels,
        monitor={monitor: name},
        info=told(state=state),
    )


def describe_connection(raw: Raw, scope: Scope) -> Resource | None:
    """One connection: AWS ends its two tunnels on two machines."""
    return _resource(
        raw, scope, "vpn_connection", raw["VpnConnectionId"], raw.get("State", ""), "VpnId"
    )


def describe_endpoint(raw: Raw, scope: Scope) -> Resource | None:
    """One endpoint; with no network associated nobody can connect, and nothing stands ready."""
    name, state = raw["ClientVpnEndpointId"], raw.get("Status", {}).get("Code", "")
    if state == "pending-associate":
        return None
    return _resource(raw, scope, "client_vpn_endpoint", name, state, "Endpoint")


SPECS = (
    ServiceSpec(
        kind="ec2/vpn_connection",
        listing=Listing(
            api="ec2",
            operation="DescribeVpnConnections",
            scope="region",
            items="VpnConnections[]",
            kind_of=lambda raw: "ec2/vpn_connection",
            permissions=("ec2:DescribeVpnConnections",),
        ),
        describe=describe_connection,
        metrics=tuple(
            rate("bytes", "AWS/VPN", name, {"VpnId": "VpnId"})
            for name in ("TunnelDataIn", "TunnelDataOut")
        ),
        reason="Two small servers, one a tunnel, as their size is not published, and a published figure a byte.",
    ),
    ServiceSpec(
        kind="ec2/client_vpn_endpoint",
        listing=Listing(
            api="ec2",
            operation="DescribeClientVpnEndpoints",
            scope="region",
            items="ClientVpnEndpoints[]",
            kind_of=lambda raw: "ec2/client_vpn_endpoint",
            permissions=("ec2:DescribeClientVpnEndpoints",),
        ),
        describe=describe_endpoint,
        metrics=tuple(
            rate("bytes", "AWS/ClientVPN", name, {"Endpoint": "Endpoint"})
            for name in ("IngressBytes", "EgressBytes")
        ),
        reason="Two small servers, as their size is not published, and a published figure a byte.",
    ),
)
