"""Glue: the workers of the job runs under way, and of interactive sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden
from cloud_carbon_exporter.providers.aws.describing.moments import moment
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

JOB, SESSION = "glue/job", "glue/session"
# States of a job's runs, and one of ours: a job without a run holds nothing.
JOB_STATES = states(
    running="RUNNING STOPPING",
    stopped="READY",
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
# Runs are told by one call a job, and most jobs sleep. What came and went meanwhile is told later.
_RUNS_SECONDS = 600.0
# Glue API reference: GetJobRuns gives so many at most, the newest first.
_RUNS_PER_PAGE = 200
_DAY = 86400.0
# Glue API reference, Timeout of a JobRun: less than seven days, and what streams begins anew then.
_LONGEST_RUN_SECONDS = 7 * _DAY
# How long after its end a run is still told of: it counts once, whatever failed meanwhile.
_ENDED_SECONDS = 7200.0
_OVER = frozenset({"STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT", "ERROR", "EXPIRED"})
_RUNS = "glue:GetJobRuns"


class _Runs(NamedTuple):
    """Runs of a job that are under way, or have ended of late. asked: when it was asked for them.

    reach: when the oldest began that is under way.
    """

    asked: float
    reach: float
    busy: bool
    runs: tuple[Raw, ...]


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("glue", scope.region, scope.account_id, f"job/{raw['Name']}")


async def jobs(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The jobs, and their runs that are under way or have ended of late.

    Runs are asked for a job at a time: of one that sleeps every ten minutes.
    """
    labelled = await tagged(client, scope, page, "glue:job", lambda raw: _arn(raw, scope))
    by_job = {str(raw["Name"]): raw for raw in labelled}

    async def ask(name: str) -> _Runs:
        key = ("glue runs", scope.account_id, scope.region, name)
        known: _Runs | None = client.cache.last(key)
        now = client.clock()
        # what is under way may have ended since, and would be taken to run on
        if known is not None and not known.busy and now - known.asked < _RUNS_SECONDS:
            return known
        newest = await _ask(client, scope, name, known)
        client.cache.keep(key, _DAY, newest)
        return newest

    what = ("runs", scope.account_id, scope.region)
    runs = await by_name(client, what, list(by_job), 0, ask)
    objects: list[Raw] = list(by_job.values())
    for name, of_job in runs.items():
        objects += ({**run, "Job": by_job[name]} for run in of_job.runs)
    return objects


async def _ask(client: AwsApi, scope: Scope, name: str, known: _Runs | None) -> _Runs:
    """Runs of a job, back to the oldest that may be under way still."""
    now = client.clock()
    told_since = (now if known is None else known.asked) - _ENDED_SECONDS
    since = now - _LONGEST_RUN_SECONDS if known is None else min(known.reach, told_since)
    reach, busy, runs = now, False, list[Raw]()
    params = {"JobName": name, "MaxResults": _RUNS_PER_PAGE}
    async for answer in client.answers(scope, "glue", "GetJobRuns", params, permissions=_RUNS):
        oldest = now
        for run in answer.get("JobRuns", ()):
            began = moment(run.get("StartedOn")) or now
            oldest = min(oldest, began)
            if moment(run.get("CompletedOn")) is None and not _is_over(run):
                reach, busy = min(reach, began), True
                runs.append(run)
            elif (moment(run.get("CompletedOn")) or 0.0) >= told_since:
                runs.append(run)
        if oldest < since:
            break
    return _Runs(now, reach, busy, tuple(runs))


def _is_over(run: Raw) -> bool:
    return str(run.get("JobRunState")) in _OVER


def _workers(run: Raw) -> tuple[Component, ...]:
    """Workers of a run: by type and number, else by the data processing units it may take."""
    if run.get("WorkerType") and run.get("NumberOfWorkers"):
        # A type added since is taken as G.1X, which Glue starts by default.
        vcpus, memory_gib = WORKERS.get(run["WorkerType"], WORKERS["G.1X"])
        return hidden(vcpus * run["NumberOfWorkers"], memory_gib * run["NumberOfWorkers"])
    units = run.get("MaxCapacity") or run.get("AllocatedCapacity") or 0
    return hidden(VCPUS_PER_DPU * units, GIB_PER_DPU * units) if units else ()


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One job, which holds nothing of its own, or one of its runs."""
    job = raw.get("Job")
    if job is None:
        return parse(raw, scope, _arn(raw, scope), raw["Name"]).described(
            state="READY", info=_info(raw)
        )
    run = parse(job, scope, f"{_arn(job, scope)}/{raw['Id']}", f"{job['Name']}/{raw['Id']}")
    return run.described(
        running=_workers(raw),
        state=raw.get("JobRunState", ""),
        info={**_info(job), "host_type": raw.get("WorkerType")},
        started=raw.get("StartedOn"),
        ended=raw.get("CompletedOn"),
    )


def _info(raw: Raw) -> dict[str, str | None]:
    return {"host_type": raw.get("WorkerType"), "engine": (raw.get("Command") or {}).get("Name")}


def describe_session(raw: Raw, scope: Scope) -> Description | None:
    """One interactive session: its workers wait for the next statement until it ends."""
    name = raw["Id"]
    id_ = arn("glue", scope.region, scope.account_id, f"session/{name}")
    return parse(raw, scope, id_, name).described(
        running=_workers(raw),
        state=raw.get("Status", ""),
        info=_info(raw),
        started=raw.get("CreatedOn"),
        ended=raw.get("CompletedOn"),
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
            "Each run by the vCPUs and memory of the workers it was given, while it runs; "
            "how many idle is not told. Between runs a job holds nothing."
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
