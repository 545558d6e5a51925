"""EMR Serverless applications, by vCPUs and memory of their workers; EMR on EC2 is instances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.model.types import Component, Signal
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "emrserverless/application"
STATES = states(
    running="STARTING STARTED STOPPING", stopped="CREATING CREATED STOPPED", gone="TERMINATED"
)
# EMR Serverless user guide: from release 7.10 on, metrics bear the application's name as well.
_NAMED_SINCE = (7, 10)
_BY_ID = {"ApplicationId": "ApplicationId"}
_BY_NAME = {"ApplicationId": "NamedId", "ApplicationName": "ApplicationName"}


async def applications(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The applications with their tags."""
    return await tagged(
        client, scope, page, "emr-serverless:applications", lambda raw: str(raw["arn"])
    )


def _release(label: str) -> tuple[int, ...]:
    """(7, 10) of "emr-7.10.0"; what does not read so is new."""
    numbers = label.rpartition("-")[2].split(".")[:2]
    if not all(map(str.isdecimal, numbers)):
        return _NAMED_SINCE
    return tuple(map(int, numbers))


def _workers(architecture: str) -> tuple[Component, ...]:
    """A vCPU and a GiB of memory of workers; how many are allocated is measured."""
    unknown = "AWS does not say what the workers run on"
    # CPUAllocated counts vCPUs, MemoryAllocated GB: two signals, so that each scales its own
    # part.
    processors = (part for part in hidden(1, 1, architecture) if part.kind == "vcpu")
    memory = Component("memory", "dram", 1, load="cpu_ratio", per="memory_gib", assumed=unknown)
    return (*per(processors, "capacity_units"), memory)


def _monitor(raw: Raw) -> dict[str, str]:
    """Dimensions an application's series bear: its id, and since a release its name as well."""
    if raw.get("name") and _release(raw["releaseLabel"]) >= _NAMED_SINCE:
        return {"NamedId": raw["id"], "ApplicationName": raw["name"]}
    return {"ApplicationId": raw["id"]}


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One application. Only a started one has workers: of its jobs, and some that wait for jobs."""
    architecture = raw.get("architecture", "")
    return parse(raw, scope, raw["arn"], raw.get("name") or raw["id"]).described(
        running=_workers(architecture),
        state=raw["state"],
        monitor=_monitor(raw),
        info={"engine": raw.get("type"), "architecture": architecture},
        started=raw.get("createdAt"),
        # Nothing of an application changes after its end.
        ended=raw.get("updatedAt") if raw["state"] == "TERMINATED" else None,
    )


def _allocated(into: Signal, name: str, dimensions: Mapping[str, str]) -> Metric:
    """Metric of what is allocated to workers; silence means that none runs."""
    return Metric(
        into=into, namespace="AWS/EMRServerless", name=name, dimensions=dimensions, absent=0
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="emr-serverless",
        operation="ListApplications",
        scope="region",
        items="applications[]",
        kind_of=lambda raw: KIND,
        permissions=("emr-serverless:ListApplications",),
        expand=applications,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        _allocated("capacity_units", "CPUAllocated", _BY_ID),
        _allocated("memory_gib", "MemoryAllocated", _BY_ID),
        _allocated("capacity_units", "CPUAllocated", _BY_NAME),
        _allocated("memory_gib", "MemoryAllocated", _BY_NAME),
    ),
    reason=(
        "The vCPUs and memory allocated to its workers, none while none run; "
        "their hosts are not published."
    ),
)
