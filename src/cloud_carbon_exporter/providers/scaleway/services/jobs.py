"""Serverless Jobs: definitions hold nothing, each run of one holds what it was given."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "ServerlessJobsReadOnly"
MIB_PER_GIB = 1024
MILLI = 1000

# The API keeps every run there ever was, newest first. Those that were created within a day are
# asked for again with each listing, as one may have come and gone since the last; of a job that
# runs more often than so many times a day, the newest.
LOOK_BACK_SECONDS = 86400.0
MOST_ENDED = 1000

RUNNING = ("running", "interrupting")
ENDED = ("succeeded", "failed", "interrupted")
RUN_STATES = states(
    running=RUNNING, gone=("initialized", "validated", "queued", "retrying", *ENDED)
)


async def _with_runs(api: Api, scope: Scope, raws: Sequence[Raw]) -> Sequence[Raw]:
    """Definitions, and the runs of them that run now or ended lately."""
    definitions = {str(definition["id"]): definition for definition in raws}
    objects: list[Raw] = list(raws)
    # Lists for the whole region, instead of some for each definition. What ends between the two
    # calls is in both, and is then taken as ended.
    runs: dict[str, Raw] = {}
    async for run in _runs(api, scope, RUNNING):
        runs[str(run.get("id"))] = run
    async for run in _ended_lately(api, scope):
        runs[str(run.get("id"))] = run
    for run in runs.values():
        definition = definitions.get(str(run.get("job_definition_id")))
        if definition is not None:
            objects.append({**run, "definition": definition})
    return objects


async def _ended_lately(api: Api, scope: Scope) -> AsyncIterator[Raw]:
    since = time.time() - LOOK_BACK_SECONDS
    listed = 0
    async with aclosing(_runs(api, scope, ENDED)) as runs:
        async for run in runs:
            listed += 1
            if (moment(run.get("created_at")) or since) < since or listed > MOST_ENDED:
                return
            yield run


async def _runs(api: Api, scope: Scope, in_states: Sequence[str]) -> AsyncGenerator[Raw]:
    pages = api.list(
        "ListJobRuns",
        "serverless-jobs/v1alpha2/regions/{region}/job-runs",
        "job_runs",
        scope=scope,
        permission=PERMISSION,
        params={
            "organization_id": api.organization_id,
            "order_by": "created_at_desc",
            "states": in_states,
        },
    )
    async for page in pages:
        for run in page:
            yield run


def _is_run(raw: Raw) -> bool:
    return "job_definition_id" in raw


def _run(raw: Raw, scope: Scope) -> Description:
    """Run by its limits, in millicpus and MiB, from its start to its end."""
    definition: Raw = raw["definition"]
    held = components(
        machine(
            "scaleway",
            "serverless",
            vcpus=(raw.get("cpu_limit") or 0) / MILLI or None,
            memory_gib=(raw.get("memory_limit") or 0) / MIB_PER_GIB or None,
        )
    )
    name = str(definition.get("name") or "")
    run = parse(raw, scope, project_id=str(definition.get("project_id") or ""), name=name)
    described = run.described(running=held, info={"definition": str(raw["job_definition_id"])})
    return _lived(described, raw)


def _lived(described: Description, raw: Raw) -> Description:
    """With start and end as the API tells them; what never started has no end either."""
    # It waits in a queue from its creation on, and holds nothing there.
    started = moment(raw.get("started_at"))
    ended = None if started is None else moment(raw.get("terminated_at"))
    return replace(described, started=started, ended=ended)


def _definition(raw: Raw, scope: Scope) -> Description:
    return parse(raw, scope).described()


DEFINITIONS = listing(
    "ListJobDefinitions",
    "serverless-jobs/v1alpha2/regions/{region}/job-definitions",
    "job_definitions",
    kind="jobs/definition",
    permission=PERMISSION,
    lookup=projects,
    expand=_with_runs,
)

SPECS = (
    ServiceSpec(
        kind="jobs/definition",
        listing=DEFINITIONS,
        accepts=lambda raw: not _is_run(raw),
        describe=_definition,
        searched_as="serverless_job_definition",
        reason="A definition at rest holds nothing; what runs is a run of it.",
    ),
    ServiceSpec(
        kind="jobs/run",
        listing=DEFINITIONS,
        accepts=_is_run,
        describe=_run,
        states=RUN_STATES,
        reason="vCPUs and memory of a run from its start to its end, as the API tells both; what "
        "ended within the last day is counted though nobody saw it run.",
    ),
)
