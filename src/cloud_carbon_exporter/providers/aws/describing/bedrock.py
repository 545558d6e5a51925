"""Bedrock's models as CloudWatch names them: called, provisioned, and behind inference profiles.

A series bears what the caller named: a model, a profile that AWS or the account has made, by its id
or its ARN, a provisioned or an imported model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.spec import Raw

RUNTIME, MANTLE, BATCH = "AWS/Bedrock", "AWS/BedrockMantle", "AWS/Bedrock/Batch"
"""Namespaces: bedrock-runtime, the endpoint for other makers' APIs, and jobs of a batch. Each is
the key of Resource.monitor under which the name stands that it knows a model by.
"""

# InvokeModel takes an endpoint of SageMaker's by its ARN too: a model of Bedrock's marketplace.
_MACHINES = (":provisioned-model/", ":endpoint/")
_APPLICATION = "application-inference-profile/"

# User guide, "How tokens are counted": what is read from a cache or put into one is not among
# InputTokenCount.
TOKEN_METRICS = tuple(
    rate(signal, RUNTIME, name, {"ModelId": RUNTIME})
    for signal, name in (
        ("output_tokens", "OutputTokenCount"),
        ("input_tokens", "InputTokenCount"),
        ("cache_read_tokens", "CacheReadInputTokenCount"),
        ("cache_write_tokens", "CacheWriteInputTokenCount"),
    )
)
"""Tokens of whatever bedrock-runtime was asked for by name."""


def holds_machines(name: str) -> bool:
    """Whether a name is that of a model with machines of its own, by which it is counted."""
    return any(word in name for word in _MACHINES)


def is_opaque(name: str) -> bool:
    """Whether a name says nothing of its model, as that of a profile of the account does.

    Names of models and of AWS' own profiles have a dot: maker.model, eu.maker.model.
    """
    return _APPLICATION in name or not (name.startswith("arn:") or "." in name)


def name_of(name: str) -> str:
    """Model, or profile, that a name or an ARN ends in."""
    return name.rpartition("/")[2]


def called_alone(series: Raw, namespace: str, dimension: str) -> str:
    """Value of a dimension that a series bears alone; empty for one of finer grain."""
    named = {pair["Name"]: str(pair["Value"]) for pair in series.get("Dimensions", ())}
    alone = series.get("Namespace", namespace) == namespace and named.keys() == {dimension}
    return named[dimension] if alone else ""


class Profile(NamedTuple):
    """Inference profile of an account: what people call it, and the model it leads to."""

    name: str
    model: str


def profiles_by_name(summary: Raw) -> Mapping[str, Profile]:
    """Profile by each name it is called by: one model, in one region or several."""
    leads_to = [str(model["modelArn"]) for model in summary["models"] if "modelArn" in model]
    if not leads_to:
        return {}
    names = (summary["inferenceProfileArn"], summary["inferenceProfileId"])
    return dict.fromkeys(names, Profile(summary["inferenceProfileName"], leads_to[0]))
