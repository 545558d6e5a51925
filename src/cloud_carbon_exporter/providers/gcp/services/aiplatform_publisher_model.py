"""Vertex AI's models that are paid for by the token: Google's own, and those of other makers."""

from __future__ import annotations

from cloud_carbon_exporter.model.language_models import components
from cloud_carbon_exporter.model.types import Signal
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.client.publisher_models import METRIC, RESOURCE
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def _signal(token_type: str) -> Signal:
    """Signal of a type of token; empty for one that nobody knows.

    Google's list of metrics names input and output; makers that bill caches apart have types of
    their own for what is read from one and put into one.
    """
    word = token_type.lower()
    if "cache" in word:
        return "cache_write_tokens" if "write" in word or "creat" in word else "cache_read_tokens"
    return {"input": "input_tokens", "output": "output_tokens"}.get(word, "")


def describe(raw: Raw, scope: Scope) -> Description:
    """One model as a project uses it in a region: an energy for each token of each kind."""
    asset = parse(raw, scope)
    model = asset.name
    monitor = {
        "model": model,
        "publisher": asset.ids["publishers"],
        "location": asset.location.zone or asset.location.region,
    }
    told: list[Signal] = ["output_tokens", "input_tokens"]
    for token_type in asset.data.get("tokenTypes", ()):
        signal = _signal(token_type)
        if signal and signal not in told:
            told.append(signal)
            monitor[signal] = token_type
    return asset.described(
        running=components(model, told),
        monitor=monitor,
        info={"host_type": model, "model": model, "engine": asset.ids["publishers"]},
    )


_MODEL = {
    "resource.label.model_user_id": "model",
    "resource.label.publisher": "publisher",
    "resource.label.location": "location",
}


def _tokens(signal: Signal, token_type: str = "") -> Metric:
    """Tokens of one kind; those of a cache are of whatever type the series were found to have."""
    return Metric(
        into=signal,
        name=METRIC,
        namespace=RESOURCE,
        statistic="ALIGN_RATE/REDUCE_SUM",
        dimensions=_MODEL if token_type else {**_MODEL, "metric.label.type": signal},
        fixed={"metric.label.type": token_type} if token_type else {},
        absent=0,
    )


SPEC = ServiceSpec(
    kind="aiplatform/publisher_model",
    listing=LISTING,
    accepts=of_type(RESOURCE),
    describe=describe,
    reason=(
        "An energy for each token it writes, reads, or has from a cache, by the size of the model, "
        "as Bedrock's; those in use are those that Monitoring has tokens of."
    ),
    metrics=(
        _tokens("output_tokens", "output"),
        _tokens("input_tokens", "input"),
        _tokens("cache_read_tokens"),
        _tokens("cache_write_tokens"),
    ),
)
