"""Rekognition's custom models: inference units that are held as long as a version runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "rekognition/project"
STATES = states(running="CREATED", gone="CREATING DELETING")
# Custom Labels guide: a model is billed from when it runs until it was stopped.
BILLED = frozenset({"RUNNING", "STOPPING"})
_SECONDS = 600.0
_VERSIONS = "rekognition:DescribeProjectVersions"
WHY = "unseen machines of an inference unit"


async def projects(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The projects with the versions of their model."""

    async def ask(project: str) -> Sequence[Raw]:
        versions: list[Raw] = []
        async for answer in client.answers(
            scope,
            "rekognition",
            "DescribeProjectVersions",
            {"ProjectArn": project},
            permissions=_VERSIONS,
        ):
            versions += answer.get("ProjectVersionDescriptions", ())
        return versions

    names = [str(raw["ProjectArn"]) for raw in page]
    what = ("rekognition versions", scope.account_id, scope.region)
    versions = await by_name(client, what, names, _SECONDS, ask)
    return [{**raw, "Versions": versions.get(str(raw["ProjectArn"]), ())} for raw in page]


def _units(versions: Sequence[Mapping[str, Any]]) -> int:
    """Inference units of the versions that run; how far one has scaled beyond is not told."""
    return sum(version.get("MinInferenceUnits", 1) for version in versions if _runs(version))


def _runs(version: Mapping[str, Any]) -> bool:
    return version.get("Status") in BILLED


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One project as what runs of it; None where nothing does, as a file draws nothing."""
    units = _units(raw["Versions"])
    if not units:
        return None
    identity = raw["ProjectArn"]
    return parse(raw, scope, identity, identity.split("/")[1]).described(
        running=(Component("fixed", "aws/rekognition-unit", units, assumed=WHY),),
        state=raw.get("Status", ""),
        info={"engine": raw.get("Feature")},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="rekognition",
        operation="DescribeProjects",
        scope="region",
        items="ProjectDescriptions[]",
        kind_of=lambda raw: KIND,
        permissions=("rekognition:DescribeProjects", _VERSIONS),
        expand=projects,
    ),
    describe=describe,
    states=STATES,
    reason="A fixed draw for each inference unit of the versions of its model that run.",
)
