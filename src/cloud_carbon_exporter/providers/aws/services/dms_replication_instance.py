"""DMS: replication instances of a class, and serverless replications by the capacity they hold."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, nodes, times, volume
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

INSTANCE, REPLICATION = "dms/replication_instance", "dms/replication_config"
# Of incompatible-network DMS cannot start the machine; its volume is there.
INSTANCE_STATES = states(
    running=(
        "creating available modifying upgrading rebooting resetting-master-credentials"
        " storage-full incompatible-credentials maintenance"
    ),
    stopped="incompatible-network",
    gone="deleting deleted failed",
)
REPLICATION_STATES = states(
    running="provisioned modifying", stopped="provisioning deprovisioning deprovisioned"
)
GIB_PER_CAPACITY_UNIT, GIB_PER_VCPU = 2, 8
"""DMS user guide: a capacity unit is 2 GB of memory; of vCPUs it has those of an r5, assumed."""
_NAME = "ReplicationInstanceIdentifier"


async def instances(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The instances with their tags."""
    return await tagged(
        client, scope, page, "dms:rep", lambda raw: str(raw["ReplicationInstanceArn"])
    )


async def replications(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The serverless replications with their tags."""
    return await tagged(
        client, scope, page, "dms:replication-config", lambda raw: str(raw["ReplicationConfigArn"])
    )


def describe_instance(raw: Raw, scope: Scope) -> Description | None:
    """One instance and its standby."""
    arn, size = raw["ReplicationInstanceArn"], raw.get("ReplicationInstanceClass") or ""
    instance = parse(raw, scope, arn, raw[_NAME], zone=raw.get("AvailabilityZone"))
    # The standby in a second zone is an instance with storage of its own, which no list shows.
    copies = 2 if raw.get("MultiAZ") else 1
    return instance.described(
        running=nodes(size.removeprefix("dms."), copies),
        # API reference, ReplicationInstance: in gigabytes.
        kept=times(volume(raw.get("AllocatedStorage"), "aws/gp2"), copies),
        state=raw.get("ReplicationInstanceStatus", ""),
        monitor={_NAME: instance.name},
        info={"host_type": size},
        started=raw.get("InstanceCreateTime"),
    )


def describe_replication(raw: Raw, scope: Scope) -> Description | None:
    """One serverless replication; deprovisioned, it holds nothing."""
    provision = raw.get("ProvisionData") or {}
    units = provision.get("ProvisionedCapacityUnits") or 0
    # Units are what is provisioned now, between the least and the most configured.
    memory_gib = units * GIB_PER_CAPACITY_UNIT
    name = raw["ReplicationConfigIdentifier"]
    return parse(raw, scope, raw["ReplicationConfigArn"], name).described(
        running=hidden(memory_gib / GIB_PER_VCPU, memory_gib) if units else (),
        # Status tells of the task that copies; whether it holds capacity, its provision does.
        state=provision.get("ProvisionState", ""),
        info={
            "host_type": f"{units} DCU",
            "engine": raw.get("ReplicationType"),
            "state": raw.get("Status"),
        },
        started=provision.get("DateProvisioned"),
    )


SPECS = (
    ServiceSpec(
        kind=INSTANCE,
        listing=Listing(
            api="dms",
            operation="DescribeReplicationInstances",
            scope="region",
            items="ReplicationInstances[]",
            kind_of=lambda raw: INSTANCE,
            permissions=("dms:DescribeReplicationInstances",),
            expand=instances,
        ),
        states=INSTANCE_STATES,
        describe=describe_instance,
        metrics=(percent("cpu_ratio", "AWS/DMS", "CPUUtilization", {_NAME: _NAME}),),
        reason=(
            "The instance its class is named after, at its measured load, and its storage; "
            "twice with a standby."
        ),
    ),
    ServiceSpec(
        kind=REPLICATION,
        listing=Listing(
            api="dms",
            operation="DescribeReplications",
            scope="region",
            items="Replications[]",
            kind_of=lambda raw: REPLICATION,
            permissions=("dms:DescribeReplications",),
            expand=replications,
        ),
        states=REPLICATION_STATES,
        describe=describe_replication,
        reason=(
            "The memory of its capacity units, and the vCPUs that go with as much; "
            "its load is not told."
        ),
    ),
)
