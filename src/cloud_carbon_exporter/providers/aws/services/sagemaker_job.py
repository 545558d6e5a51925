"""SageMaker's jobs under way (training, processing, batch transform), by the machines they have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.sagemaker import (
    TRAINING,
    held,
    sizes,
    utilisation,
)
from cloud_carbon_exporter.providers.description import Description, States, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

STATES = states(running="InProgress Stopping", gone="Completed Failed Stopped")
# SecondaryStatus of a training job, which tells as well whether it waits for its machines yet.
TRAINING_STATES = states(
    running=(
        "PreparingTrainingStack Downloading DownloadingTrainingImage Training Uploading Stopping"
        " Updating Restarting"
    ),
    stopped="Starting LaunchingMLInstances Pending",
    gone="Stopped MaxRuntimeExceeded Completed Failed Interrupted MaxWaitTimeExceeded",
)
_HOUR = 3600.0
Fleet = Mapping[str, Any]
"""Machines of one type, as a described job names them."""


@dataclass(frozen=True, slots=True)
class _JobType:
    """Type of job: its name in the API (TrainingJob), its states, where it names its machines."""

    name: str
    states: States
    fleets: Callable[[Raw], Sequence[Fleet]]

    @property
    def word(self) -> str:
        """The name without "Job", as kinds and ARNs write it."""
        return self.name.removesuffix("Job").lower()

    @property
    def permission(self) -> str:
        """What describing such jobs needs."""
        return f"sagemaker:Describe{self.name}"


def _chosen(fleet: Fleet) -> Fleet:
    """A fleet with the type SageMaker chose where it was given a choice."""
    if fleet.get("InstanceType"):
        return fleet
    return {
        **fleet,
        "InstanceType": fleet["SelectedInstanceType"],
        "InstanceCount": fleet["SelectedInstanceCount"],
    }


def _training(raw: Raw) -> Sequence[Fleet]:
    """One fleet, or several groups; each machine has the volume of the whole configuration."""
    resources = raw["ResourceConfig"]
    groups = resources.get("InstanceGroups")
    if not groups:
        return [_chosen(resources)]
    return [{"VolumeSizeInGB": resources.get("VolumeSizeInGB"), **group} for group in groups]


def _processing(raw: Raw) -> Sequence[Fleet]:
    return [_chosen(raw["ProcessingResources"]["ClusterConfig"])]


def _transform(raw: Raw) -> Sequence[Fleet]:
    return [raw["TransformResources"]]


async def _jobs(
    job_type: _JobType, client: AwsApi, scope: Scope, page: Sequence[Raw]
) -> Sequence[Raw]:
    """The jobs described; what machines a job has does not change while it runs."""
    key = f"{job_type.name}Name"
    answers = await one_by_one(
        client,
        scope,
        "sagemaker",
        f"Describe{job_type.name}",
        {str(raw[key]): {key: raw[key]} for raw in page},
        seconds=_HOUR,
        permission=job_type.permission,
    )
    described = [{**answers[raw[key]], **raw} for raw in page if raw[key] in answers]
    resource_type = f"sagemaker:{job_type.word}-job"
    return await tagged(
        client, scope, described, resource_type, lambda raw: str(raw[f"{job_type.name}Arn"])
    )


def _describe(job_type: _JobType, raw: Raw, scope: Scope) -> Description | None:
    """One job. Its first machine is measured, and stands for all of them."""
    job = parse(raw, scope, raw[f"{job_type.name}Arn"], raw[f"{job_type.name}Name"])
    fleets = job_type.fleets(raw)
    first = fleets[0]["InstanceType"]
    machines: list[Component] = []
    for fleet in fleets:
        volume_gib = fleet.get("VolumeSizeInGB")
        machines += held(fleet["InstanceType"], fleet["InstanceCount"], volume_gib)
    monitor = {}
    # The machines of a training job are algo-1, algo-2 and so on.
    if job_type.word == "training":
        monitor = {"Host": f"{job.name}/algo-1", **sizes(first)}
    return job.described(
        running=tuple(machines),
        state=raw.get("SecondaryStatus") or raw.get(f"{job_type.name}Status", ""),
        monitor=monitor,
        info={"host_type": first},
    )


def _expand(job_type: _JobType) -> Callable[[Any, Scope, Sequence[Raw]], Awaitable[Sequence[Raw]]]:
    return partial(_jobs, job_type)


def _spec(job_type: _JobType) -> ServiceSpec:
    return ServiceSpec(
        kind=f"sagemaker/{job_type.word}_job",
        listing=Listing(
            api="sagemaker",
            operation=f"List{job_type.name}s",
            scope="region",
            items=f"{job_type.name}Summaries[]",
            params={"StatusEquals": "InProgress"},
            kind_of=lambda raw: "sagemaker/job",
            permissions=(f"sagemaker:List{job_type.name}s", job_type.permission),
            expand=_expand(job_type),
        ),
        states=job_type.states,
        describe=partial(_describe, job_type),
        metrics=utilisation(TRAINING, "Host") if job_type.word == "training" else (),
        reason=(
            "The instances it was given, while it runs, and their volumes; "
            "at the load of the first, where told."
        ),
    )


SPECS = (
    _spec(_JobType("TrainingJob", TRAINING_STATES, _training)),
    _spec(_JobType("ProcessingJob", STATES, _processing)),
    _spec(_JobType("TransformJob", STATES, _transform)),
)
