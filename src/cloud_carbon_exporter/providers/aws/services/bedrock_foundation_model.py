"""Bedrock: the tokens an account sends through each model; what serves them is shared, not told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "bedrock/foundation_model"
_HOUR = 3600.0
_NAMESPACE = "AWS/Bedrock"
_USED = {"Namespace": _NAMESPACE, "MetricName": "Invocations"}
_LIST_METRICS = "cloudwatch:ListMetrics"
# Names of small models: makers use such a word, or billions of parameters of one digit.
_SMALL = re.compile(r"haiku|micro|lite|mini|nano|small|embed|rerank|[.-][1-9]b\b", re.IGNORECASE)


def _model_id(series: Raw) -> str:
    """Model of a CloudWatch series that bears the model alone; empty for one of finer grain."""
    dimensions: dict[str, Any] = {}
    for dimension in series.get("Dimensions", ()):
        dimensions[dimension["Name"]] = dimension["Value"]
    return dimensions["ModelId"] if dimensions.keys() == {"ModelId"} else ""


async def models_in_use(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The models as listed, and the names of models or profiles that CloudWatch has calls of."""

    # ListMetrics tells what was called in the last two weeks; the list of models holds all that
    # could be.
    async def ask() -> list[str]:
        called: set[str] = set()
        async for answer in client.answers(
            scope, "cloudwatch", "ListMetrics", _USED, permissions=_LIST_METRICS
        ):
            called.update(map(_model_id, answer.get("Metrics", ())))
        return sorted(called - {""})

    used = await client.cache.get(("bedrock models", scope.account_id, scope.region), _HOUR, ask)
    return [*page, *({"ModelId": name} for name in used)]


def with_listed(everything: Sequence[Raw]) -> Sequence[Raw]:
    """The models, or inference profiles, that were called, with what the list says of them."""
    known: dict[str, Raw] = {}
    called: dict[str, None] = {}
    for raw in everything:
        if "ModelId" in raw:
            called[raw["ModelId"]] = None
        else:
            known[str(raw.get("modelId"))] = raw
    return [{"ModelId": name, **_listed(name, known)} for name in called]


def _listed(name: str, known: dict[str, Raw]) -> Raw:
    """A model as listed; a profile ("eu.anthropic.claude-...") by the model it leads to."""
    return known.get(name) or known.get(name.partition(".")[2]) or {}


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One model as this account uses it in this region."""
    model = raw["ModelId"]
    id_ = arn("bedrock", scope.region, scope.account_id, f"foundation-model/{model}")
    name = raw.get("modelName") or model.rpartition("/")[2]
    size = "token-small" if _SMALL.search(model) else "token"
    unknown = "energy of a token of this model is not published"
    return parse(raw, scope, model if model.startswith("arn:") else id_, name).described(
        running=(
            Component("requests", size, 1, per="tokens", assumed=unknown),
            Component("requests", "token-input", 1, per="requests", assumed=unknown),
        ),
        monitor={"ModelId": model},
        info={"host_type": model, "engine": raw.get("providerName")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="bedrock",
        operation="ListFoundationModels",
        scope="region",
        items="modelSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("bedrock:ListFoundationModels", _LIST_METRICS),
        expand=models_in_use,
        whole=with_listed,
    ),
    describe=describe,
    metrics=(
        rate("tokens", _NAMESPACE, "OutputTokenCount", {"ModelId": "ModelId"}),
        rate("requests", _NAMESPACE, "InputTokenCount", {"ModelId": "ModelId"}),
    ),
    reason=(
        "An energy a token written and a token read, from studies of other models: "
        "none is published for these."
    ),
)
