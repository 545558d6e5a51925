"""CodeBuild: builds under way, by what they were given; of a fleet the fleet has the machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import batches, told
from cloud_carbon_exporter.providers.aws.describing.codebuild import machine
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.moments import moment
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "codebuild/build"
STATES = states(running="IN_PROGRESS", gone="SUCCEEDED FAILED FAULT TIMED_OUT STOPPED")
# A build that waits for a machine has none.
_WAITING = frozenset({"SUBMITTED", "QUEUED"})
_BUILDS, _DETAILS = "codebuild:ListBuilds", "codebuild:BatchGetBuilds"
_BUILDS_PER_CALL = 100
_HOUR = 3600.0
# CodeBuild API reference, Build: it waits for 8 hours at most, and runs for 36.
_LONGEST_SECONDS = 44 * _HOUR
# How long after its end a build is still told of: it counts once, whatever failed meanwhile.
_ENDED_SECONDS = 2 * _HOUR
# What one sweep reads at most where builds are many: those under way stand among the newest.
_MOST_PAGES = 20
_PAGES_SECONDS = 20.0


class _Reach(NamedTuple):
    """How far back to read. asked: when builds were last read. oldest: start of the oldest then."""

    asked: float
    oldest: float


async def builds(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The builds of a region that are under way, or have ended of late; none without a project."""

    async def read() -> list[Raw]:
        return await _read(client, scope)

    if not page:
        return ()
    # Once a sweep, however many pages of projects it has.
    key = ("codebuild builds", scope.account_id, scope.region)
    return await client.cache.get(key, _PAGES_SECONDS, read)


def once(everything: Sequence[Raw]) -> Sequence[Raw]:
    """Builds of all pages, each once: every page of projects brings all of them."""
    named = {str(raw.get("id", number)): raw for number, raw in enumerate(everything)}
    return list(named.values())


async def _read(client: AwsApi, scope: Scope) -> list[Raw]:
    """Builds, newest first, back to the oldest that may be under way still."""
    key, now = ("codebuild reach", scope.account_id, scope.region), client.clock()
    known: _Reach | None = client.cache.last(key)
    since = now - _LONGEST_SECONDS
    told_since = (now if known is None else known.asked) - _ENDED_SECONDS
    if known is not None:
        since = min(known.oldest, told_since)
    builds: list[Raw] = []
    oldest, pages = now, 0
    newest_first = {"sortOrder": "DESCENDING"}
    async for answer in client.answers(
        scope, "codebuild", "ListBuilds", newest_first, permissions=_BUILDS
    ):
        described = await _describe_all(client, scope, answer.get("ids", ()))
        began = now
        for raw in described:
            started = moment(raw.get("startTime")) or now
            began = min(began, started)
            if raw.get("buildStatus") == "IN_PROGRESS":
                oldest = min(oldest, started)
                builds.append(_since_its_machine(raw))
            elif (moment(raw.get("endTime")) or 0.0) >= told_since:
                builds.append(_since_its_machine(raw))
        pages += 1
        if began < since or pages == _MOST_PAGES:
            break
    client.cache.keep(key, _LONGEST_SECONDS, _Reach(now, oldest))
    return builds


async def _describe_all(client: AwsApi, scope: Scope, ids: Sequence[str]) -> list[Raw]:
    builds: list[Raw] = []
    for some in batches(ids, _BUILDS_PER_CALL):
        answer = await client.call(
            scope, "codebuild", "BatchGetBuilds", {"ids": list(some)}, permissions=_DETAILS
        )
        builds += told(answer, "builds", scope, "BatchGetBuilds")
    return builds


def _since_its_machine(raw: Raw) -> Raw:
    """A build from when it was given a machine, after it has waited for one: its phases tell."""
    for phase in raw.get("phases") or ():
        if phase.get("phaseType") == "PROVISIONING" and phase.get("startTime"):
            return {**raw, "startTime": phase["startTime"]}
    return raw


def _machines(environment: Mapping[str, Any]) -> tuple[Component, ...]:
    """Machine of a build, and that of a Docker server beside it, where its project has one."""
    server = environment.get("dockerServer") or {}
    held = machine(environment)
    if not server.get("computeType"):
        return held
    return (
        *held,
        *machine({"type": environment.get("type"), "computeType": server["computeType"]}),
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One build; None for one that runs on a machine of a fleet."""
    environment = raw.get("environment") or {}
    if environment.get("fleet"):
        return None
    build = parse(raw, scope, raw["arn"], raw["id"])
    waits = raw.get("currentPhase") in _WAITING
    return build.described(
        running=() if waits else _machines(environment),
        state=raw.get("buildStatus", ""),
        monitor={"ProjectName": raw["projectName"]} if raw.get("projectName") else {},
        info={"host_type": environment.get("computeType")},
        started=raw.get("startTime"),
        ended=raw.get("endTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="codebuild",
        # Not ListBuilds, which goes back a year and cannot be told to end: it is read beside.
        operation="ListProjects",
        scope="region",
        items="projects[]",
        kind_of=lambda raw: KIND,
        permissions=("codebuild:ListProjects", _BUILDS, _DETAILS),
        expand=builds,
        whole=once,
    ),
    states=STATES,
    describe=describe,
    # CodeBuild user guide, CloudWatch dimensions: by project, or by build, project and number.
    metrics=(
        percent("cpu_ratio", "AWS/CodeBuild", "CPUUtilizedPercent", {"ProjectName": "ProjectName"}),
    ),
    reason=(
        "The vCPUs, memory and disk of its compute type while it runs, at the mean load of its "
        "project; a build on a fleet runs on the fleet's machines, and is counted there."
    ),
)
