"""VPC endpoints with interfaces of their own. A gateway endpoint is a route: it draws nothing."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/vpc_endpoint"
STATES = states(
    running="PendingAcceptance Pending Available Partial",
    gone="Deleting Deleted Rejected Failed Expired",
)
_ROUTE = "Gateway"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One endpoint."""
    endpoint_id, endpoint_type = raw["VpcEndpointId"], raw.get("VpcEndpointType", "Interface")
    # Endpoints for S3 and DynamoDB may be such routes; they cost nothing either.
    if endpoint_type == _ROUTE:
        return None
    endpoint = parse_ec2(raw, scope, f"vpc-endpoint/{endpoint_id}", owner=raw.get("OwnerId"))
    unknown = "AWS does not say what a VPC endpoint holds"
    # It is served, and paid for, in each zone that it has a subnet in.
    zones = len(raw.get("SubnetIds") or ()) or 1
    return endpoint.described(
        running=(
            Component("fixed", "aws/vpc-endpoint", zones, assumed=unknown),
            Component("network", "intra", 1, per="bytes"),
        ),
        state=raw.get("State", ""),
        # PrivateLink writes the series of an endpoint with these four dimensions.
        monitor={
            "Type": endpoint_type,
            "Service": raw.get("ServiceName", ""),
            "Endpoint": endpoint_id,
            "Vpc": raw.get("VpcId", ""),
        },
        info={"host_type": endpoint_type},
        started=raw.get("CreationTimestamp"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeVpcEndpoints",
        scope="region",
        items="VpcEndpoints[]",
        kind_of=lambda raw: KIND,
        permissions=("ec2:DescribeVpcEndpoints",),
    ),
    states=STATES,
    describe=describe,
    metrics=(
        rate(
            "bytes",
            "AWS/PrivateLinkEndpoints",
            "BytesProcessed",
            {
                "Endpoint Type": "Type",
                "Service Name": "Service",
                "VPC Endpoint Id": "Endpoint",
                "VPC Id": "Vpc",
            },
        ),
    ),
    reason=(
        "A small share of AWS' own routers in each zone, assumed, "
        "and a published figure a byte passed on."
    ),
)
