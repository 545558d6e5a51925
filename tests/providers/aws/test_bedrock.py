"""Bedrock: tokens by the model behind every name it is called by, and model units that are held."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, read, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.types import Resource

KIND = "bedrock/foundation_model"
QUIET = {
    "input_tokens": 0.0,
    "output_tokens": 0.0,
    "cache_read_tokens": 0.0,
    "cache_write_tokens": 0.0,
}
RUNTIME = {
    "OutputTokenCount": "output_tokens",
    "InputTokenCount": "input_tokens",
    "CacheReadInputTokenCount": "cache_read_tokens",
    "CacheWriteInputTokenCount": "cache_write_tokens",
}


UNNAMED = {"ListInferenceProfiles": PermissionMissing("no", provider="aws")}


async def swept(client: ReplayClient) -> dict[str, Resource]:
    known = spec(KIND)
    found = await sweep(client, known.listing, [known], PARIS)
    assert not found.skipped
    return {resource.name: resource for resource in found.resources}


def series_of(kind: str, resource: Resource) -> dict[str, Any]:
    """Series that are read of a resource: those of signals that it has."""
    wanted = {part.per for part in resource.components}
    return {
        name: (metric, dimensions)
        for name, (metric, dimensions) in read(spec(kind), resource).items()
        if metric.into in wanted
    }


async def models() -> dict[str, Resource]:
    return await described(KIND, "bedrock_foundation_model")


def loads(**told: float) -> dict[str, float]:
    return {**QUIET, **told}


async def test_what_was_called_of_late_is_there_and_not_the_whole_catalogue() -> None:
    resources = await models()
    called = {"Claude 3 Haiku", "Nova Canvas", "MiniMax M2", "openai.gpt-oss-20b"}
    assert resources.keys() == called | {"shop", "desk", "xyz"}
    haiku = resources["Claude 3 Haiku"]
    assert haiku.info["engine"] == "Anthropic", "a profile of AWS' is its model"
    assert f":{ACCOUNT}:" in haiku.id, "two accounts may use one model"
    assert resources["xyz"].id == f"arn:aws:bedrock:eu-west-3:{ACCOUNT}:imported-model/xyz"
    assert resources["xyz"].components[0].part == "token/unknown/input"


async def test_profiles_of_the_account_lead_to_their_model_by_id_and_by_arn() -> None:
    resources = await models()
    assert resources["shop"].info["model"] == "anthropic.claude-3-haiku-20240307-v1:0"
    assert resources["desk"].info["model"] == "minimax.minimax-m2"
    assert resources["desk"].monitor == {"AWS/Bedrock": "q3x9l0c2n7vd"}


ARN = "arn:aws:bedrock:eu-west-3:"


@pytest.mark.parametrize(
    ("called", "model"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("jp.anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"),
        ("global.minimax.minimax-m2", "minimax.minimax-m2"),
        (f"{ARN}:foundation-model/minimax.minimax-m2", "minimax.minimax-m2"),
        (f"{ARN}{ACCOUNT}:inference-profile/eu.minimax.minimax-m2", "minimax.minimax-m2"),
        (f"{ARN}{ACCOUNT}:custom-model-deployment/4k2p9x7c1vdu", "4k2p9x7c1vdu"),
    ],
)
async def test_every_name_of_a_model_leads_to_it_and_is_of_one_account(
    called: str, model: str
) -> None:
    answers = copy.deepcopy(recording("bedrock_foundation_model"))
    (page,) = answers["ListMetrics"]
    page["Metrics"] = page["Metrics"][:1]
    page["Metrics"][0]["Dimensions"] = [{"Name": "ModelId", "Value": called}]
    (resource,) = (await swept(ReplayClient(answers))).values()
    assert resource.info["model"] == model
    assert resource.id.startswith(f"{ARN}{ACCOUNT}:"), "two accounts may use one model"
    assert resource.monitor == {"AWS/Bedrock": called}


@pytest.mark.parametrize(
    "called",
    [
        f"{ARN}{ACCOUNT}:provisioned-model/9f0c2d7k1x3z",
        f"arn:aws:sagemaker:eu-west-3:{ACCOUNT}:endpoint/shop-summaries",
    ],
)
async def test_a_model_with_machines_of_its_own_is_counted_by_them(called: str) -> None:
    answers = copy.deepcopy(recording("bedrock_foundation_model"))
    (page,) = answers["ListMetrics"]
    page["Metrics"] = page["Metrics"][:1]
    page["Metrics"][0]["Dimensions"] = [{"Name": "ModelId", "Value": called}]
    assert not await swept(ReplayClient(answers))


async def test_tokens_of_each_kind_are_read_by_the_name_that_was_called() -> None:
    haiku = (await models())["Claude 3 Haiku"]
    series = series_of(KIND, haiku)
    assert {name: metric.into for name, (metric, _) in series.items()} == RUNTIME
    called = {"ModelId": "eu.anthropic.claude-3-haiku-20240307-v1:0"}
    assert all(dimensions == called for _, dimensions in series.values())


async def test_batches_and_the_other_endpoint_add_to_the_same_tokens() -> None:
    minimax = (await models())["MiniMax M2"]
    series = series_of(KIND, minimax)
    by_namespace: dict[str, dict[str, str]] = {}
    for name, (metric, dimensions) in series.items():
        by_namespace.setdefault(metric.namespace, {})[name] = metric.into
        assert [*dimensions.values()] == ["minimax.minimax-m2"]
    assert by_namespace == {
        "AWS/Bedrock": RUNTIME,
        "AWS/Bedrock/Batch": {
            "NumberOfInputTokensProcessedPerMinute": "input_tokens",
            "NumberOfOutputTokensProcessedPerMinute": "output_tokens",
        },
        "AWS/BedrockMantle": {
            "TotalInputTokens": "input_tokens",
            "TotalOutputTokens": "output_tokens",
        },
    }
    assert series["TotalInputTokens"][1] == {"Model": "minimax.minimax-m2"}


async def test_no_cache_is_waited_for_where_no_namespace_tells_of_one() -> None:
    only_mantle = (await models())["openai.gpt-oss-20b"]
    told = footprint(only_mantle, input_tokens=10, output_tokens=10)
    assert "no cache" not in told.reason


async def test_images_are_counted_by_the_piece() -> None:
    canvas = (await models())["Nova Canvas"]
    assert {metric.into for metric, _ in series_of(KIND, canvas).values()} == {"images"}
    assert watts(canvas, images=0.1) > 100 > watts(canvas, images=0) == 0


async def test_each_kind_of_token_has_an_energy_of_its_own() -> None:
    haiku = (await models())["Claude 3 Haiku"]
    assert watts(haiku, **QUIET) == 0
    drawn = {name: watts(haiku, **loads(**{name: 100})) for name in QUIET}
    assert drawn["output_tokens"] > drawn["input_tokens"] > drawn["cache_read_tokens"] > 0
    assert drawn["cache_write_tokens"] >= drawn["input_tokens"]
    told = footprint(haiku, **loads(output_tokens=100))
    assert told.basis == "assumed"
    assert told.power_watts.upper > 5 * told.power_watts.value
    assert told.embodied_grams_per_second.value > 0, "somebody made the boards"


async def test_an_agent_that_reads_from_a_cache_is_not_taken_for_one_that_reads_anew() -> None:
    haiku = (await models())["Claude 3 Haiku"]
    cached = watts(haiku, **loads(cache_read_tokens=9500, input_tokens=500, output_tokens=100))
    anew = watts(haiku, **loads(input_tokens=10000, output_tokens=100))
    assert cached < anew / 3


async def test_which_models_are_in_use_is_asked_for_once_an_hour() -> None:
    client = ReplayClient(recording("bedrock_foundation_model"))
    for _ in range(3):
        await swept(client)
    assert client.operations() == {
        "ListFoundationModels": 3,
        "ListMetrics": 3,  # one a namespace
        "ListInferenceProfiles": 1,
    }


async def test_without_the_permission_profiles_stay_and_their_models_are_unknown() -> None:
    resources = await swept(ReplayClient(recording("bedrock_foundation_model"), refused=UNNAMED))
    unresolved = resources["0xumpou8xusv"]
    assert {part.part.split("/")[1] for part in unresolved.components} == {"unknown"}
    assert "Claude 3 Haiku" in resources


async def test_profiles_are_not_asked_for_where_none_is_called() -> None:
    answers = copy.deepcopy(recording("bedrock_foundation_model"))
    metrics = answers["ListMetrics"][0]["Metrics"]
    answers["ListMetrics"][0]["Metrics"] = [metrics[0]]
    client = ReplayClient(answers, refused=UNNAMED)
    assert (await swept(client)).keys() == {"Claude 3 Haiku"}
    assert client.operations()["ListInferenceProfiles"] == 0


async def test_model_units_are_held_whether_tokens_pass_or_not() -> None:
    held = await described("bedrock/provisioned_model", "bedrock_provisioned_model")
    assert held.keys() == {"support", "trial"}, "one that is being made holds nothing yet"
    support = held["support"]
    assert support.info["model"] == "amazon.nova-pro-v1:0:300k", "the base of a model of their own"
    assert [(part.part, part.amount) for part in support.components[:1]] == [
        ("aws/model-unit/medium", 2)
    ]
    idle = watts(support, **QUIET)
    assert idle > 200
    assert watts(support, **loads(output_tokens=1000)) > idle + 100
    series = series_of("bedrock/provisioned_model", support)
    assert {name: metric.into for name, (metric, _) in series.items()} == RUNTIME
    assert {dimensions["ModelId"] for _, dimensions in series.values()} == {support.id}


async def test_tokens_of_a_provisioned_model_are_counted_there_alone() -> None:
    provisioned = await described("bedrock/provisioned_model", "bedrock_provisioned_model")
    counted = {resource.id for resource in provisioned.values()}
    called = recording("bedrock_foundation_model")["ListMetrics"][0]["Metrics"]
    assert any(pair["Value"] in counted for one in called for pair in one["Dimensions"])
    assert not counted & {resource.id for resource in (await models()).values()}


@pytest.mark.parametrize("kind", [KIND, "bedrock/provisioned_model"])
def test_a_silent_minute_is_no_token(kind: str) -> None:
    assert {metric.absent for metric in spec(kind).metrics} == {0}
