"""What moves data and builds: MWAA, CodeBuild, Flink, Firehose, MSK Connect, Ingestion."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, parts, read, watts

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.describing.codebuild import machine
from cloud_carbon_exporter.providers.aws.services import codebuild_build, mwaaserverless_workflow
from cloud_carbon_exporter.providers.description import Description

BEGUN = 1795000000


async def test_an_environment_is_its_containers_and_its_database() -> None:
    environments = await described("mwaa/environment", "mwaa_environment")
    etl = environments["etl"]
    # Two schedulers and two workers of 2 vCPUs and 4 GB, two web servers of 1 and 2, the database.
    assert parts(etl) == {
        "vcpu": 2 * 4 + 2 * 1 + 2,
        "memory": 4 * 4 + 2 * 2 + 8,
        "vcpu per capacity_units": 2,
        "memory per capacity_units": 4,
    }
    assert watts(etl, cpu_ratio=0.3, capacity_units=3) > watts(etl, cpu_ratio=0.3, capacity_units=0)
    assert etl.tags == {"team": "data"}
    asked = read(spec("mwaa/environment"), etl)
    assert asked["MemoryUtilization"].dimensions == {
        "Cluster": "AdditionalWorker",
        "Environment": "etl",
    }
    # CloudWatch gives a sample a minute for each worker: two workers are ten in five minutes.
    assert asked["MemoryUtilization"].metric.scale * 10 == 2


def environment(**told: Any) -> Resource:
    raw = recording("mwaa_environment")["GetEnvironment"][0]["Environment"]
    resource = spec("mwaa/environment").resource({**raw, **told}, PARIS)
    assert resource is not None
    return resource


def test_a_micro_environment_is_two_containers_and_never_scales() -> None:
    micro = environment(EnvironmentClass="mw1.micro", Schedulers=1, MinWorkers=1, MaxWorkers=1)
    assert parts(micro) == {"vcpu": 1 + 1 + 2, "memory": 3 + 3 + 4}
    assert set(read(spec("mwaa/environment"), micro)) == {"CPUUtilization"}


def test_an_environment_class_nobody_knows_is_taken_as_small() -> None:
    assert parts(environment(EnvironmentClass="mw2.huge"))["vcpu per capacity_units"] == 1


async def builds(now: float = BEGUN + 600) -> dict[str, Resource]:
    client = ReplayClient(recording("codebuild_build"))
    client.clock = lambda: now
    raws = await codebuild_build.builds(client, PARIS, [{"Name": "shop"}])
    read_all = [spec("codebuild/build").resource(raw, PARIS) for raw in raws]
    return {resource.name: resource for resource in read_all if resource is not None}


async def test_a_build_holds_the_machine_of_its_compute_type() -> None:
    found = await builds()
    assert set(found) == {"shop:9", "shop:8", "shop:6", "shop:4"}, "one runs on a fleet, one ended"
    assert parts(found["shop:9"]) == {}, "it waits"
    assert parts(found["shop:8"]) == {"vcpu": 4, "memory": 7, "block aws/gp3": 128}
    assert parts(found["shop:6"])["vcpu"] == pytest.approx(2048 / 1769)
    assert any(part.kind == "gpu" for part in found["shop:4"].components)
    # It waited for 20 seconds before it had a machine.
    assert found["shop:8"].started == BEGUN + 400 + 20


def test_a_docker_server_is_a_machine_beside_the_build() -> None:
    raw = recording("codebuild_build")["BatchGetBuilds"][0]["builds"][1]
    server = {"computeType": "BUILD_GENERAL1_SMALL", "securityGroupIds": []}
    served = {**raw, "environment": {**raw["environment"], "dockerServer": server}}
    build = spec("codebuild/build").resource(served, PARIS)
    assert build is not None
    assert parts(build) == {"vcpu": 4 + 2, "memory": 7 + 3, "block aws/gp3": 128 + 64}


async def test_a_build_that_has_ended_of_late_is_told_of() -> None:
    client = ReplayClient(recording("codebuild_build"))
    client.clock = lambda: BEGUN + 600.0
    raws = await codebuild_build.builds(client, PARIS, [{"Name": "shop"}])
    lived = [codebuild_build.describe(raw, PARIS) for raw in raws]
    ended = [one for one in lived if isinstance(one, Description) and one.ended]
    assert [(one.name, one.started, one.ended) for one in ended] == [
        ("shop:5", BEGUN + 20, BEGUN + 180)
    ]


async def test_builds_are_read_back_to_the_oldest_that_may_run_and_no_further() -> None:
    recorded = recording("codebuild_build")
    recorded["ListBuilds"] = [{"ids": ["shop:8"]}] * 100
    running, ended = (recorded["BatchGetBuilds"][0]["builds"][at] for at in (1, 4))
    client = ReplayClient({**recorded, "BatchGetBuilds": [{"builds": [running]}]})
    client.clock = lambda: BEGUN + 600.0
    await codebuild_build.builds(client, PARIS, [{"Name": "shop"}])
    assert count(client) == 20, "a year of builds is not read"
    # Next time all that ran has ended: what is older than that is known to have ended before.
    old = {**ended, "startTime": BEGUN - 3 * 3600, "endTime": BEGUN - 2.5 * 3600}
    later = ReplayClient({**recorded, "BatchGetBuilds": [{"builds": [old]}]})
    later.cache, later.clock = client.cache, lambda: BEGUN + 600.0
    client.cache.keep(("codebuild builds", PARIS.account_id, PARIS.region), 0, None)
    later.clock = lambda: BEGUN + 3 * 3600.0
    await codebuild_build.builds(later, PARIS, [{"Name": "shop"}])
    assert count(later) == 1


def count(client: ReplayClient) -> int:
    return client.operations()["BatchGetBuilds"]


async def test_no_project_no_call_for_builds() -> None:
    client = ReplayClient(recording("codebuild_build"))
    assert not await codebuild_build.builds(client, PARIS, [])
    assert client.asked == []


async def test_builds_stand_once_however_many_pages_of_projects_there_are() -> None:
    found = await described("codebuild/build", "codebuild_build")
    assert list(found) == ["shop:9", "shop:8", "shop:6", "shop:4"]


async def test_a_fleet_has_its_machines_whether_builds_run_or_not() -> None:
    fleets = await described("codebuild/fleet", "codebuild_fleet")
    assert set(fleets) == {"ci", "large", "wide"}
    assert parts(fleets["ci"]) == {"vcpu": 4 * 8, "memory": 4 * 16, "block aws/gp3": 4 * 128}
    assert parts(fleets["large"])["vcpu"] == 32
    assert parts(fleets["wide"])["block aws/gp3"] == 3 * 128
    assert fleets["ci"].tags == {"team": "build"}


def test_a_mac_and_a_size_nobody_knows_are_machines_too() -> None:
    mac = machine({"type": "MAC_ARM", "computeType": "BUILD_GENERAL1_MEDIUM"})
    assert {part.kind for part in mac} >= {"vcpu", "memory"}
    new = machine({"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_9XLARGE"})
    assert sum(part.amount for part in new if part.kind == "vcpu") == 2


async def test_an_application_is_its_units_and_what_orchestrates_them() -> None:
    applications = await described(
        "kinesisanalyticsv2/application", "kinesisanalyticsv2_application"
    )
    enrich, explore = applications["enrich"], applications["explore"]
    assert parts(enrich) == {
        "vcpu": 1,
        "memory": 4,
        "block aws/gp3": 50,
        "vcpu per capacity_units": 1,
        "memory per capacity_units": 4,
        "block aws/gp3 per capacity_units": 50,
    }
    assert parts(explore)["vcpu"] == 2
    assert parts(applications["legacy"]) == {}, "it is ready, and does not run"
    kind = spec("kinesisanalyticsv2/application")
    assert set(read(kind, enrich)) == {"KPUs", "cpuUtilization"}
    assert set(read(kind, explore)) == {"KPUs-Interactive", "zeppelinCpuUtilization"}
    assert read(kind, enrich)["KPUs"].dimensions == {"Application": "enrich"}


async def test_a_delivery_stream_draws_for_the_bytes_of_whichever_source_it_has() -> None:
    streams = await described("kinesisfirehose/delivery_stream", "kinesisfirehose_delivery_stream")
    clicks = streams["clicks"]
    assert clicks.id == "arn:aws:firehose:eu-west-3:123456789012:deliverystream/clicks"
    asked = read(spec("kinesisfirehose/delivery_stream"), clicks)
    assert {series.metric.into for series in asked.values()} == {"bytes"}
    assert len(asked) == 3
    assert watts(clicks, bytes=0) == 0
    assert 0 < watts(clicks, bytes=1e6) < 1


async def test_a_connector_is_its_workers() -> None:
    connectors = await described("kafkaconnect/connector", "kafkaconnect_connector")
    assert set(connectors) == {"sink", "cdc"}
    assert parts(connectors["sink"]) == {"vcpu": 6, "memory": 24}
    assert parts(connectors["cdc"]) == {
        "vcpu per capacity_units": 1,
        "memory per capacity_units": 4,
    }
    kind = spec("kafkaconnect/connector")
    assert set(read(kind, connectors["sink"])) == {"CpuUtilization"}
    assert read(kind, connectors["cdc"])["WorkerCount"].dimensions == {"ConnectorName": "cdc"}


async def test_a_pipeline_is_the_compute_units_in_use() -> None:
    pipelines = await described("osis/pipeline", "osis_pipeline")
    assert parts(pipelines["traces"]) == {
        "vcpu per capacity_units": 2,
        "memory per capacity_units": 15,
    }
    assert parts(pipelines["nightly"]) == {}, "it is stopped"
    assert pipelines["traces"].tags == {"team": "sre"}


async def test_runs_of_a_workflow_are_asked_for_anew_while_one_is_under_way() -> None:
    recorded = recording("mwaaserverless_workflow")
    page = recorded["ListWorkflows"][0]["Workflows"]
    busy = ReplayClient(recorded)
    for _ in range(2):
        found = await mwaaserverless_workflow.workflows(busy, PARIS, page)
    assert busy.operations() == {"ListWorkflowRuns": 2}
    running = [spec("mwaaserverless/workflow").resource(raw, PARIS) for raw in found]
    assert [parts(run) for run in running if run] == [{}, *[{"vcpu": 1, "memory": 2}] * 2]
    asleep = ReplayClient({"ListWorkflowRuns": [{"WorkflowRuns": []}]})
    for _ in range(2):
        await mwaaserverless_workflow.workflows(asleep, PARIS, page)
    assert len(asleep.asked) == 1
