"""Bedrock's provisioned throughput: model units that are held, used or not."""

from __future__ import annotations

from cloud_carbon_exporter.model.language_models import components, language_model
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.bedrock import RUNTIME, TOKEN_METRICS, name_of
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "bedrock/provisioned_model"
# One that is being made is billed once it serves; a change, or the failure of one, takes nothing.
STATES = states(running="InService Updating", gone="Creating Failed")
WHY = "the machines of a model unit are not told"


def describe(raw: Raw, scope: Scope) -> Description:
    """Machines of its model units at rest, and what the tokens that pass take beyond that."""
    arn = raw["provisionedModelArn"]
    model = name_of(raw.get("foundationModelArn") or raw["modelArn"])
    held = f"aws/model-unit/{language_model(model).size}"
    return parse(raw, scope, arn, raw["provisionedModelName"]).described(
        running=(Component("fixed", held, raw["modelUnits"], assumed=WHY), *components(model)),
        state=raw["status"],
        # bedrock-runtime is called by the ARN
        monitor={RUNTIME: arn},
        info={"host_type": model, "model": model, "lifecycle": raw.get("commitmentDuration")},
        started=raw.get("creationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="bedrock",
        operation="ListProvisionedModelThroughputs",
        scope="region",
        items="provisionedModelSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("bedrock:ListProvisionedModelThroughputs",),
    ),
    describe=describe,
    states=STATES,
    lasting=True,
    metrics=TOKEN_METRICS,
    reason=(
        "The boards and hosts of its model units at rest, as they are held whether used or not, "
        "and an energy for each token, by the size of the model."
    ),
)
