"""Serverless Jobs: a definition holds hardware while runs of it run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.scaleway.client.catalogue import projects
from cloud_carbon_exporter.providers.scaleway.client.rest import listing
from cloud_carbon_exporter.providers.scaleway.describing.describe import resource
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

PERMISSION = "ServerlessJobsReadOnly"
MIB_PER_GIB = 1024
MILLI = 1000


async def _with_runs(client: ScalewayClient, scope: Scope, raws: Sequence[Raw]) -> Sequence[Raw]:
    """The definitions, each with the runs of it that run now."""
    running: dict[str, list[Any]] = defaultdict(list)
    async for page in client.list(
        "ListJobRuns",
        "serverless-jobs/v1alpha2/regions/{region}/job-runs",
        "job_runs",
        scope=scope,
        permission=PERMISSION,
        params={"organization_id": client.organization_id, "states": "running"},
    ):
        for run in page:
            running[str(run.get("job_definition_id"))].append(run)
    return [{**definition, "running": running[str(definition["id"])]} for definition in raws]


def _definition(raw: Raw, scope: Scope) -> Resource | None:
    runs = raw["running"]
    parts = [
        part
        for run in runs
        for part in components(
            machine(
                "scaleway",
                "serverless",
                vcpus=(run.get("cpu_limit") or 0) / MILLI or None,
                memory_gib=(run.get("memory_limit") or 0) / MIB_PER_GIB or None,
            )
        )
    ]
    return resource(raw, scope, "jobs/definition", parts, info={"running": str(len(runs))})


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
    reason="vCPUs and memory of the runs that run at the moment of the listing; a job at rest holds nothing.",
)
