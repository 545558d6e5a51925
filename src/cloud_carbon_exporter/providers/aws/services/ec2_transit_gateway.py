"""Transit gateways: routers of the account that owns them; a shared one counts at its owner."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse, tags_of
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/transit_gateway"
STATES = states(running="pending available modifying", gone="deleting deleted")


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One gateway of this account."""
    if raw.get("OwnerId", scope.account_id) != scope.account_id:
        return None
    gateway_id = raw["TransitGatewayId"]
    name = tags_of(raw).get("Name") or gateway_id
    unknown = "AWS does not say what a transit gateway holds"
    return parse(raw, scope, raw["TransitGatewayArn"], name).described(
        running=(
            Component("fixed", "aws/transit-gateway", 1, assumed=unknown),
            Component("network", "intra", 1, per="bytes"),
        ),
        state=raw.get("State", ""),
        monitor={"TransitGateway": gateway_id},
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeTransitGateways",
        scope="region",
        items="TransitGateways[]",
        kind_of=lambda raw: KIND,
        permissions=("ec2:DescribeTransitGateways",),
    ),
    states=STATES,
    describe=describe,
    metrics=(rate("bytes", "AWS/TransitGateway", "BytesIn", {"TransitGateway": "TransitGateway"}),),
    reason=(
        "A pair of small servers, as its size is not published, "
        "and a published figure a byte that comes in."
    ),
)
