"""Bedrock: the tokens an account sends through each model. What serves them is shared, and not
told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.describing.hardware import told
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_HOUR = 3600.0
_NAMESPACE = "AWS/Bedrock"
_USED = {"Namespace": _NAMESPACE, "MetricName": "Invocations"}
_LIST_METRICS = "cloudwatch:ListMetrics"
_SMALL = re.compile(r"haiku|micro|lite|mini|nano|small|embed|rerank|[.-][1-9]b\b", re.IGNORECASE)
"""What makers call the small ones of their models: by a word, or by billions of parameters of one
digit.
"""


async def models_in_use(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The models, or inference profiles, that CloudWatch has calls of, with what the list says of
    them.
    """

    async def ask() -> list[str]:
        found: set[str] = set()
        async for answer in client.answers(
            scope, "cloudwatch", "ListMetrics", _USED, permissions=_LIST_METRICS
        ):
            for listed in answer.get("Metrics", ()):
                dimensions: dict[str, Any] = {
                    one["Name"]: one["Value"] for one in listed.get("Dimensions", ())
                }
                if dimensions.keys() == {"ModelId"}:
                    found.add(dimensions["ModelId"])
        return sorted(found)

    used = await client.cache.get(("bedrock models", scope.account_id, scope.region), _HOUR, ask)
    known = {str(raw["modelId"]): raw for raw in page}
    return [{"ModelId": name, **_listed(name, known)} for name in used]


def _listed(name: str, known: dict[str, Raw]) -> Raw:
    """A model as listed; a profile ("eu.anthropic.claude-...") by the model it leads to."""
    return known.get(name) or known.get(name.partition(".")[2]) or {}


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One model as this account uses it in this region."""
    name = raw["ModelId"]
    size = "token-small" if _SMALL.search(name) else "token"
    unknown = "energy of a token of this model is not published"
    return Resource(
        id=name
        if name.startswith("arn:")
        else arn("bedrock", scope.region, scope.account_id, f"foundation-model/{name}"),
        kind="bedrock/foundation_model",
        name=raw.get("modelName") or name.rpartition("/")[2],
        location=scope.location(),
        components=(
            Component("requests", size, 1, per="tokens", assumed=unknown),
            Component("requests", "token-input", 1, per="requests", assumed=unknown),
        ),
        monitor={"ModelId": name},
        info=told(host_type=name, engine=raw.get("providerName")),
    )


SPEC = ServiceSpec(
    kind="bedrock/foundation_model",
    listing=Listing(
        api="bedrock",
        operation="ListFoundationModels",
        scope="region",
        items="modelSummaries[]",
        kind_of=lambda raw: "bedrock/foundation_model",
        permissions=("bedrock:ListFoundationModels", _LIST_METRICS),
        expand=models_in_use,
    ),
    describe=describe,
    metrics=(
        rate("tokens", _NAMESPACE, "OutputTokenCount", {"ModelId": "ModelId"}),
        rate("requests", _NAMESPACE, "InputTokenCount", {"ModelId": "ModelId"}),
    ),
    reason="An energy a token written and a token read, from studies of other models: none is published for these.",
)
