"""DMS: replication instances of a class, and serverless replications by the capacity they were
given.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, nodes, times, told
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

GIB_PER_CAPACITY_UNIT, GIB_PER_VCPU = 2, 8
"""DMS user guide: a DMS capacity unit is 2 GB of memory. Its vCPUs are not published: those of an
r5 are taken.
"""
_GONE = frozenset({"deleting", "deleted"})
_NAME = "ReplicationInstanceIdentifier"


async def instances(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The instances with their tags."""
    return await tagged(
        client, scope, page, "dms:rep", lambda raw: str(raw["ReplicationInstanceArn"])
    )


async def replications(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The serverless replications with their tags."""
    return await tagged(
        client, scope, page, "dms:replication-config", lambda raw: str(raw["ReplicationConfigArn"])
    )


def describe_instance(raw: Raw, scope: Scope) -> Resource | None:
    """One instance and its standby."""
    name, size, state = (
        raw[_NAME],
        raw["ReplicationInstanceClass"],
        raw.get("ReplicationInstanceStatus", ""),
    )
    if state in _GONE:
        return None
    volume = Component("block", "aws/gp2", float(raw.get("AllocatedStorage") or 0))
    held = (*nodes(size.removeprefix("dms.")), volume)
    return Resource(
        id=raw["ReplicationInstanceArn"],
        kind="dms/replication_instance",
        name=name,
        location=scope.location(zone=raw.get("AvailabilityZone") or ""),
        components=times(held, 2 if raw.get("MultiAZ") else 1),
        tags=tags(raw.get("Tags")),
        monitor={_NAME: name},
        info=told(host_type=size, state=state),
    )


def describe_replication(raw: Raw, scope: Scope) -> Resource | None:
    """One serverless replication; deprovisioned, it holds nothing."""
    provision = raw.get("ProvisionData") or {}
    units = provision.get("ProvisionedCapacityUnits") or 0
    if provision.get("ProvisionState") == "deprovisioned":
        units = 0
    memory_gib = units * GIB_PER_CAPACITY_UNIT
    return Resource(
        id=raw["ReplicationConfigArn"],
        kind="dms/replication_config",
        name=raw["ReplicationConfigIdentifier"],
        location=scope.location(),
        components=hidden(memory_gib / GIB_PER_VCPU, memory_gib) if units else (),
        tags=tags(raw.get("Tags")),
        info=told(
            host_type=f"{units} DCU", engine=raw.get("ReplicationType"), state=raw.get("Status")
        ),
    )


SPECS = (
    ServiceSpec(
        kind="dms/replication_instance",
        listing=Listing(
            api="dms",
            operation="DescribeReplicationInstances",
            scope="region",
            items="ReplicationInstances[]",
            kind_of=lambda raw: "dms/replication_instance",
            permissions=("dms:DescribeReplicationInstances",),
            expand=instances,
        ),
        describe=describe_instance,
        metrics=(percent("cpu_ratio", "AWS/DMS", "CPUUtilization", {_NAME: _NAME}),),
        reason="The instance its class is named after, at its measured load, and its storage; twice with a standby.",
    ),
    ServiceSpec(
        kind="dms/replication_config",
        listing=Listing(
            api="dms",
            operation="DescribeReplications",
            scope="region",
            items="Replications[]",
            kind_of=lambda raw: "dms/replication_config",
            permissions=("dms:DescribeReplications",),
            expand=replications,
        ),
        describe=describe_replication,
        reason="The memory of its capacity units, and the vCPUs that go with as much; its load is not told.",
    ),
)
