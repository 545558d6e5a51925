"""NAT gateways: a pair of small servers in each of their zones, and the bytes they translate."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/nat_gateway"
STATES = states(running="pending available", gone="failed deleting deleted")


def _zones(raw: Raw) -> int:
    """Zones a gateway stands in: one, or of a regional one each zone it has an address in."""
    if raw.get("AvailabilityMode") != "regional":
        return 1
    # A regional gateway spreads by itself over the zones its network uses, with an address in
    # each.
    addresses = raw.get("NatGatewayAddresses") or ()
    zones = {address.get("AvailabilityZone") or "" for address in addresses}
    return max(1, len(zones))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One gateway."""
    gateway_id, reach = raw["NatGatewayId"], raw.get("ConnectivityType", "public")
    unknown = "AWS does not say what a NAT gateway holds"
    path = "intra" if reach == "private" else "internet"
    return parse_ec2(raw, scope, f"natgateway/{gateway_id}").described(
        running=(
            Component("fixed", "aws/nat-gateway", _zones(raw), assumed=unknown),
            Component("network", path, 1, per="bytes"),
        ),
        state=raw.get("State", ""),
        monitor={"NatGatewayId": gateway_id},
        info={"host_type": reach},
        started=raw.get("CreateTime"),
        ended=raw.get("DeleteTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeNatGateways",
        scope="region",
        items="NatGateways[]",
        kind_of=lambda raw: KIND,
        permissions=("ec2:DescribeNatGateways",),
    ),
    states=STATES,
    describe=describe,
    metrics=(
        rate("bytes", "AWS/NATGateway", "BytesInFromSource", {"NatGatewayId": "NatGatewayId"}),
        rate("bytes", "AWS/NATGateway", "BytesInFromDestination", {"NatGatewayId": "NatGatewayId"}),
    ),
    reason=(
        "A pair of small servers a zone, as its size is not published, "
        "and a published figure a byte passed on."
    ),
)
