"""Managed Service for Apache Flink: applications by the processing units they run on."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, times, volume
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "kinesisanalyticsv2/application"
STATES = states(
    running=(
        "STARTING RUNNING AUTOSCALING UPDATING MAINTENANCE STOPPING FORCE_STOPPING ROLLING_BACK"
    ),
    stopped="READY ROLLED_BACK",
    gone="DELETING",
)
VCPUS_PER_KPU, GIB_PER_KPU, DISK_GIB_PER_KPU = 1, 4, 50
"""Managed Service for Apache Flink developer guide, application resources."""
ORCHESTRATORS = {"SQL": 0, "FLINK": 1, "ZEPPELIN": 2}
"""Managed Service for Apache Flink pricing: a unit more for orchestration, of a notebook two."""
NAMESPACE = "AWS/KinesisAnalytics"


async def applications(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The applications with their tags."""
    return await tagged(
        client,
        scope,
        page,
        "kinesisanalytics:application",
        lambda raw: str(raw["ApplicationARN"]),
    )


def _unit() -> tuple[Component, ...]:
    return (*hidden(VCPUS_PER_KPU, GIB_PER_KPU), *volume(DISK_GIB_PER_KPU))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One application, or notebook of its Studio."""
    application = parse(raw, scope, raw["ApplicationARN"], raw["ApplicationName"])
    runtime = raw.get("RuntimeEnvironment") or ""
    orchestrators = ORCHESTRATORS.get(runtime.partition("-")[0], 1)
    notebook = raw.get("ApplicationMode") == "INTERACTIVE"
    held = times(_unit(), orchestrators) if orchestrators else ()
    return application.described(
        running=(*held, *per(_unit(), "capacity_units")),
        state=raw.get("ApplicationStatus", ""),
        monitor={"Notebook" if notebook else "Application": application.name},
        info={"engine": runtime},
    )


def _units(name: str, key: str) -> Metric:
    return Metric(
        into="capacity_units", namespace=NAMESPACE, name=name, dimensions={"Application": key}
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="kinesisanalyticsv2",
        operation="ListApplications",
        scope="region",
        items="ApplicationSummaries[]",
        kind_of=lambda raw: KIND,
        # The most the API gives at once.
        params={"Limit": 50},
        permissions=("kinesisanalytics:ListApplications",),
        expand=applications,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        _units("KPUs", "Application"),
        _units("KPUs-Interactive", "Notebook"),
        percent("cpu_ratio", NAMESPACE, "cpuUtilization", {"Application": "Application"}),
        percent("cpu_ratio", NAMESPACE, "zeppelinCpuUtilization", {"Application": "Notebook"}),
    ),
    lasting=True,
    reason=(
        "A vCPU, 4 GB and 50 GB of disk for each processing unit it runs on, and those for its "
        "orchestration; the hosts are not published."
    ),
)
