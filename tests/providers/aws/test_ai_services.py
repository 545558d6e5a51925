"""AI services that hold capacity: agents' sessions, indexes, endpoints, models that run."""

from __future__ import annotations

import copy

import pytest
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.types import Resource

UNITS = {
    ("kendra/index", "kendra_index"): {"handbook": ("aws/kendra/enterprise", 1 + 2 + 1)},
    ("kendraranking/execution_plan", "kendraranking_execution_plan"): {
        "shop": ("aws/kendra-ranking-unit", 1 + 2)
    },
    ("comprehend/endpoint", "comprehend_endpoint"): {"tickets": ("aws/comprehend-unit", 2)},
    ("rekognition/project", "rekognition_project"): {"welds": ("aws/rekognition-unit", 2 + 1)},
    ("personalize/campaign", "personalize"): {"front-page": ("aws/personalize-request", 3)},
    ("qbusiness/index", "qbusiness_index"): {"papers": ("aws/qbusiness-unit", 5)},
    ("bedrock/model_customization_job", "bedrock_model_customization_job"): {
        "tone": ("aws/model-customization", 1)
    },
}


@pytest.mark.parametrize(("kind", "module"), UNITS, ids=lambda word: word)
async def test_capacity_is_counted_in_the_units_that_are_billed(kind: str, module: str) -> None:
    held: dict[str, tuple[str, float]] = {}
    for name, resource in (await described(kind, module)).items():
        (unit,) = resource.components
        held[name] = (unit.part, unit.amount)
        assert f"fixed.{unit.part}.watts" in facts.figures()
        assert footprint(resource).basis == "assumed", "nobody publishes what a unit is"
    assert held == UNITS[kind, module]


@pytest.mark.parametrize(
    ("edition", "part"),
    [
        ("DEVELOPER_EDITION", "aws/kendra/developer"),
        ("ENTERPRISE_EDITION", "aws/kendra/enterprise"),
        ("GEN_AI_ENTERPRISE_EDITION", "aws/kendra/gen-ai-enterprise"),
    ],
)
def test_every_edition_of_an_index_has_a_figure(edition: str, part: str) -> None:
    raw = {"Id": "i", "Name": "n", "Status": "ACTIVE", "Edition": edition}
    resource = spec("kendra/index").resource(raw, PARIS)
    assert resource is not None
    assert [held.part for held in resource.components] == [part]
    assert f"fixed.{part}.watts" in facts.figures()


async def test_a_recommender_that_is_stopped_holds_nothing() -> None:
    shelves = await described("personalize/recommender", "personalize")
    assert {name: len(shelf.components) for name, shelf in shelves.items()} == {
        "shelf": 1,
        "rest": 0,
    }


async def test_a_model_that_no_version_of_runs_is_a_file() -> None:
    answers = copy.deepcopy(recording("rekognition_project"))
    for page in answers["DescribeProjectVersions"]:
        for version in page["ProjectVersionDescriptions"]:
            version["Status"] = "TRAINING_COMPLETED"
    known = spec("rekognition/project")
    found = await sweep(ReplayClient(answers), known.listing, [known], PARIS)
    assert (found.resources, found.skipped) == ((), {})


async def concierge() -> Resource:
    return (await described("bedrockagentcore/runtime", "bedrockagentcore"))["concierge"]


async def test_sessions_of_agents_are_the_hours_they_used() -> None:
    agent = await concierge()
    assert parts(agent) == {"vcpu per capacity_units": 1, "memory per memory_gib": 1}
    assert watts(agent, capacity_units=0, memory_gib=0) == 0
    series = read(spec("bedrockagentcore/runtime"), agent)
    metric, dimensions = series["CPUUsed-vCPUHours"]
    assert dimensions == {"Service": "AgentCore.Runtime", "Resource": agent.id}
    # an hour of two vCPUs within five minutes: 24 were at work
    assert 2 * metric.scale == pytest.approx(24)
    assert series["MemoryUsed-GBHours"][0].into == "memory_gib"


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        ("bedrockagentcore/browser_custom", "AgentCore.Browser"),
        ("bedrockagentcore/code_interpreter_custom", "AgentCore.CodeInterpreter"),
    ],
)
async def test_tools_of_agents_are_read_as_their_own_service(kind: str, service: str) -> None:
    (tool,) = (await described(kind, "bedrockagentcore")).values()
    for metric, dimensions in read(spec(kind), tool).values():
        assert dimensions == {"Service": service, "Resource": tool.id}
        assert metric.delay_seconds > 0, "told up to an hour later"
    assert spec(kind).listing.params == {"type": "CUSTOM"}
