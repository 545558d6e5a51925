"""SageMaker's warm pools: machines of a training job that has ended, kept for the next one."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.aws.describing.sagemaker import Fleet, held, types
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "sagemaker/warm_pool"
# SageMaker API reference, WarmPoolStatus: in use, or reused, its machines are those of a job.
STATES = states(running="Available", gone="Terminated Reused InUse")
_HOUR = 3600.0
_DESCRIBE = "sagemaker:DescribeTrainingJob"


async def pools(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The jobs whose machines are kept, with the machines they had."""
    params = {}
    for raw in page:
        params[str(raw["TrainingJobName"])] = {"TrainingJobName": raw["TrainingJobName"]}
    answers = await one_by_one(
        client,
        scope,
        "sagemaker",
        "DescribeTrainingJob",
        params,
        seconds=_HOUR,
        permission=_DESCRIBE,
    )
    kept: list[Raw] = []
    for raw in page:
        job = answers.get(str(raw["TrainingJobName"]))
        if job is not None:
            kept.append({**job, **raw})
    return kept


def _fleets(resources: Raw) -> tuple[Fleet, ...]:
    """Machines of a pool: those of all groups of a mixed cluster, else of one type."""
    fleets: list[Fleet] = []
    for group in resources.get("InstanceGroups") or [resources]:
        size = group.get("VolumeSizeInGB", resources.get("VolumeSizeInGB"))
        # A job that was given a choice of types tells the one that SageMaker took.
        kind = group.get("InstanceType") or group.get("SelectedInstanceType") or ""
        count = group.get("InstanceCount") or group.get("SelectedInstanceCount") or 0
        fleets.append(Fleet(kind, count, size))
    return tuple(fleets)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One pool, by the name of the job that left it; that job itself has ended."""
    status = (raw.get("WarmPoolStatus") or {}).get("Status")
    if not status:
        return None
    fleets = _fleets(raw.get("ResourceConfig") or {})
    # The job's own life has ended under its ARN: what it left is another thing.
    name = raw["TrainingJobName"]
    id_ = arn("sagemaker", scope.region, scope.account_id, f"warm-pool/{name}")
    return parse(raw, scope, id_, name).described(
        running=idle(held(fleets), 1),
        state=status,
        info={"host_type": types(fleets)},
        # It is kept from the end of the job on.
        started=raw.get("TrainingEndTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="sagemaker",
        operation="ListTrainingJobs",
        scope="region",
        items="TrainingJobSummaries[]",
        params={"WarmPoolStatusEquals": "Available"},
        kind_of=lambda raw: KIND,
        permissions=("sagemaker:ListTrainingJobs", _DESCRIBE),
        expand=pools,
    ),
    states=STATES,
    describe=describe,
    reason="The machines a job has left for the next one, at rest, and their volumes.",
)
