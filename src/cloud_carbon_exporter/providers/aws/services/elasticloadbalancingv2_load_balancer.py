"""Application, network and gateway load balancers: nodes in each of their zones, and the bytes they
pass on.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

NODES = 2
"""The figure of a load balancer stands for two nodes; AWS runs one at least in every zone it is
enabled in.
"""
_NAMESPACES = {
    "application": "AWS/ApplicationELB",
    "network": "AWS/NetworkELB",
    "gateway": "AWS/GatewayELB",
}
_UNKNOWN = "AWS does not say what a load balancer's node holds"


async def load_balancers(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The load balancers with their tags."""
    arn = "LoadBalancerArn"
    return await tagged(
        client, scope, page, "elasticloadbalancing:loadbalancer", lambda raw: str(raw[arn])
    )


def nodes(zones: int, scheme: str) -> tuple[Component, ...]:
    """The nodes of a load balancer in so many zones, and the network that leads to them."""
    path = "internet" if scheme == "internet-facing" else "intra"
    return (
        Component("fixed", "aws/load-balancer", max(1, zones) / NODES, assumed=_UNKNOWN),
        Component("network", path, 1, per="bytes"),
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One load balancer; monitoring knows it by the end of its ARN."""
    kind, state = raw.get("Type", ""), raw.get("State", {}).get("Code", "")
    zones = [zone.get("ZoneName", "") for zone in raw.get("AvailabilityZones") or ()]
    return Resource(
        id=raw["LoadBalancerArn"],
        kind="elasticloadbalancingv2/load_balancer",
        name=raw["LoadBalancerName"],
        location=scope.location(zone=zones[0] if len(zones) == 1 else ""),
        components=() if state == "failed" else nodes(len(zones), raw.get("Scheme", "")),
        tags=tags(raw.get("Tags")),
        monitor={kind: raw["LoadBalancerArn"].partition(":loadbalancer/")[2]}
        if kind in _NAMESPACES
        else {},
        info=told(host_type=kind, state=state),
    )


SPEC = ServiceSpec(
    kind="elasticloadbalancingv2/load_balancer",
    listing=Listing(
        api="elbv2",
        operation="DescribeLoadBalancers",
        scope="region",
        items="LoadBalancers[]",
        kind_of=lambda raw: "elasticloadbalancingv2/load_balancer",
        permissions=("elasticloadbalancing:DescribeLoadBalancers",),
        expand=load_balancers,
    ),
    describe=describe,
    metrics=tuple(
        rate("bytes", namespace, "ProcessedBytes", {"LoadBalancer": kind})
        for kind, namespace in _NAMESPACES.items()
    ),
    reason="A node in each zone, of unknown size, taken as a small server, and a published figure a byte passed on.",
)
