"""Bedrock: the tokens an account sends through each model; what serves them is shared, not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.language_models import TOKENS, components
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.describing.bedrock import (
    BATCH,
    MANTLE,
    RUNTIME,
    TOKEN_METRICS,
    Profile,
    called_alone,
    is_opaque,
    is_provisioned,
    name_of,
    profiles_by_name,
)
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "bedrock/foundation_model"
_LIST_METRICS, _LIST_PROFILES = "cloudwatch:ListMetrics", "bedrock:ListInferenceProfiles"
_HOUR = 3600.0
_DAY = 86400.0
# Of each namespace the metric that every call writes, and the dimension that bears the model.
_CALLS = (
    (RUNTIME, "Invocations", "ModelId"),
    (MANTLE, "Inferences", "Model"),
    (BATCH, "NumberOfInputTokensProcessedPerMinute", "ModelId"),
)


async def models_in_use(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The models as listed, and the names of models or profiles that CloudWatch has calls of."""

    # ListMetrics tells what was called in the last two weeks; the list of models holds all that
    # could be.
    async def ask() -> Mapping[str, Raw]:
        used: dict[str, dict[str, bool]] = {}
        for namespace, metric, dimension in _CALLS:
            asked = {"Namespace": namespace, "MetricName": metric}
            async for answer in client.answers(
                scope, "cloudwatch", "ListMetrics", asked, permissions=_LIST_METRICS
            ):
                for series in answer.get("Metrics", ()):
                    name = called_alone(series, namespace, dimension)
                    used.setdefault(name, {})[namespace] = True
        return dict(sorted(used.items()))

    used = await client.cache.get(("bedrock models", scope.account_id, scope.region), _HOUR, ask)
    # its own kind counts what a provisioned model reads and writes
    called = [name for name in used if name and not is_provisioned(name)]
    profiles = await _profiles(client, scope, called)
    rows = [{"Called": name, "Profile": profiles.get(name), **used[name]} for name in called]
    return [*page, *rows]


async def _profiles(client: AwsApi, scope: Scope, called: Sequence[str]) -> Mapping[str, Profile]:
    """Profiles of the account's own by every name they are called by.

    Asked for only where such a one was called. Without the permission their models stay unknown.
    """
    if not any(map(is_opaque, called)):
        return {}

    async def ask() -> Mapping[str, Profile]:
        profiles: dict[str, Profile] = {}
        asked = {"typeEquals": "APPLICATION"}
        async for answer in client.answers(
            scope, "bedrock", "ListInferenceProfiles", asked, permissions=_LIST_PROFILES
        ):
            for summary in answer.get("inferenceProfileSummaries", ()):
                profiles |= profiles_by_name(summary)
        return profiles

    key = ("bedrock profiles", scope.account_id, scope.region)
    try:
        return await client.cache.get(key, _DAY, ask)
    except PermissionMissing:
        return {}


def with_listed(everything: Sequence[Raw]) -> Sequence[Raw]:
    """The models, or inference profiles, that were called, with what the list says of them."""
    known: dict[str, Raw] = {}
    called: list[Raw] = []
    for raw in everything:
        if "Called" in raw:
            called.append(raw)
        else:
            known[str(raw.get("modelId"))] = raw
    return [{**_listed(_model_of(raw), known), **raw} for raw in called]


def _model_of(raw: Raw) -> str:
    """Model that was called, by a name of AWS': as it is, by its ARN, or by a profile of AWS'."""
    profile = raw.get("Profile")
    return name_of(profile.model if isinstance(profile, Profile) else str(raw["Called"]))


def _listed(model: str, known: Mapping[str, Raw]) -> Raw:
    """A model as listed; a profile ("eu.anthropic.claude-...") by the model it leads to."""
    return known.get(model) or known.get(model.partition(".")[2]) or {}


def describe(raw: Raw, scope: Scope) -> Description:
    """One model as this account uses it in this region, under one name."""
    called, profile = raw["Called"], raw["Profile"]
    model = raw.get("modelId") or _model_of(raw)
    # an ARN of AWS' own, or of an account that shares it, is no name of what this account uses
    identity = called
    if f":{scope.account_id}:" not in called:
        identity = arn("bedrock", scope.region, scope.account_id, f"foundation-model/{called}")
    name = profile.name if profile else raw.get("modelName") or model
    # caches are told of by bedrock-runtime alone
    kinds = TOKENS if RUNTIME in raw else ("input_tokens", "output_tokens")
    return parse(raw, scope, identity, name).described(
        running=components(model, kinds),
        monitor={key: called for key in (RUNTIME, MANTLE, BATCH) if key in raw},
        info={"host_type": model, "model": model, "engine": raw.get("providerName")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="bedrock",
        operation="ListFoundationModels",
        scope="region",
        items="modelSummaries[]",
        kind_of=lambda raw: KIND,
        permissions=("bedrock:ListFoundationModels", _LIST_PROFILES, _LIST_METRICS),
        expand=models_in_use,
        whole=with_listed,
    ),
    describe=describe,
    metrics=(
        *TOKEN_METRICS,
        rate("images", RUNTIME, "OutputImageCount", {"ModelId": RUNTIME}),
        # Each datum is what a minute read or wrote, so that their sum is what a period did. Jobs of
        # a batch are not among what the namespace of the runtime counts.
        rate("input_tokens", BATCH, "NumberOfInputTokensProcessedPerMinute", {"ModelId": BATCH}),
        rate("output_tokens", BATCH, "NumberOfOutputTokensProcessedPerMinute", {"ModelId": BATCH}),
        # The user guide, "Monitor bedrock-mantle inference": totals stand by model; what is billed
        # of a cache is in them.
        rate("input_tokens", MANTLE, "TotalInputTokens", {"Model": MANTLE}),
        rate("output_tokens", MANTLE, "TotalOutputTokens", {"Model": MANTLE}),
    ),
    reason=(
        "An energy for each token it writes, reads, or has from a cache, by the size of the model, "
        "from measurements of open ones: none is published for these."
    ),
)
