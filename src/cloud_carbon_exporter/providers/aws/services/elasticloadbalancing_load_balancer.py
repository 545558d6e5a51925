"""Classic load balancers: nodes in each of their zones, and the bytes they pass on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.load_balancer import nodes
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "elasticloadbalancing/load_balancer"


def _arn(raw: Raw, scope: Scope) -> str:
    # The list gives no ARN; a classic load balancer is unique by its name.
    name = raw["LoadBalancerName"]
    return arn("elasticloadbalancing", scope.region, scope.account_id, f"loadbalancer/{name}")


async def load_balancers(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The load balancers with their tags."""
    return await tagged(
        client, scope, page, "elasticloadbalancing:loadbalancer", lambda raw: _arn(raw, scope)
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One classic load balancer."""
    zones = raw.get("AvailabilityZones") or []
    zone = zones[0] if len(zones) == 1 else ""
    balancer = parse(raw, scope, _arn(raw, scope), raw["LoadBalancerName"], zone=zone)
    return balancer.described(
        running=nodes(len(zones), raw.get("Scheme", "")),
        monitor={"LoadBalancerName": balancer.name},
        info={"host_type": "classic"},
        started=raw.get("CreatedTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="elb",
        operation="DescribeLoadBalancers",
        scope="region",
        items="LoadBalancerDescriptions[]",
        kind_of=lambda raw: KIND,
        permissions=("elasticloadbalancing:DescribeLoadBalancers",),
        expand=load_balancers,
    ),
    describe=describe,
    metrics=(
        rate(
            "bytes", "AWS/ELB", "EstimatedProcessedBytes", {"LoadBalancerName": "LoadBalancerName"}
        ),
    ),
    reason=(
        "A node in each zone, of unknown size, taken as a small server, "
        "and a published figure a byte passed on."
    ),
)
