"""Serverless Jobs: a definition holds hardware while runs of it run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.listing import listing
from cloud_carbon_exporter.providers.scaleway.client.lookups import projects
from cloud_carbon_exporter.providers.scaleway.describing.object import parse
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

PERMISSION = "ServerlessJobsReadOnly"
MIB_PER_GIB = 1024
MILLI = 1000


async def _with_runs(api: Api, scope: Scope, raws: Sequence[Raw]) -> Sequence[Raw]:
    """Definitions, each with the runs of it that run now."""
    # One list for the whole region, instead of one a definition.
    running: dict[str, list[Any]] = defaultdict(list)
    async for page in api.list(
        "ListJobRuns",
        "serverless-jobs/v1alpha2/regions/{region}/job-runs",
        "job_runs",
        scope=scope,
        permission=PERMISSION,
        params={"organization_id": api.organization_id, "states": "running"},
    ):
        for run in page:
            running[str(run.get("job_definition_id"))].append(run)
    return [{**definition, "running": running[str(definition["id"])]} for definition in raws]


def _hardware_of(run: Raw) -> tuple[Component, ...]:
    """Hardware of a run by its limits, in millicpus and MiB."""
    return components(
        machine(
            "scaleway",
            "serverless",
            vcpus=(run.get("cpu_limit") or 0) / MILLI or None,
            memory_gib=(run.get("memory_limit") or 0) / MIB_PER_GIB or None,
        )
    )


def _definition(raw: Raw, scope: Scope) -> Description:
    runs = raw["running"]
    parts: list[Component] = []
    for run in runs:
        parts += _hardware_of(run)
    return parse(raw, scope).described(running=parts, info={"running": str(len(runs))})


SPEC = ServiceSpec(
    kind="jobs/definition",
    listing=listing(
        "ListJobDefinitions",
        "serverless-jobs/v1alpha2/regions/{region}/job-definitions",
        "job_definitions",
        kind="jobs/definition",
        permission=PERMISSION,
        lookup=projects,
        expand=_with_runs,
    ),
    describe=_definition,
    searched_as="serverless_job_definition",
    reason="vCPUs and memory of the runs that run at the moment of the listing; a job at rest "
    "holds nothing.",
)
