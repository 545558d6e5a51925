"""VPC endpoints with interfaces of their own. A gateway endpoint is a route: it draws nothing."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_GONE = frozenset({"deleted", "deleting", "rejected", "failed", "expired"})
_ROUTE = "Gateway"


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One endpoint."""
    name, state, labels = raw["VpcEndpointId"], raw.get("State", ""), tags(raw.get("Tags"))
    kind = raw.get("VpcEndpointType", "Interface")
    if state.lower() in _GONE or kind == _ROUTE:
        return None
    return Resource(
        id=arn("ec2", scope.region, raw.get("OwnerId") or scope.account_id, f"vpc-endpoint/{name}"),
        kind="ec2/vpc_endpoint",
        name=labels.get("Name") or name,
        location=scope.location(),
        components=(
            Component(
                "fixed", "aws/vpc-endpoint", 1, assumed="AWS does not say what a VPC endpoint holds"
            ),
            Component("network", "intra", 1, per="bytes"),
        ),
        tags=labels,
        monitor={
            "Type": kind,
            "Service": raw.get("ServiceName", ""),
            "Endpoint": name,
            "Vpc": raw.get("VpcId", ""),
        },
        info=told(host_type=kind, state=state),
    )


SPEC = ServiceSpec(
    kind="ec2/vpc_endpoint",
    listing=Listing(
        api="ec2",
        operation="DescribeVpcEndpoints",
        scope="region",
        items="VpcEndpoints[]",
        kind_of=lambda raw: "ec2/vpc_endpoint",
        permissions=("ec2:DescribeVpcEndpoints",),
    ),
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
    reason="A share of AWS' own routers of unknown size, and a published figure a byte passed on.",
)
