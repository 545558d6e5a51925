"""Lambda, ECS on Fargate and EKS."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import PermissionMissing
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.expand import by_name
from cloud_carbon_exporter.providers.aws.services import ecs_task, eks_cluster, lambda_function
from cloud_carbon_exporter.providers.settings import TargetSettings


async def test_lambda_function_is_as_many_environments_as_were_running() -> None:
    resources = await described("lambda/function", "lambda_function")
    assert parts(resources["resize"]) == {
        "vcpu per executions": 1,
        "memory per executions": 1769 / 1024,
    }
    assert parts(resources["thumb"])["vcpu per executions"] == pytest.approx(512 / 1769)
    assert parts(resources["thumb"])["vcpu"] == pytest.approx(10 * 512 / 1769), "provisioned"
    assert resources["thumb"].components[0].part == "Graviton2"
    assert resources["thumb"].info["architecture"] == "arm64"
    assert watts(resources["resize"], executions=4) == pytest.approx(
        4 * watts(resources["resize"], executions=1)
    )
    assert watts(resources["resize"], executions=0) == 0
    assert footprint(resources["resize"], executions=1, cpu_ratio=1).basis == "assumed"
    usual = figure("prior.lambda/function.executions").value
    assert watts(resources["resize"]) == watts(resources["resize"], executions=usual)


async def test_provisioned_concurrency_is_held_whether_it_runs_or_not() -> None:
    thumb = (await described("lambda/function", "lambda_function"))["thumb"]
    assert parts(thumb)["memory"] == 10 * 512 / 1024
    assert {part.share for part in thumb.components if part.per} == {0}, "what runs is held"
    alone = replace(
        thumb,
        components=tuple(
            Component(held.kind, held.part, held.amount / 10, held.load, "executions")
            for held in thumb.components
            if not held.per
        ),
    )
    at_rest, at_work = watts(thumb, executions=0), watts(thumb, executions=10, cpu_ratio=1)
    assert at_rest == pytest.approx(watts(alone, executions=10))
    assert at_work > at_rest > 0
    functions = recording("lambda_function")["ListFunctions"][0]["Functions"]
    plain = lambda_function.SPEC.resource(functions[1], PARIS)
    assert plain is not None
    assert at_work == pytest.approx(watts(plain, executions=10, cpu_ratio=1)), (
        "ten that run draw the same however they came to be"
    )


async def test_only_functions_with_provisioned_concurrency_are_asked_for_it() -> None:
    client = ReplayClient(recording("lambda_function"))
    listing = lambda_function.SPEC.listing
    await sweep(client, listing, [lambda_function.SPEC], PARIS)
    asked = client.params_of("ListProvisionedConcurrencyConfigs")
    assert asked == [{"FunctionName": "thumb"}]
    no = {"ListProvisionedConcurrencyConfigs": PermissionMissing("no")}
    refused = ReplayClient(recording("lambda_function"), refused=no)
    swept = await sweep(refused, listing, [lambda_function.SPEC], PARIS)
    assert {resource.name for resource in swept.resources} == {"resize", "thumb"}


async def test_lambda_duration_becomes_concurrency() -> None:
    function = (await described("lambda/function", "lambda_function"))["resize"]
    metric, dimensions = read(spec("lambda/function"), function)["Duration"]
    assert (metric.namespace, metric.statistic, dimensions) == (
        "AWS/Lambda",
        "Sum",
        {"FunctionName": "resize"},
    )
    ten_minutes_of_running = 600_000.0  # milliseconds, in a period of five minutes: two at a time
    assert ten_minutes_of_running * metric.scale == pytest.approx(2)
    assert metric.absent == 0, "what was not called writes nothing"


async def test_lambda_on_managed_instances_is_counted_as_its_instances() -> None:
    assert "steady" not in await described("lambda/function", "lambda_function")


async def test_lambda_tags_come_batched_and_only_when_asked_for() -> None:
    without = await described("lambda/function", "lambda_function")
    assert without["resize"].tags == {}
    resources = await described(
        "lambda/function", "lambda_function", TargetSettings(provider="aws", tags=("team",))
    )
    assert (resources["resize"].tags, resources["thumb"].tags) == ({"team": "shop"}, {})


def test_a_function_without_memory_has_the_least_there_is() -> None:
    raw = {"FunctionName": "x", "FunctionArn": "arn:aws:lambda:x"}
    function = lambda_function.SPEC.resource(raw, PARIS)
    assert function is not None
    assert parts(function)["memory per executions"] == 0.125


async def test_ecs_task() -> None:
    resources = await described("ecs/task", "ecs_task")
    web = resources["web/t1"]
    assert web.id == f"arn:aws:ecs:eu-west-3:{ACCOUNT}:task/shop/t1"
    assert parts(web) == {"vcpu": 0.5, "memory": 1, "ssd ssd": 50}
    assert web.components[0].part == "Graviton2"
    assert (web.location.zone, web.tags, web.info["lifecycle"]) == (
        "eu-west-3a",
        {"team": "shop"},
        "FARGATE_SPOT",
    )
    assert parts(resources["nightly/t2"]) == {"vcpu": 4, "memory": 16, "ssd ssd": 20}
    assert set(resources) == {"web/t1", "nightly/t2", "web/t4"}, "one that has stopped is gone"


async def test_a_task_is_measured_as_its_service_is_and_a_lone_one_by_container_insights() -> None:
    resources = await described("ecs/task", "ecs_task")
    ((name, (metric, dimensions)),) = read(spec("ecs/task"), resources["web/t1"]).items()
    assert (metric.namespace, name) == ("AWS/ECS", "CPUUtilization")
    assert dimensions == {"ClusterName": "shop", "ServiceName": "web"}
    assert read(spec("ecs/task"), resources["nightly/t2"]) == {}, (
        "plain Container Insights has no series of a task"
    )
    enhanced = json.loads(json.dumps(recording("ecs_task")).replace('"enabled"', '"enhanced"'))
    swept = await sweep(ReplayClient(enhanced), ecs_task.SPEC.listing, [ecs_task.SPEC], PARIS)
    nightly = next(resource for resource in swept.resources if resource.name == "nightly/t2")
    ((name, (metric, dimensions)),) = read(spec("ecs/task"), nightly).items()
    assert (metric.namespace, name) == ("ECS/ContainerInsights", "TaskCpuUtilization")
    assert dimensions == {"ClusterName": "shop", "TaskDefinitionFamily": "nightly", "TaskId": "t2"}


async def test_ecs_asks_by_the_hundred_and_of_an_idle_cluster_what_has_stopped() -> None:
    answers = recording("ecs_task")
    answers["ListTasks"] = [{"taskArns": [f"arn:t{number}" for number in range(150)]}]
    answers["DescribeClusters"][0]["clusters"].reverse()
    client = ReplayClient(answers)
    await sweep(client, ecs_task.SPEC.listing, [ecs_task.SPEC], PARIS)
    listed = client.params_of("ListTasks")
    assert sorted(
        (params["cluster"].rpartition("/")[2], params["desiredStatus"]) for params in listed
    ) == [("idle", "STOPPED"), ("shop", "RUNNING"), ("shop", "STOPPED")]
    assert all(params["launchType"] == "FARGATE" for params in listed)
    batches = [
        len(params["tasks"])
        for params in client.params_of("DescribeTasks")
        if params["cluster"].endswith("shop")
    ]
    assert batches == [100, 50], "what is to run and to stop alike is asked for once"


async def test_an_account_without_clusters_costs_one_call() -> None:
    client = ReplayClient({"ListClusters": [{"clusterArns": []}]})
    await sweep(client, ecs_task.SPEC.listing, [ecs_task.SPEC], PARIS)
    assert client.operations() == {"ListClusters": 1}


async def test_eks_cluster_and_its_fargate_profiles() -> None:
    prod = (await described("eks/cluster", "eks_cluster"))["prod"]
    assert parts(prod) == {"fixed aws/eks-control-plane": 1}
    assert prod.tags == {"team": "platform"}
    estimate = footprint(prod)
    assert estimate.basis == "assumed"
    assert estimate.power_watts.lower < estimate.power_watts.value < estimate.power_watts.upper
    swept = await sweep(
        ReplayClient(recording("eks_cluster")), eks_cluster.SPEC.listing, [eks_cluster.SPEC], PARIS
    )
    assert swept.unsupported == {(ACCOUNT, "eks/fargate_profile"): 2}, (
        "what runs there shows nowhere: the ledger says so"
    )


def control_plane(**told: Any) -> Resource | None:
    """A running cluster that says this of itself."""
    raw = {"arn": "arn:aws:eks:x", "name": "x", "status": "ACTIVE", **told}
    return eks_cluster.SPEC.resource(raw, PARIS)


def watts_of_tier(tier: str) -> float:
    resource = control_plane(controlPlaneScalingConfig={"tier": tier})
    assert resource is not None
    return watts(resource)


def test_a_control_plane_is_as_large_as_the_tier_that_is_bought() -> None:
    model = botocore.session.get_session().get_service_model("eks")
    tiers = set(model.shape_for("ProvisionedControlPlaneTier").enum) - {"standard"}
    assert tiers <= set(eks_cluster.TIERS)
    drawn = [watts_of_tier(tier) for tier in ("standard", *eks_cluster.TIERS)]
    assert drawn == sorted(set(drawn)), "each draws more than the one before"
    assert watts_of_tier("tier-99xl") == drawn[0], "one that nobody knows"


def test_a_control_plane_that_is_not_of_eks_is_not_counted_there() -> None:
    """Of a cluster registered from elsewhere, and of a local one, whose instances EC2 lists."""
    assert control_plane(connectorConfig={"provider": "GKE"}) is None
    assert control_plane(outpostConfig={"outpostArns": ["arn:aws:outposts:x"]}) is None


def test_a_control_plane_on_its_way_out_is_gone() -> None:
    assert (
        eks_cluster.SPEC.resource(
            {"arn": "arn:aws:eks:x", "name": "x", "status": "DELETING"}, PARIS
        )
        is None
    )


async def test_details_are_asked_for_once_in_a_while() -> None:
    client = ReplayClient(recording("eks_cluster"))
    for _ in range(3):
        await sweep(client, eks_cluster.SPEC.listing, [eks_cluster.SPEC], PARIS)
    assert client.operations()["DescribeCluster"] == 1


async def test_what_was_asked_before_a_failure_is_kept_and_a_refusal_ends_the_asking() -> None:
    asked: list[str] = []
    denied = {"d51"}

    async def ask(name: str) -> str:
        asked.append(name)
        if name in denied:
            raise PermissionMissing("no")
        return name.upper()

    client = ReplayClient({})
    names = [f"d{number}" for number in range(160)]
    with pytest.raises(PermissionMissing):
        await by_name(client, ("details",), names, 60, ask)
    assert "d49" in asked
    assert "d100" not in asked
    denied.clear()
    asked.clear()
    details = await by_name(client, ("details",), names, 60, ask)
    assert details == {name: name.upper() for name in names}
    assert "d0" not in asked, "kept"
