"""Timestream for InfluxDB: a machine of a class and its storage, twice with a standby."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, nodes, times, volume
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "timestream/influx_db_instance"
# A reboot or a restore that failed leaves the machine there.
STATES = states(
    running=(
        "CREATING AVAILABLE MODIFYING UPDATING UPDATING_DEPLOYMENT_TYPE UPDATING_INSTANCE_TYPE"
        " MAINTENANCE REBOOTING REBOOT_FAILED RESTORING RESTORE_FAILED"
    ),
    gone="FAILED DELETING DELETED",
)
VCPUS = {"medium": 1, "large": 2, "xlarge": 4}
GIB_PER_VCPU = 8
"""Timestream developer guide: db.influx.medium is 1 vCPU and 8 GiB, larger ones in proportion."""


async def instances(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The instances with their tags."""
    return await tagged(
        client, scope, page, "timestream-influxdb:db-instance", lambda raw: str(raw["arn"])
    )


def vcpus(instance_class: str) -> int:
    """vCPUs of db.influx.large, db.influx.16xlarge. Raises ValueError for a size that is none."""
    size = instance_class.rpartition(".")[2]
    return VCPUS[size] if size in VCPUS else VCPUS["xlarge"] * int(size.removesuffix("xlarge"))


def _machine(size: str | None) -> tuple[Component, ...]:
    return hidden(vcpus(size), vcpus(size) * GIB_PER_VCPU) if size else nodes("")


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One instance."""
    instance, size = parse(raw, scope, raw["arn"], raw["name"]), raw.get("dbInstanceType")
    # Of a standby both the machine and the storage are there twice.
    copies = 2 if raw.get("deploymentType") == "WITH_MULTIAZ_STANDBY" else 1
    return instance.described(
        running=times(_machine(size), copies),
        kept=times(volume(raw.get("allocatedStorage")), copies),
        state=raw.get("status", ""),
        monitor={"DbInstanceName": instance.name},
        info={"host_type": size},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="timestream-influxdb",
        operation="ListDbInstances",
        scope="region",
        items="items[]",
        kind_of=lambda raw: KIND,
        permissions=("timestream-influxdb:ListDbInstances",),
        expand=instances,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent(
            "cpu_ratio",
            "AWS/Timestream/InfluxDB",
            "CPUUtilization",
            {"DbInstanceName": "DbInstanceName"},
        ),
    ),
    reason=(
        "The vCPUs and memory of its class and its storage, both twice with a standby; "
        "the host is not published."
    ),
)
