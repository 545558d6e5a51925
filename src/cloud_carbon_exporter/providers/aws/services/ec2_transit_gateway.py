"""Transit gateways: routers of the account that owns them; one shared with an account is counted at
its owner.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_GONE = frozenset({"deleted", "deleting"})


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One gateway of this account."""
    name, state, labels = raw["TransitGatewayId"], raw.get("State"), tags(raw.get("Tags"))
    if state in _GONE or raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    return Resource(
        id=raw["TransitGatewayArn"],
        kind="ec2/transit_gateway",
        name=labels.get("Name") or name,
        location=scope.location(),
        components=(
            Component(
                "fixed",
                "aws/transit-gateway",
                1,
                assumed="AWS does not say what a transit gateway holds",
            ),
            Component("network", "intra", 1, per="bytes"),
        ),
        tags=labels,
        monitor={"TransitGateway": name},
        info=told(state=state),
    )


SPEC = ServiceSpec(
    kind="ec2/transit_gateway",
    listing=Listing(
        api="ec2",
        operation="DescribeTransitGateways",
        scope="region",
        items="TransitGateways[]",
        kind_of=lambda raw: "ec2/transit_gateway",
        permissions=("ec2:DescribeTransitGateways",),
    ),
    describe=describe,
    metrics=(rate("bytes", "AWS/TransitGateway", "BytesIn", {"TransitGateway": "TransitGateway"}),),
    reason="A pair of small servers, as its size is not published, and a published figure a byte that comes in.",
)
