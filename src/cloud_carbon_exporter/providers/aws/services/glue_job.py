"""Glue: the workers of the job runs under way, and of interactive sessions."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

JOB, SESSION = "glue/job", "glue/session"
# States of ours: the API tells them of a job's runs.
JOB_STATES = states(running="RUNNING", stopped="READY")
RUN_STATES = states(
    running="RUNNING STOPPING",
    gone="STARTING WAITING STOPPED SUCCEEDED FAILED TIMEOUT ERROR EXPIRED",
)
SESSION_STATES = states(running="READY STOPPING", gone="PROVISIONING FAILED TIMEOUT STOPPED")
VCPUS_PER_DPU, GIB_PER_DPU = 4, 16
"""Glue developer guide: a data processing unit is 4 vCPUs and 16 GB of memory."""
WORKERS = {
    "Standard": (4, 16),
    "G.025X": (2, 4),
    "G.1X": (4, 16),
    "G.2X": (8, 32),
    "G.4X": (16, 64),
    "G.8X": (32, 128),
    "G.12X": (48, 192),
    "G.16X": (64, 256),
    "R.1X": (4, 32),
    "R.2X": (8, 64),
    "R.4X": (16, 128),
    "R.8X": (32, 256),
    "Z.2X": (8, 64),
}
"""Glue developer guide: vCPUs and GB of memory of each type of worker."""
# Runs are told by one call a job, and most jobs sleep.
_RUNS_SECONDS = 600.0
_NEWEST = 25
_RUNS = "glue:GetJobRuns"


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("glue", scope.region, scope.account_id, f"job/{raw['Name']}")


async def jobs(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The jobs with their newest runs, which are asked for a job at a time, every ten minutes."""
    params = {str(raw["Name"]): {"JobName": raw["Name"], "MaxResults": _NEWEST} for raw in page}
    answers = await one_by_one(
        client, scope, "glue", "GetJobRuns", params, seconds=_RUNS_SECONDS, permission=_RUNS
    )
    with_runs = [{**raw, "Runs": answers.get(raw["Name"], {}).get("JobRuns", ())} for raw in page]
    return await tagged(client, scope, with_runs, "glue:job", lambda raw: _arn(raw, scope))


def _workers(run: Raw) -> tuple[Component, ...]:
    """Workers of a run: by type and number, else by the data processing units it may take."""
    if run.get("WorkerType") and run.get("NumberOfWorkers"):
        # A type added since is taken as G.1X, which Glue starts by default.
        vcpus, memory_gib = WORKERS.get(run["WorkerType"], WORKERS["G.1X"])
        return hidden(vcpus * run["NumberOfWorkers"], memory_gib * run["NumberOfWorkers"])
    units = run.get("MaxCapacity") or run.get("AllocatedCapacity") or 0
    return hidden(VCPUS_PER_DPU * units, GIB_PER_DPU * units) if units else ()


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One job. Between runs it holds nothing."""
    held: list[Component] = []
    state = "READY"
    for run in raw["Runs"]:
        if RUN_STATES.phase(run.get("JobRunState") or "") == "running":
            held += _workers(run)
            state = "RUNNING"
    return parse(raw, scope, _arn(raw, scope), raw["Name"]).described(
        running=tuple(held),
        state=state,
        info={
            "host_type": raw.get("WorkerType"),
            "engine": (raw.get("Command") or {}).get("Name"),
        },
    )


def describe_session(raw: Raw, scope: Scope) -> Description | None:
    """One interactive session: its workers wait for the next statement until it ends."""
    name = raw["Id"]
    id_ = arn("glue", scope.region, scope.account_id, f"session/{name}")
    return parse(raw, scope, id_, name).described(
        running=_workers(raw),
        state=raw.get("Status", ""),
        info={
            "host_type": raw.get("WorkerType"),
            "engine": (raw.get("Command") or {}).get("Name"),
        },
    )


SPECS = (
    ServiceSpec(
        kind=JOB,
        listing=Listing(
            api="glue",
            operation="GetJobs",
            scope="region",
            items="Jobs[]",
            kind_of=lambda raw: JOB,
            permissions=("glue:GetJobs", _RUNS),
            expand=jobs,
        ),
        states=JOB_STATES,
        describe=describe,
        reason=(
            "The vCPUs and memory of the workers its runs were given, while they run; "
            "how many idle is not told."
        ),
    ),
    ServiceSpec(
        kind=SESSION,
        listing=Listing(
            api="glue",
            operation="ListSessions",
            scope="region",
            items="Sessions[]",
            kind_of=lambda raw: SESSION,
            permissions=("glue:ListSessions",),
        ),
        states=SESSION_STATES,
        describe=describe_session,
        reason=(
            "The vCPUs and memory of the workers it was given, as long as it is open; "
            "their load is not told."
        ),
    ),
)
