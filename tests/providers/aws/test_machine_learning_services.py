"""SageMaker."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient, described, recording, spec
from tests.providers.aws.parts import PARIS, footprint, parts, read, watts

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.aws.services import (
    sagemaker_cluster,
    sagemaker_endpoint,
    sagemaker_job,
)
from cloud_carbon_exporter.providers.settings import TargetSettings

TEAM = TargetSettings(provider="aws", tags=("team",))


async def endpoints(
    change: dict[str, Any], variant: dict[str, Any] | None = None
) -> dict[str, Resource]:
    """The recorded endpoint, changed; its first variant too."""
    answers = copy.deepcopy(recording("sagemaker_endpoint"))
    del answers["ListEndpoints"][0]["Endpoints"][1:]
    answers["DescribeEndpoint"][0] |= change
    answers["DescribeEndpoint"][0]["ProductionVariants"][0] |= variant or {}
    swept = await sweep(
        ReplayClient(answers), sagemaker_endpoint.SPEC.listing, [sagemaker_endpoint.SPEC], PARIS
    )
    assert not swept.skipped
    return {resource.name: resource for resource in swept.resources}


async def test_an_endpoint_is_the_instances_it_runs_now_not_those_it_began_with() -> None:
    resources = await described("sagemaker/endpoint", "sagemaker_endpoint", TEAM)
    ranker = resources["ranker"]
    assert ranker.id == f"arn:aws:sagemaker:eu-west-3:{ACCOUNT}:endpoint/ranker"
    held = parts(ranker)
    assert (held["vcpu"], held["memory"], held["gpu T4"]) == (3 * 48, 3 * 192, 3 * 4)
    assert held["block aws/gp2"] == 300, "a volume each"
    assert ranker.tags == {"team": "ml"}
    none = await endpoints({}, {"CurrentInstanceCount": 0})
    assert watts(none["ranker"]) == 0, "scaled to nothing"


async def test_its_percentages_are_sums_over_cores_and_boards() -> None:
    ranker = (await described("sagemaker/endpoint", "sagemaker_endpoint"))["ranker"]
    series = read(spec("sagemaker/endpoint"), ranker)
    assert set(series) == {"CPUUtilization", "GPUUtilization"}
    (cpu, dimensions), (gpu, _) = series["CPUUtilization"], series["GPUUtilization"]
    assert dimensions == {"EndpointName": "ranker", "VariantName": "main"}
    assert (ranker.monitor[cpu.over], ranker.monitor[gpu.over]) == ("48", "4")


async def test_a_serverless_variant_is_as_many_environments_as_were_at_work() -> None:
    resources = await described("sagemaker/endpoint", "sagemaker_endpoint")
    lite = resources["ranker/lite"]
    assert lite.id.endswith(":endpoint/ranker/lite")
    assert parts(lite) == {"vcpu per executions": 2, "memory per executions": 2}
    ((name, (metric, dimensions)),) = read(spec("sagemaker/endpoint"), lite).items()
    assert (metric.namespace, name) == ("AWS/SageMaker", "ModelLatency")
    assert dimensions == {"EndpointName": "ranker", "VariantName": "lite"}
    ten_minutes_of_work = 600e6  # microseconds, in a period of five minutes: two at a time
    assert ten_minutes_of_work * metric.scale == pytest.approx(2)
    assert watts(lite, executions=0) == 0


@pytest.mark.parametrize("state", ["Creating", "Failed", "OutOfService"])
async def test_an_endpoint_that_does_not_serve_holds_nothing(state: str) -> None:
    by_name = await endpoints({"EndpointStatus": state})
    assert all(parts(resource) == {} for resource in by_name.values())
    assert by_name["ranker"].info["state"] == state


async def test_notebooks_keep_their_volume_when_they_stop() -> None:
    resources = await described("sagemaker/notebook_instance", "sagemaker_notebook_instance", TEAM)
    assert parts(resources["anna"]) == {"vcpu": 4, "memory": 16, "block aws/gp2": 50}
    assert parts(resources["old"]) == {"block aws/gp2": 50}
    assert set(resources) == {"anna", "old"}
    assert footprint(resources["anna"]).basis == "default", "its load is not told"
    assert resources["anna"].tags == {"team": "ml"}


async def test_jobs_are_the_machines_they_were_given() -> None:
    fit = (await described("sagemaker/training_job", "sagemaker_job", TEAM))["fit-1"]
    held = parts(fit)
    assert held["vcpu"] == 64
    assert [amount for name, amount in held.items() if name.startswith("gpu ")] == [8]
    assert held["block aws/gp2"] == 1000
    assert (fit.tags, fit.info["state"]) == ({"team": "ml"}, "Training")
    _, dimensions = read(spec("sagemaker/training_job"), fit)["GPUUtilization"]
    assert dimensions == {"Host": "fit-1/algo-1"}
    assert (fit.monitor["Cores"], fit.monitor["Boards"]) == ("32", "4")
    clean = (await described("sagemaker/processing_job", "sagemaker_job"))["clean-1"]
    assert parts(clean) == {"vcpu": 16, "memory": 64, "block aws/gp2": 120}
    score = (await described("sagemaker/transform_job", "sagemaker_job"))["score-1"]
    assert parts(score) == {"vcpu": 8, "memory": 16}
    assert spec("sagemaker/training_job").listing.params == {"StatusEquals": "InProgress"}


def job(resources: dict[str, Any], **more: Any) -> Resource:
    raw = {
        "TrainingJobName": "j",
        "TrainingJobArn": "arn:aws:sagemaker:x",
        "ResourceConfig": resources,
        **more,
    }
    resource = sagemaker_job.SPECS[0].resource(raw, PARIS)
    assert resource is not None
    return resource


def test_a_job_of_several_groups_and_one_that_was_given_a_choice() -> None:
    groups = [
        {"InstanceGroupName": "a", "InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
        {"InstanceGroupName": "b", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
    ]
    assert parts(job({"InstanceGroups": groups, "VolumeSizeInGB": 10})) == {
        "vcpu": 12,
        "memory": 40,
        "block aws/gp2": 30,
    }
    chosen = job(
        {
            "InstancePreferences": [],
            "SelectedInstanceType": "ml.m5.xlarge",
            "SelectedInstanceCount": 3,
        }
    )
    assert parts(chosen) == {"vcpu": 12, "memory": 48}


def test_a_job_that_waits_for_its_machines_holds_none() -> None:
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 2}
    assert parts(job(resources, SecondaryStatus="Pending")) == {}
    assert parts(job(resources, SecondaryStatus="Downloading"))["vcpu"] == 8


async def test_a_hyperpod_cluster_is_the_instances_it_has_not_those_it_wants() -> None:
    pod = (await described("sagemaker/cluster", "sagemaker_cluster", TEAM))["pod"]
    assert parts(pod)["vcpu"] == 2 * 96 + 4
    assert parts(pod)["block aws/gp3"] == 2 * 500, "a volume each, beside the disks of its type"
    assert pod.info["host_type"] == "ml.p4d.24xlarge ml.m5.xlarge"
    assert pod.tags == {"team": "ml"}


def test_a_restricted_group_has_a_lustre_file_system_that_fsx_does_not_list() -> None:
    raw = {
        "ClusterArn": "arn:aws:sagemaker:eu-west-3:123456789012:cluster/a",
        "ClusterStatus": "InService",
        "RestrictedInstanceGroups": [
            {
                "InstanceType": "ml.m5.xlarge",
                "CurrentCount": 0,
                "EnvironmentConfig": {
                    "FSxLustreConfig": {"SizeInGiB": 10240, "PerUnitStorageThroughput": 125}
                },
            }
        ],
    }
    resource = sagemaker_cluster.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert parts(resource)["file aws/fsx/lustre"] == 10240
    caching_gib = 10 * 125 * 27.3 / 1000 / 0.7
    assert parts(resource)["memory"] == pytest.approx(caching_gib + 16)


def test_a_serverless_endpoint_holds_what_is_provisioned() -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5, "ProvisionedConcurrency": 3}
    raw = {
        "EndpointName": "a",
        "EndpointArn": "arn:aws:sagemaker:eu-west-3:123456789012:endpoint/a",
        "EndpointStatus": "InService",
        "First": True,
        "Suffix": "",
        "Variant": {"VariantName": "all", "CurrentServerlessConfig": serverless},
    }
    resource = sagemaker_endpoint.SPEC.resource(raw, PARIS)
    assert resource is not None
    assert {part.share for part in resource.components if part.per} == {0}
    assert parts(resource) == {
        "vcpu": 6,
        "memory": 6,
        "vcpu per executions": 2,
        "memory per executions": 2,
    }
    assert watts(resource, executions=0) > 0


async def test_flexible_and_restricted_groups_of_hyperpod_are_there_in_full() -> None:
    flexible = (await described("sagemaker/cluster", "sagemaker_cluster"))["flexible"]
    held = parts(flexible)
    # Six are there and five are told by type: the sixth is taken as the first of the current types.
    assert held["vcpu"] == 5 * 192 + 96 + 2 * 192
    gpus = {part: amount for part, amount in held.items() if part.startswith("gpu ")}
    assert gpus == {"gpu H100 SXM5 80GB": 5 * 8, "gpu A100 SXM4 40GB": 8, "gpu H200 SXM5 141GB": 16}
    assert flexible.info["host_type"] == "ml.p5.48xlarge ml.p4d.24xlarge ml.p5en.48xlarge"
    guessed = [part.amount for part in flexible.components if part.assumed and part.kind == "gpu"]
    assert guessed == [8]


async def test_an_endpoint_of_several_instance_types_and_its_successors() -> None:
    resources = await described("sagemaker/endpoint", "sagemaker_endpoint")
    pooled = resources["pooled"]
    assert parts(pooled)["vcpu"] == 3 * 48 + 96
    assert pooled.info["host_type"] == "ml.g6e.12xlarge ml.g5.24xlarge"
    cores, boards = pooled.monitor["Cores"], pooled.monitor["Boards"]
    assert (cores, boards) == ("60", "4"), "the mean of 48, 48, 48 and 96 cores"
    assert parts(resources["pooled/main/pending"])["vcpu"] == 2 * 4


async def test_an_endpoint_of_pools_that_is_made_and_one_whose_configuration_is_deleted() -> None:
    ranked = [
        {"InstanceType": "ml.m5.xlarge", "Priority": 2},
        {"InstanceType": "ml.c5.2xlarge", "Priority": 1},
    ]
    made = await endpoints({}, {"VariantName": "new", "CurrentInstanceCount": 2})
    assert parts(made["ranker"])["vcpu"] > 0, "of no type: taken as a middling one"
    assert (made["ranker"].monitor, "host_type" in made["ranker"].info) == ({}, False)
    made = await endpoints(
        {}, {"VariantName": "new", "CurrentInstanceCount": 2, "InstancePools": ranked}
    )
    assert parts(made["ranker"])["vcpu"] == 2 * 8
    assert made["ranker"].info["host_type"] == "ml.c5.2xlarge"


async def test_serverless_training_is_named_and_takes_nothing_else_down() -> None:
    listing = sagemaker_job.SPECS[0].listing
    replay = ReplayClient(recording("sagemaker_job"))
    swept = await sweep(replay, listing, [sagemaker_job.SPECS[0]], PARIS)
    assert [resource.name for resource in swept.resources] == ["fit-1"]
    assert swept.unsupported == {(ACCOUNT, "sagemaker/serverless_training_job"): 1}
    assert swept.skipped == {}


def test_a_job_of_which_the_choice_is_not_told_has_the_first_of_those_preferred() -> None:
    preferred = [{"InstanceType": "ml.m5.xlarge", "InstanceCount": 3}]
    resource = job({"InstancePreferences": preferred, "VolumeSizeInGB": 5})
    assert parts(resource) == {"vcpu": 12, "memory": 48, "block aws/gp2": 15}
    assert resource.components[0].assumed


async def test_studio_apps_on_machines_of_their_own() -> None:
    resources = await described("sagemaker/app", "sagemaker_app", TEAM)
    assert resources["anna/default"].tags == {"team": "ml"}
    assert set(resources) == {"anna/default"}, (
        "not those on AWS' shared machines, nor those deleted"
    )
    assert parts(resources["anna/default"])["vcpu"] == 4
    assert resources["anna/default"].id.endswith(":app/d-1/anna/jupyterlab/default")
