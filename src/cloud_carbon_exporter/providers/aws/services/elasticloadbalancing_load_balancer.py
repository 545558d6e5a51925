"""Classic load balancers: nodes in each of their zones, and the bytes they pass on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.aws.services.elasticloadbalancingv2_load_balancer import nodes
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec


def _arn(raw: Raw, scope: Scope) -> str:
    return arn(
        "elasticloadbalancing",
        scope.region,
        scope.account_id,
        f"loadbalancer/{raw['LoadBalancerName']}",
    )


async def load_balancers(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The load balancers with their tags."""
    return await tagged(
        client, scope, page, "elasticloadbalancing:loadbalancer", lambda raw: _arn(raw, scope)
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One classic load balancer."""
    name = raw["LoadBalancerName"]
    return Resource(
        id=_arn(raw, scope),
        kind="elasticloadbalancing/load_balancer",
        name=name,
        location=scope.location(),
        components=nodes(len(raw.get("AvailabilityZones") or ()), raw.get("Scheme", "")),
        tags=tags(raw.get("Tags")),
        monitor={"LoadBalancerName": name},
        info={"host_type": "classic"},
    )


SPEC = ServiceSpec(
    kind="elasticloadbalancing/load_balancer",
    listing=Listing(
        api="elb",
        operation="DescribeLoadBalancers",
        scope="region",
        items="LoadBalancerDescriptions[]",
        kind_of=lambda raw: "elasticloadbalancing/load_balancer",
        permissions=("elasticloadbalancing:DescribeLoadBalancers",),
        expand=load_balancers,
    ),
    describe=describe,
    metrics=(
        rate(
            "bytes", "AWS/ELB", "EstimatedProcessedBytes", {"LoadBalancerName": "LoadBalancerName"}
        ),
    ),
    reason="A node in each zone, of unknown size, taken as a small server, and a published figure a byte passed on.",
)
