"""MWAA Serverless: the runs of workflows that are under way, each on a worker nobody sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden
from cloud_carbon_exporter.providers.aws.describing.moments import moment
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "mwaaserverless/workflow"
# States of a workflow's runs, and one of the workflow itself: between runs it holds nothing.
STATES = states(
    running="RUNNING STOPPING",
    stopped="READY",
    gone="STARTING QUEUED SUCCESS FAILED TIMEOUT STOPPED DELETING",
)
VCPUS, GIB = 1, 2
"""Of a worker of MWAA's smallest class that scales; what Serverless gives a task is not told."""
_RUNS = "airflow-serverless:ListWorkflowRuns"
# Runs are told by one call a workflow, and most workflows sleep.
_RUNS_SECONDS = 600.0
_DAY = 86400.0
# How long after its end a run is still told of: it counts once, whatever failed meanwhile.
_ENDED_SECONDS = 7200.0
# The API does not say in which order runs come: of a hundred each, so many pages are read at most.
_MOST_PAGES = 5
_UNDER_WAY = frozenset({"RUNNING", "STOPPING"})


class _Runs(NamedTuple):
    """Runs that are under way, or have ended of late. asked: when it was asked for them."""

    asked: float
    busy: bool
    runs: tuple[Raw, ...]


async def workflows(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The workflows with their tags, and their runs: of one that sleeps every ten minutes."""
    labelled = await tagged(
        client, scope, page, "airflow-serverless:workflow", lambda raw: str(raw["WorkflowArn"])
    )
    by_arn = {str(raw["WorkflowArn"]): raw for raw in labelled}

    async def ask(arn: str) -> _Runs:
        key = ("workflow runs", scope.account_id, arn)
        known: _Runs | None = client.cache.last(key)
        # What is under way may have ended since, and would be taken to run on.
        if known and not known.busy and client.clock() - known.asked < _RUNS_SECONDS:
            return known
        newest = await _ask(client, scope, arn, known)
        client.cache.keep(key, _DAY, newest)
        return newest

    what = ("workflow runs", scope.account_id, scope.region)
    objects: list[Raw] = list(by_arn.values())
    for arn, of_workflow in (await by_name(client, what, list(by_arn), 0, ask)).items():
        objects += ({**run, "Workflow": by_arn[arn]} for run in of_workflow.runs)
    return objects


async def _ask(client: AwsApi, scope: Scope, arn: str, known: _Runs | None) -> _Runs:
    now = client.clock()
    told_since = (now if known is None else known.asked) - _ENDED_SECONDS
    busy, runs, pages = False, list[Raw](), 0
    params = {"WorkflowArn": arn, "MaxResults": 100}
    async for answer in client.answers(
        scope, "mwaa-serverless", "ListWorkflowRuns", params, permissions=_RUNS
    ):
        for run in answer.get("WorkflowRuns", ()):
            summary = run.get("RunDetailSummary") or {}
            under_way = summary.get("Status") in _UNDER_WAY
            busy = busy or under_way
            if under_way or (moment(summary.get("EndedAt")) or 0.0) >= told_since:
                runs.append(run)
        pages += 1
        if pages == _MOST_PAGES:
            break
    return _Runs(now, busy, tuple(runs))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One workflow, which holds nothing of its own, or one of its runs."""
    workflow = raw.get("Workflow")
    if workflow is None:
        return parse(raw, scope, raw["WorkflowArn"], raw["Name"]).described(
            state=raw.get("WorkflowStatus", "")
        )
    arn, name = f"{workflow['WorkflowArn']}/{raw['RunId']}", f"{workflow['Name']}/{raw['RunId']}"
    summary = raw.get("RunDetailSummary") or {}
    return parse(workflow, scope, arn, name).described(
        running=hidden(VCPUS, GIB),
        state=summary.get("Status", ""),
        started=summary.get("StartedAt"),
        ended=summary.get("EndedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="mwaa-serverless",
        operation="ListWorkflows",
        scope="region",
        items="Workflows[]",
        kind_of=lambda raw: KIND,
        permissions=("airflow-serverless:ListWorkflows", _RUNS),
        expand=workflows,
    ),
    states=STATES,
    describe=describe,
    reason=(
        "A vCPU and 2 GB, assumed, for each run that is under way; between runs a workflow holds "
        "nothing. What its tasks run on is not told."
    ),
)
