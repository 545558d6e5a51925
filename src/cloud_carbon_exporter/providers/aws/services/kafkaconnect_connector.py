"""MSK Connect: connectors by their workers, each of so many units of a vCPU and 4 GiB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per, times
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "kafkaconnect/connector"
STATES = states(running="CREATING RUNNING UPDATING RESTARTING", gone="DELETING FAILED")
VCPUS_PER_MCU, GIB_PER_MCU = 1, 4
"""MSK developer guide, connector capacity."""
_BY_NAME = {"ConnectorName": "ConnectorName"}


async def connectors(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The connectors with their tags."""
    return await tagged(
        client, scope, page, "kafkaconnect:connector", lambda raw: str(raw["connectorArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One connector: workers that were asked for, or those that scaling has started."""
    connector = parse(raw, scope, raw["connectorArn"], raw["connectorName"])
    capacity: Mapping[str, Any] = raw.get("capacity") or {}
    scaled, monitor = capacity.get("autoScaling"), {"ConnectorName": connector.name}
    provisioned = capacity.get("provisionedCapacity") or {}
    # API reference: units of each worker, 1, 2, 4 or 8.
    units = (scaled or provisioned).get("mcuCount") or 1
    worker = hidden(VCPUS_PER_MCU * units, GIB_PER_MCU * units)
    if scaled:
        fewest, most = scaled.get("minWorkerCount"), scaled.get("maxWorkerCount")
        running = per(worker, "capacity_units", fewest, most)
        monitor["ScaledConnector"] = connector.name
    else:
        running = times(worker, provisioned.get("workerCount") or 1)
    return connector.described(
        running=running,
        state=raw.get("connectorState", ""),
        monitor=monitor,
        info={"host_type": f"{units} MCU"},
        started=raw.get("creationTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="kafkaconnect",
        operation="ListConnectors",
        scope="region",
        items="connectors[]",
        kind_of=lambda raw: KIND,
        permissions=("kafkaconnect:ListConnectors",),
        expand=connectors,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        percent("cpu_ratio", "AWS/KafkaConnect", "CpuUtilization", _BY_NAME),
        Metric(
            into="capacity_units",
            namespace="AWS/KafkaConnect",
            name="WorkerCount",
            dimensions={"ConnectorName": "ScaledConnector"},
        ),
    ),
    lasting=True,
    reason=(
        "The vCPUs and memory of its workers, as many as were asked for or run; "
        "the hosts are not published."
    ),
)
