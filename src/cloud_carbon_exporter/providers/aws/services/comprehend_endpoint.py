"""Comprehend endpoints: inference units that are held for a model of the account's own."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "comprehend/endpoint"
STATES = states(running="IN_SERVICE UPDATING", gone="CREATING DELETING FAILED")
WHY = "unseen machines of an inference unit"


def describe(raw: Raw, scope: Scope) -> Description:
    """One endpoint as the inference units it has now."""
    units = raw.get("CurrentInferenceUnits")
    held = raw.get("DesiredInferenceUnits", 1) if units is None else units
    name = raw["EndpointArn"].rpartition("/")[2]
    return parse(raw, scope, raw["EndpointArn"], name).described(
        running=(Component("fixed", "aws/comprehend-unit", held, assumed=WHY),),
        state=raw.get("Status", ""),
        started=raw.get("CreationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="comprehend",
        operation="ListEndpoints",
        scope="region",
        items="EndpointPropertiesList[]",
        kind_of=lambda raw: KIND,
        permissions=("comprehend:ListEndpoints",),
    ),
    describe=describe,
    states=STATES,
    reason="A fixed draw for each inference unit, which is billed whether it is used or not.",
)
