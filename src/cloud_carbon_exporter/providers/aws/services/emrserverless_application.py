"""EMR Serverless applications, by the vCPUs and memory their workers hold. EMR on EC2 is its
instances.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, told
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_NAMED_SINCE = (7, 10)
"""EMR Serverless user guide: from release 7.10 on, metrics bear the application's name as well."""

_IDLE = frozenset({"CREATING", "CREATED", "STOPPED"})


async def applications(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The applications with their tags."""
    return await tagged(
        client, scope, page, "emr-serverless:applications", lambda raw: str(raw["arn"])
    )


def _release(label: str) -> tuple[int, ...]:
    """(7, 10) of "emr-7.10.0"; what does not read so is new."""
    numbers = label.rpartition("-")[2].split(".")[:2]
    return (
        tuple(int(number) for number in numbers)
        if all(map(str.isdecimal, numbers))
        else _NAMED_SINCE
    )


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One application. Only a started one has workers: those of its jobs, and those it is told to
    keep ready.
    """
    name, state = raw.get("name") or raw["id"], raw["state"]
    if state == "TERMINATED":
        return None
    held = (
        *per(
            [part for part in hidden(1, 1, raw.get("architecture", "")) if part.kind == "vcpu"],
            "capacity_units",
        ),
        Component(
            "memory",
            "dram",
            1,
            per="memory_gib",
            assumed="AWS does not say what the workers run on",
        ),
    )
    named = raw.get("name") and _release(raw["releaseLabel"]) >= _NAMED_SINCE
    return Resource(
        id=raw["arn"],
        kind="emrserverless/application",
        name=name,
        location=scope.location(),
        components=() if state in _IDLE else held,
        tags=tags(raw.get("Tags")),
        monitor={"NamedId": raw["id"], "ApplicationName": name}
        if named
        else {"ApplicationId": raw["id"]},
        info=told(engine=raw.get("type"), architecture=raw.get("architecture"), state=state),
    )


SPEC = ServiceSpec(
    kind="emrserverless/application",
    listing=Listing(
        api="emr-serverless",
        operation="ListApplications",
        scope="region",
        items="applications[]",
        kind_of=lambda raw: "emrserverless/application",
        permissions=("emr-serverless:ListApplications",),
        expand=applications,
    ),
    describe=describe,
    metrics=tuple(
        Metric(into=into, namespace="AWS/EMRServerless", name=name, dimensions=dimensions, absent=0)
        for dimensions in (
            {"ApplicationId": "ApplicationId"},
            {"ApplicationId": "NamedId", "ApplicationName": "ApplicationName"},
        )
        for into, name in (("capacity_units", "CPUAllocated"), ("memory_gib", "MemoryAllocated"))
    ),
    reason="The vCPUs and memory allocated to its workers, none while none run; their hosts are not published.",
)
