"""Application, network and gateway load balancers: nodes in each zone, and bytes passed on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.load_balancer import nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "elasticloadbalancingv2/load_balancer"
# Elastic Load Balancing API reference: one that failed could not be set up: it has no nodes.
STATES = states(running="provisioning active active_impaired", stopped="failed")
_NAMESPACES = {
    "application": "AWS/ApplicationELB",
    "network": "AWS/NetworkELB",
    "gateway": "AWS/GatewayELB",
}


async def load_balancers(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The load balancers with their tags."""
    return await tagged(
        client,
        scope,
        page,
        "elasticloadbalancing:loadbalancer",
        lambda raw: str(raw["LoadBalancerArn"]),
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One load balancer; monitoring knows it by the end of its ARN, in a namespace of its type."""
    arn, balancer_type = raw["LoadBalancerArn"], raw.get("Type", "")
    told = raw.get("AvailabilityZones") or ()
    zones = [zone.get("ZoneName", "") for zone in told]
    zone, outpost = zones[0] if len(zones) == 1 else "", told[0].get("OutpostId") if told else ""
    # In CloudWatch a load balancer is app/web/50dc6c495c0c9188, the end of its ARN.
    series = {balancer_type: arn.partition(":loadbalancer/")[2]}
    return parse(raw, scope, arn, raw["LoadBalancerName"], zone=zone, outpost=outpost).described(
        running=nodes(len(zones), raw.get("Scheme", "")),
        state=raw.get("State", {}).get("Code", ""),
        monitor=series if balancer_type in _NAMESPACES else {},
        info={"host_type": balancer_type},
        started=raw.get("CreatedTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="elbv2",
        operation="DescribeLoadBalancers",
        scope="region",
        items="LoadBalancers[]",
        kind_of=lambda raw: KIND,
        permissions=("elasticloadbalancing:DescribeLoadBalancers",),
        expand=load_balancers,
    ),
    states=STATES,
    describe=describe,
    metrics=tuple(
        rate("bytes", namespace, "ProcessedBytes", {"LoadBalancer": balancer_type})
        for balancer_type, namespace in _NAMESPACES.items()
    ),
    reason=(
        "A node in each zone, of unknown size, taken as a small server, "
        "and a published figure a byte passed on."
    ),
)
