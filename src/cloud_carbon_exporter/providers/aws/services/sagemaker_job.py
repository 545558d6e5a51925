"""SageMaker's jobs (training, processing, batch transform), by the machines they have or had."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.sagemaker import (
    TRAINING,
    Fleet,
    held,
    mixed,
    sizes,
    utilisation,
)
from cloud_carbon_exporter.providers.description import Description, Phase, States, states
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
# How long after its end a job is still told of: it counts once, whatever failed meanwhile.
_ENDED_SECONDS = 2 * _HOUR
_PAGES_SECONDS = 20.0
_MACHINES = ("ResourceConfig", "ProcessingResources", "TransformResources")


@dataclass(frozen=True, slots=True)
class _JobType:
    """Type of job: its name in the API (TrainingJob), its states, where it names its machines."""

    name: str
    states: States
    fleets: Callable[[Raw], tuple[Fleet, ...]]

    @property
    def word(self) -> str:
        """The name without "Job", as kinds and ARNs write it."""
        return self.name.removesuffix("Job").lower()

    def phase(self, raw: Raw) -> Phase | None:
        """Whether a job runs, waits or is over."""
        return STATES.phase(str(raw.get(f"{self.name}Status")))

    @property
    def permission(self) -> str:
        """What describing such jobs needs."""
        return f"sagemaker:Describe{self.name}"

    @property
    def listed(self) -> str:
        """What listing such jobs needs."""
        return f"sagemaker:List{self.name}s"


def _fleet(resources: Raw) -> Fleet:
    """Machines as a job names them; where it was given a choice, those SageMaker chose."""
    chosen = resources.get("InstanceType") or resources.get("SelectedInstanceType") or ""
    count = resources.get("InstanceCount") or resources.get("SelectedInstanceCount") or 0
    preferences = resources.get("InstancePreferences") or ()
    if chosen or not preferences:
        return Fleet(chosen, count, resources.get("VolumeSizeInGB"))
    (fleet,) = mixed(
        (),
        preferences[0].get("InstanceCount") or count or 1,
        [preference["InstanceType"] for preference in preferences],
    )
    return replace(fleet, volume_gib=resources.get("VolumeSizeInGB"))


def _training(raw: Raw) -> tuple[Fleet, ...]:
    """One fleet, or several groups; each machine has the volume of the whole configuration."""
    resources = raw["ResourceConfig"]
    groups = resources.get("InstanceGroups")
    if not groups:
        return (_fleet(resources),)
    volume_gib = resources.get("VolumeSizeInGB")
    return tuple(replace(_fleet(group), volume_gib=volume_gib) for group in groups)


def _processing(raw: Raw) -> tuple[Fleet, ...]:
    return (_fleet(raw["ProcessingResources"]["ClusterConfig"]),)


def _transform(raw: Raw) -> tuple[Fleet, ...]:
    return (_fleet(raw["TransformResources"]),)


async def _jobs(
    job_type: _JobType, client: AwsApi, scope: Scope, page: Sequence[Raw]
) -> Sequence[Raw]:
    """The jobs described, those under way and those that have ended of late.

    What machines a job has does not change while it runs, but when it began is told only once it
    has: a job is described anew for each change of its status.
    """
    key = f"{job_type.name}Name"
    summaries: dict[str, Raw] = {}
    for raw in (*page, *await _ended(job_type, client, scope)):
        summaries[str(raw[key])] = raw
    params: dict[str, Mapping[str, Any]] = {}
    for name, raw in summaries.items():
        params[f"{name} {raw.get('LastModifiedTime')}"] = {key: name}
    answers = await one_by_one(
        client,
        scope,
        "sagemaker",
        f"Describe{job_type.name}",
        params,
        seconds=_HOUR,
        permission=job_type.permission,
    )
    described: list[Raw] = []
    for version, answer in answers.items():
        job = {**answer, **summaries[params[version][key]]}
        if _has_machines(job) or job_type.phase(job) != "gone":
            described.append(job)
    resource_type = f"sagemaker:{job_type.word}-job"
    return await tagged(
        client, scope, described, resource_type, lambda raw: str(raw[f"{job_type.name}Arn"])
    )


async def _ended(job_type: _JobType, client: AwsApi, scope: Scope) -> Sequence[Raw]:
    """Summaries of the jobs whose status has changed of late and that are no longer under way."""

    async def fetch() -> list[Raw]:
        since = {"LastModifiedTimeAfter": int(client.clock() - _ENDED_SECONDS)}
        summaries: list[Raw] = []
        async for answer in client.answers(
            scope, "sagemaker", f"List{job_type.name}s", since, permissions=job_type.listed
        ):
            summaries += answer.get(f"{job_type.name}Summaries", ())
        return summaries

    # Once a sweep, however many pages it has.
    key = (f"ended {job_type.name}", scope.account_id, scope.region)
    changed = await client.cache.get(key, _PAGES_SECONDS, fetch)
    return [raw for raw in changed if job_type.phase(raw) == "gone"]


def _has_machines(raw: Raw) -> bool:
    """Whether a job's machines are told: of serverless model customisation only its tokens are."""
    return any(raw.get(name) for name in _MACHINES)


def _describe(job_type: _JobType, raw: Raw, scope: Scope) -> Description | None:
    """One job. Its first machine is measured, and stands for all of them."""
    job = parse(raw, scope, raw[f"{job_type.name}Arn"], raw[f"{job_type.name}Name"])
    fleets = job_type.fleets(raw)
    first = fleets[0].instance_type
    monitor = {}
    # The machines of a training job are algo-1, algo-2 and so on.
    if job_type.word == "training" and first:
        monitor = {"Host": f"{job.name}/algo-1", **sizes(fleets[:1])}
    return job.described(
        running=held(fleets),
        state=raw.get("SecondaryStatus") or raw.get(f"{job_type.name}Status", ""),
        monitor=monitor,
        info={"host_type": first},
        # SageMaker API reference: what is billed lies between these two.
        started=raw.get(f"{job_type.word.capitalize()}StartTime"),
        ended=raw.get(f"{job_type.word.capitalize()}EndTime"),
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
            kind_of=lambda raw: f"sagemaker/serverless_{job_type.word}_job",
            permissions=(job_type.listed, job_type.permission),
            expand=_expand(job_type),
        ),
        accepts=_has_machines,
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
