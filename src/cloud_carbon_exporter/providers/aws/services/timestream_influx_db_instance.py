"""Timestream for InfluxDB: a machine of a class and its storage, twice with a standby."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, times, told
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

VCPUS = {"medium": 1, "large": 2, "xlarge": 4}
GIB_PER_VCPU = 8
"""Timestream developer guide: db.influx.medium is 1 vCPU and 8 GiB, large 2 and 16, and so on in
proportion.
"""
_GONE = frozenset({"DELETING", "DELETED", "FAILED"})


async def instances(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The instances with their tags."""
    return await tagged(
        client, scope, page, "timestream-influxdb:db-instance", lambda raw: str(raw["arn"])
    )


def vcpus(instance_class: str) -> int:
    """vCPUs of db.influx.large, db.influx.16xlarge. Raises ValueError when the size reads
    otherwise.
    """
    size = instance_class.rpartition(".")[2]
    return VCPUS[size] if size in VCPUS else VCPUS["xlarge"] * int(size.removesuffix("xlarge"))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One instance."""
    if raw.get("status") in _GONE:
        return None
    size, storage_gib = raw["dbInstanceType"], float(raw.get("allocatedStorage") or 0)
    copies = 2 if raw.get("deploymentType") == "WITH_MULTIAZ_STANDBY" else 1
    held = (
        *hidden(vcpus(size), vcpus(size) * GIB_PER_VCPU),
        Component("block", "aws/gp3", storage_gib),
    )
    return Resource(
        id=raw["arn"],
        kind="timestream/influx_db_instance",
        name=raw["name"],
        location=scope.location(),
        components=times(held, copies),
        tags=tags(raw.get("Tags")),
        monitor={"DbInstanceName": raw["name"]},
        info=told(host_type=size, state=raw.get("status")),
    )


SPEC = ServiceSpec(
    kind="timestream/influx_db_instance",
    listing=Listing(
        api="timestream-influxdb",
        operation="ListDbInstances",
        scope="region",
        items="items[]",
        kind_of=lambda raw: "timestream/influx_db_instance",
        permissions=("timestream-influxdb:ListDbInstances",),
        expand=instances,
    ),
    describe=describe,
    metrics=(
        percent(
            "cpu_ratio",
            "AWS/Timestream/InfluxDB",
            "CPUUtilization",
            {"DbInstanceName": "DbInstanceName"},
        ),
    ),
    reason="The vCPUs and memory of its class and its storage, both twice with a standby; the host is not published.",
)
