"""Members an answer may leave out, by botocore's model: none costs the object it is absent of."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import REGION, ReplayClient, recording
from tests.over_all import over_all
from tests.providers.aws.test_pages import LISTS
from tests.providers.aws.test_specs import model

from cloud_carbon_exporter.collect.sweep import sweep
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.spec import Listing, Scope

pytestmark = pytest.mark.slow

Path = tuple[str | int, ...]
ELSEWHERE = {"GetResources": "resourcegroupstaggingapi", "ListMetrics": "cloudwatch"}
IDENTITY = ("arn", "id", "name", "identifier")
"""Ends of the names of members that tell which object it is: without, there is none."""
NEEDED: Mapping[str, str] = {
    "Table": "the whole object",
    "cluster": "the whole object",
    "clusters": "an answer without its list is none",
    "tasks": "an answer without its list is none",
    "AppType": "part of its ARN",
    "imageDigest": "which image it is",
    "Size": "a volume is its size",
    "VolumeSize": "a snapshot is the size of its volume",
    "AllocatedStorage": "a snapshot is the size of its database",
    "sizeInGb": "a disk is its size",
    "hardware": "a machine of Lightsail is its size",
    "cpuCount": "a machine of Lightsail is its size",
    "ramSizeInGb": "a machine of Lightsail is its size",
    "diskSizeInGb": "a machine of Lightsail is its size",
    "Environment": "the whole object",
    "Firewall": "the whole object",
    "builds": "an answer without its list is none",
    "fleets": "an answer without its list is none",
    "cpu": "a task of Fargate is its size",
    "memory": "a task of Fargate is its size",
}
"""Members without which an object is counted as skipped, and why."""


def optional(value: Any, shape: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all that is in an answer and that the model does not promise."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            if name not in shape.required_members:
                yield (*path, name)
            yield from optional(inner, shape.members[name], (*path, name))
    elif shape.type_name == "list":
        for place, inner in enumerate(value):
            yield from optional(inner, shape.member, (*path, place))


def without(answer: Any, path: Path) -> Any:
    copied = copy.deepcopy(answer)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return copied


def left_out(answers: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name of each member that may be left out, and the recording without it."""
    for operation, pages in answers.items():
        if operation != "api":
            api = ELSEWHERE.get(operation, answers["api"])
            shape = model(api).operation_model(operation).output_shape
            for number, page in enumerate(pages):
                for path in optional(page, shape):
                    changed = [*pages[:number], without(page, path), *pages[number + 1 :]]
                    yield str(path[-1]), {**answers, operation: changed}


def needed(name: str) -> bool:
    return name.lower().endswith(IDENTITY) or name in NEEDED


async def skips(answers: Mapping[str, Any], listing: Listing) -> bool:
    scope = Scope("aws", ACCOUNT, "global" if listing.scope == "global" else REGION)
    specs = [service for service in PROVIDER.services if service.listing is listing]
    try:
        swept = await sweep(ReplayClient(answers), listing, specs, scope)
    except CollectError:
        return True
    return bool(swept.skipped or swept.failures or swept.warnings)


@over_all(("module", "listing"), LISTS, ids=[f"{module} {own.operation}" for module, own in LISTS])
async def test_what_an_answer_may_leave_out_costs_no_object(module: str, listing: Listing) -> None:
    missed = {
        name
        for name, answers in left_out(recording(module))
        if not needed(name) and await skips(answers, listing)
    }
    assert missed == set(), "read them by `get`, or say in NEEDED what they are"
