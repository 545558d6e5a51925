"""NAT gateways: a pair of small servers in each zone they stand in, and the bytes they translate,
either way.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_GONE = frozenset({"deleted", "deleting", "failed"})


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One gateway. A regional one stands in every zone it has an address in."""
    name, state, labels = raw["NatGatewayId"], raw.get("State"), tags(raw.get("Tags"))
    if state in _GONE:
        return None
    zones = {
        address.get("AvailabilityZone") or "" for address in raw.get("NatGatewayAddresses") or ()
    }
    reach = raw.get("ConnectivityType", "public")
    regional = raw.get("AvailabilityMode") == "regional"
    return Resource(
        id=arn("ec2", scope.region, scope.account_id, f"natgateway/{name}"),
        kind="ec2/nat_gateway",
        name=labels.get("Name") or name,
        location=scope.location(),
        components=(
            Component(
                "fixed",
                "aws/nat-gateway",
                max(1, len(zones)) if regional else 1,
                assumed="AWS does not say what a NAT gateway holds",
            ),
            Component("network", "intra" if reach == "private" else "internet", 1, per="bytes"),
        ),
        tags=labels,
        monitor={"NatGatewayId": name},
        info=told(host_type=reach, state=state),
    )


SPEC = ServiceSpec(
    kind="ec2/nat_gateway",
    listing=Listing(
        api="ec2",
        operation="DescribeNatGateways",
        scope="region",
        items="NatGateways[]",
        kind_of=lambda raw: "ec2/nat_gateway",
        permissions=("ec2:DescribeNatGateways",),
    ),
    describe=describe,
    metrics=tuple(
        rate("bytes", "AWS/NATGateway", name, {"NatGatewayId": "NatGatewayId"})
        for name in ("BytesInFromSource", "BytesInFromDestination")
    ),
    reason="A pair of small servers a zone, as its size is not published, and a published figure a byte passed on.",
)
